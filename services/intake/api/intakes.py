"""Intakes: sent by frontline systems, or entered by hand; read by those who may."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.auth import Caller, Principal
from chassis.context import Context, Ctx, Session
from chassis.problems import Problem
from chassis.telemetry import log, mark_case
from chassis.writing import Write, Writing
from contracts import catalogue
from contracts.calendar import today
from services.intake.access import Sight, may_send, sight
from services.intake.api.answers import (
    AcceptedAnswer,
    CandidateAnswer,
    IntakeList,
    IntakeView,
    PrivatePart,
)
from services.intake.api.door import PREFIX, body_without_my_number, routes, turn_away
from services.intake.api.views import person_view
from services.intake.consultation import birth_fault, consultation_faults
from services.intake.faults import Fault, refuse, refuse_all
from services.intake.models import Intake
from services.intake.receipt import as_receipt_number
from services.intake.sealing import Consultation, Safe
from services.intake.store.intakes import Accepted, accept_intake, find_by_receipt, find_intake
from services.intake.store.persons import persons_of_intake
from services.intake.submissions import NewIntake

router = routes("受付 / intakes")


@router.post(
    "/intakes",
    status_code=202,
    response_model=AcceptedAnswer,
    summary="相談の受付 / Send an intake",
    dependencies=[Depends(body_without_my_number)],
)
async def send_intake(
    sent: NewIntake,
    write: Write,
) -> JSONResponse:
    """相談を受け付け、受付番号を返します。応答の時点で保存は完了しています。

    The answer means that the intake is durable, whether or not the workflow engine and the bus are
    up. The same key with the same body gets the first answer again.
    """
    await _let_in(write, sent)

    async def accept() -> AcceptedAnswer:
        return _answer(
            write.caller, await accept_intake(write.session, Safe.of(write.ctx), write.caller, sent)
        )

    return await write.once(accept, status=202)


async def _let_in(write: Writing, sent: NewIntake) -> None:
    """Raises Problem 403 or 422 for what is not to be stored."""
    on = today()
    if sent.channel not in catalogue.channels(sent.received_on):
        raise refuse_all([Fault("channel", "channel-unknown")])
    if not may_send(write.caller, sent.channel):
        await turn_away(
            write.session, write.ctx, write.caller, "intake.send", "channel", sent.channel
        )
        raise refuse(403, "channel-not-allowed", "channel")
    births = (
        birth_fault(f"persons.{place}.birth_date", person.birth_date, on)
        for place, person in enumerate(sent.persons)
    )
    faults = consultation_faults(
        channel=sent.channel,
        received_on=sent.received_on,
        daily_area=sent.daily_area,
        basic_area=sent.basic_area,
        topics=sent.topics,
        main_topic=sent.main_topic,
        details=sent.details,
        today=on,
    ) + [fault for fault in births if fault is not None]
    if faults:
        raise refuse_all(faults)


def _answer(caller: Principal, accepted: Accepted) -> AcceptedAnswer:
    intake = accepted.intake
    mark_case(receipt=intake.receipt_number)
    log.info("intake accepted", intake_id=str(intake.intake_id), channel=intake.channel)
    candidates: dict[UUID, CandidateAnswer] = {}
    for alike in accepted.lookalikes:
        if sight(caller, alike.channel) is Sight.FULL:
            known = candidates.setdefault(
                alike.intake_id,
                CandidateAnswer(
                    intake_id=alike.intake_id, receipt_number=alike.receipt_number, reasons=[]
                ),
            )
            known.reasons += [reason for reason in alike.reasons if reason not in known.reasons]
    return AcceptedAnswer(
        intake_id=intake.intake_id,
        receipt_number=intake.receipt_number,
        status=intake.status,
        person_ids=[person.person_id for person in accepted.persons],
        household_id=intake.household_id,
        links={
            "self": f"{PREFIX}/intakes/{intake.intake_id}",
            "channel": f"{PREFIX}/channels/{intake.channel}",
        },
        duplicate_candidates=list(candidates.values()),
    )


@router.get(
    "/intakes/{intake_id}",
    summary="受付の参照 / Read an intake",
    responses={404: {"description": "見つかりません / None, or none that you may see"}},
)
async def read_intake(intake_id: UUID, caller: Caller, ctx: Ctx, session: Session) -> IntakeView:
    """読み手の権限に応じた内容を返し、参照を記録します。

    A frontline client gets 404 for another channel's intake, as if there were none.
    """
    intake = await find_intake(session, intake_id)
    if intake is None:
        raise unknown_intake()
    if sight(caller, intake.channel) is Sight.NOTHING:
        await turn_away(session, ctx, caller, "intake.read", "intake", str(intake_id))
        raise unknown_intake()
    return await _view(session, ctx, caller, intake)


Receipt = Annotated[
    str,
    Query(max_length=40, description="受付番号 / As it is printed", examples=["R8-大森-00123"]),
]


@router.get("/intakes", summary="受付番号による検索 / Find an intake by its receipt number")
async def find_intakes(
    receipt_number: Receipt, caller: Caller, ctx: Ctx, session: Session
) -> IntakeList:
    """One item, or none if there is none that the caller may see."""
    intake = await find_by_receipt(session, as_receipt_number(receipt_number))
    if intake is None:
        return IntakeList(items=[])
    if sight(caller, intake.channel) is Sight.NOTHING:
        await audit(
            session,
            caller,
            "intake.find",
            "intake",
            str(intake.intake_id),
            outcome="refused",
            reason="channel-not-allowed",
        )
        return IntakeList(items=[])
    return IntakeList(items=[await _view(session, ctx, caller, intake)])


def unknown_intake() -> Problem:
    return refuse(404, "intake-unknown")


async def _view(
    session: AsyncSession, ctx: Context, caller: Principal, intake: Intake
) -> IntakeView:
    mark_case(receipt=intake.receipt_number)
    persons = await persons_of_intake(session, intake.intake_id)
    sees = sight(caller, intake.channel)
    private = None
    if sees is Sight.FULL:
        safe = Safe.of(ctx)
        said = await safe.open_consultation(session, intake.intake_id, intake.sealed)
        private = PrivatePart(
            source_reference=intake.source_reference,
            **(said or Consultation()).model_dump(),
            persons=[await person_view(session, safe, person) for person in persons],
        )
    await audit(session, caller, "intake.read", "intake", str(intake.intake_id), seen=sees.value)
    return IntakeView(
        **intake.model_dump(exclude={"sealed", "sender", "source_reference"}),
        person_ids=[person.person_id for person in persons],
        private=private,
    )
