"""Participation support as the case sees it; the places themselves are participation's."""

from contracts.acts import (
    Approach,
    EndPlacement,
    JoinWaitingList,
    MatchAgain,
    RecordAnswer,
    RecordFollowUp,
    RecordLink,
    RecordSettling,
    RecordTrial,
    RecordVisit,
    RequestDevelopment,
    StartParticipation,
    StopWaiting,
)
from contracts.cases import Kind
from contracts.events.envelope import new_id
from contracts.life import PlacementState
from services.coordination.effects.scene import Scene, effect
from services.coordination.models import FollowUp, Placement


async def placement_moved(scene: Scene) -> None:
    """A placement that has ended says so, whatever ended it; a new try forgets the last host."""
    placement = await scene.session.get(Placement, scene.step.entity_id)
    if placement is None:
        return
    if scene.step.state == PlacementState.ENDED and placement.ended_at is None:
        placement.ended_at = scene.step.at
        placement.end_reason = placement.end_reason or scene.step.result or "case-closed"
    if scene.step.state == PlacementState.MATCHING:
        placement.resource_id = None


async def _of(scene: Scene) -> Placement:
    return await scene.session.get_one(Placement, scene.step.entity_id)


@effect(StartParticipation)
async def start_participation(scene: Scene, act: StartParticipation) -> None:
    scene.session.add(
        Placement(
            placement_id=scene.created,
            case_id=scene.case.case_id,
            person_id=act.person_id,
            kinds=list(act.kinds),
            daily_area=act.daily_area,
            started_at=scene.step.at,
        )
    )


@effect(Approach)
async def approach(scene: Scene, act: Approach) -> None:
    (await _of(scene)).resource_id = act.resource_id


@effect(JoinWaitingList)
async def join_waiting_list(scene: Scene, act: JoinWaitingList) -> None:
    (await _of(scene)).resource_id = act.resource_id


@effect(StopWaiting)
async def stop_waiting(scene: Scene, act: StopWaiting) -> None:
    """The host is forgotten with the state it leads to."""


@effect(MatchAgain)
async def match_again(scene: Scene, act: MatchAgain) -> None:
    """The host is forgotten with the state it leads to."""


@effect(RequestDevelopment)
async def request_development(scene: Scene, act: RequestDevelopment) -> None:
    """The placement's own state says it; participation tells the fact."""


@effect(RecordAnswer)
async def record_answer(scene: Scene, act: RecordAnswer) -> None:
    """The answer shows in the state it leads to."""


@effect(RecordVisit)
async def record_visit(scene: Scene, act: RecordVisit) -> None:
    """見学: what came of it shows in the state it leads to."""


@effect(RecordTrial)
async def record_trial(scene: Scene, act: RecordTrial) -> None:
    """体験: what came of it shows in the state it leads to."""


@effect(RecordLink)
async def record_link(scene: Scene, act: RecordLink) -> None:
    (await _of(scene)).linked_on = act.on


@effect(RecordSettling)
async def record_settling(scene: Scene, act: RecordSettling) -> None:
    """定着: shows in the state it leads to."""


@effect(EndPlacement)
async def end_placement(scene: Scene, act: EndPlacement) -> None:
    placement = await _of(scene)
    placement.ended_at, placement.end_reason = scene.step.at, act.reason


@effect(RecordFollowUp)
async def record_follow_up(scene: Scene, act: RecordFollowUp) -> None:
    """After closing a case, or after somebody has settled in a place."""
    of_placement = scene.step.kind is Kind.PLACEMENT
    scene.session.add(
        FollowUp(
            follow_up_id=new_id(),
            case_id=scene.case.case_id,
            placement_id=scene.step.entity_id if of_placement else None,
            result=act.result,
            by=scene.by,
            at=scene.step.at,
        )
    )
