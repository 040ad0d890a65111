"""At the front: information, one agency, a duplicate, an emergency, a 支援会議 asked for."""

from sqlalchemy import update
from sqlmodel import col

from contracts.acts import (
    AcceptSupportMeeting,
    AskConsent,
    DeclineSupportMeeting,
    EndWithInformation,
    MergeInto,
    ReferToAgency,
    RequestSupportMeeting,
    RespondUrgently,
)
from contracts.events.coordination import CaseMerged
from contracts.events.envelope import new_id
from services.coordination.effects.referral import ask_agency
from services.coordination.effects.scene import Scene, effect
from services.coordination.models import SupportRequest, UrgentMeasure


@effect(EndWithInformation)
async def end_with_information(scene: Scene, act: EndWithInformation) -> None:
    """The closing itself is the case's move into its last state."""


@effect(AskConsent)
async def ask_consent(scene: Scene, act: AskConsent) -> None:
    """The asking is the case's new state and its task."""


@effect(ReferToAgency)
async def refer_to_agency(scene: Scene, act: ReferToAgency) -> None:
    await ask_agency(scene, scene.created, act.agency, sole=True, due_on=act.due_on)


@effect(MergeInto)
async def merge_into(scene: Scene, act: MergeInto) -> None:
    scene.case.merged_into = act.into_case_id
    await scene.tell(CaseMerged, into_case_id=act.into_case_id)


@effect(RespondUrgently)
async def respond_urgently(scene: Scene, act: RespondUrgently) -> None:
    scene.session.add(
        UrgentMeasure(
            measure_id=new_id(),
            case_id=scene.case.case_id,
            measure=act.measure,
            by=scene.by,
            at=scene.step.at,
        )
    )


@effect(RequestSupportMeeting)
async def request_support_meeting(scene: Scene, act: RequestSupportMeeting) -> None:
    scene.session.add(
        SupportRequest(
            request_id=new_id(),
            case_id=scene.case.case_id,
            reason=act.reason,
            asked_by=scene.by,
            agency=scene.agency,
            asked_at=scene.step.at,
        )
    )


@effect(AcceptSupportMeeting)
async def accept_support_meeting(scene: Scene, act: AcceptSupportMeeting) -> None:
    await _answer(scene, accepted=True)


@effect(DeclineSupportMeeting)
async def decline_support_meeting(scene: Scene, act: DeclineSupportMeeting) -> None:
    await _answer(scene, accepted=False)


async def _answer(scene: Scene, *, accepted: bool) -> None:
    await scene.session.execute(
        update(SupportRequest)
        .where(
            col(SupportRequest.case_id) == scene.case.case_id,
            col(SupportRequest.answered_at).is_(None),
        )
        .values(accepted=accepted, answered_by=scene.by, answered_at=scene.step.at)
    )
