"""Work on a relationship, and everything else that is done for people while support goes on."""

from sqlalchemy import select
from sqlmodel import col

from contracts.acts import RecordContact, RecordProgress
from contracts.calendar import fiscal_year
from contracts.events.coordination import ContactMade, SupportRecorded
from contracts.events.envelope import new_id
from contracts.life import OutreachState
from services.coordination.effects.scene import Scene, effect
from services.coordination.models import Contact, Meeting, Outreach, Progress

ENDED = (OutreachState.UNREACHED, OutreachState.STOPPED)


async def outreach_moved(scene: Scene) -> None:
    """The first step of the work begins its row; a last state ends it."""
    outreach = await scene.session.get(Outreach, scene.step.entity_id)
    if outreach is None:
        outreach = Outreach(
            outreach_id=scene.step.entity_id,
            case_id=scene.case.case_id,
            agency=await _agency(scene),
            began_at=scene.step.at,
        )
        scene.session.add(outreach)
    outreach.ended_at = scene.step.at if scene.step.state in ENDED else None


async def _agency(scene: Scene) -> str | None:
    """Whom the step or its task is for; else whom the last 支援会議 sent."""
    if scene.step.agency is not None:
        return scene.step.agency
    for task in scene.step.opens:
        if task.agency is not None:
            return task.agency
    sent: str | None = await scene.session.scalar(
        select(col(Meeting.decided_agency))
        .where(col(Meeting.case_id) == scene.case.case_id, col(Meeting.decision).is_not(None))
        .order_by(col(Meeting.held_at).desc())
        .limit(1)
    )
    return sent


@effect(RecordContact)
async def record_contact(scene: Scene, act: RecordContact) -> None:
    contact_id = new_id()
    earlier = (
        await scene.session.scalars(
            select(col(Contact.on)).where(
                col(Contact.case_id) == scene.case.case_id, col(Contact.agency) == act.agency
            )
        )
    ).all()
    scene.session.add(
        Contact(
            contact_id=contact_id,
            case_id=scene.case.case_id,
            outreach_id=scene.step.entity_id,
            agency=act.agency,
            on=act.on,
            method=act.method,
            outcome=act.outcome,
            first=not earlier,
            by=scene.by,
            at=scene.step.at,
        )
    )
    await scene.tell(
        ContactMade,
        on=act.on,
        contact_id=contact_id,
        agency=act.agency,
        outcome=str(act.outcome),
        first=not earlier,
        first_in_year=fiscal_year(act.on) not in {fiscal_year(on) for on in earlier},
    )


@effect(RecordProgress)
async def record_progress(scene: Scene, act: RecordProgress) -> None:
    progress_id = new_id()
    scene.session.add(
        Progress(
            progress_id=progress_id,
            case_id=scene.case.case_id,
            agency=act.agency,
            on=act.on,
            joint_with=list(act.joint_with),
            by=scene.by,
            at=scene.step.at,
        )
    )
    await scene.tell(
        SupportRecorded,
        on=act.on,
        progress_id=progress_id,
        agency=act.agency,
        joint_with=act.joint_with,
    )
