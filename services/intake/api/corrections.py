"""Corrections and withdrawals of intakes, with a reason; the receipt number stays."""

from uuid import UUID

from fastapi import Depends
from fastapi.responses import JSONResponse

from chassis.telemetry import mark_case
from chassis.writing import Write, Writing
from contracts.calendar import today
from services.intake.api.answers import ChangedAnswer
from services.intake.api.door import body_without_my_number, routes, senders_own
from services.intake.api.intakes import unknown_intake
from services.intake.consultation import birth_fault, consultation_faults
from services.intake.faults import Fault, refuse, refuse_all
from services.intake.models import Intake
from services.intake.sealing import Safe
from services.intake.store.corrections import (
    correct_intake,
    corrected_codes,
    corrected_words,
    withdraw_intake,
)
from services.intake.store.intakes import find_intake
from services.intake.submissions import IntakeCorrection, IntakeWithdrawal

router = routes("受付 / intakes")


@router.post(
    "/intakes/{intake_id}/corrections",
    response_model=ChangedAnswer,
    summary="受付の訂正 / Correct an intake",
    dependencies=[Depends(body_without_my_number)],
)
async def send_correction(
    intake_id: UUID,
    sent: IntakeCorrection,
    write: Write,
) -> JSONResponse:
    """送られた項目だけを訂正します。訂正前の内容は理由とともに残ります。

    Only the fields sent change; what stood before is kept with the reason.
    """

    async def correct() -> ChangedAnswer:
        intake = await _standing(write, intake_id, "intake.correct")
        if sent.based_on_revision not in (None, intake.revision):
            raise refuse(409, "revision-stale", "based_on_revision", revision=intake.revision)
        safe = Safe.of(write.ctx)
        codes = corrected_codes(intake, sent)
        words = await corrected_words(write.session, safe, intake, sent)
        if codes["received_on"] is None:
            raise refuse_all([Fault("received_on", "missing")])
        births = (
            birth_fault(f"persons.{place}.birth_date", person.birth_date, today())
            for place, person in enumerate(sent.persons)
        )
        faults = consultation_faults(
            channel=intake.channel,
            details=words[1].details,
            today=today(),
            **{name: codes[name] for name in codes if name not in ("urgent", "referred_in")},
        ) + [fault for fault in births if fault is not None]
        if faults:
            raise refuse_all(faults)
        await correct_intake(write.session, safe, write.caller, intake, sent, codes, words)
        return await _changed(write, "intake.correct", intake, sent.reason)

    return await write.once(correct)


@router.post(
    "/intakes/{intake_id}/withdrawal",
    response_model=ChangedAnswer,
    summary="受付の取下げ / Withdraw an intake",
    dependencies=[Depends(body_without_my_number)],
)
async def send_withdrawal(
    intake_id: UUID,
    sent: IntakeWithdrawal,
    write: Write,
) -> JSONResponse:
    """誤って登録した受付を取り下げます。記録は残ります。

    For an intake that should not have been sent; it stays on record.
    """

    async def withdraw() -> ChangedAnswer:
        intake = await _standing(write, intake_id, "intake.withdraw")
        await withdraw_intake(write.session, write.caller, intake, sent.reason)
        return await _changed(write, "intake.withdraw", intake, sent.reason)

    return await write.once(withdraw)


async def _standing(write: Writing, intake_id: UUID, action: str) -> Intake:
    """The intake, locked. Raises Problem 404, 403, or 409 if it was withdrawn."""
    intake = await find_intake(write.session, intake_id, lock=True)
    if intake is None:
        raise unknown_intake()
    await senders_own(write, intake.channel, action, intake_id, unknown_intake())
    if intake.status == "withdrawn":
        raise refuse(409, "intake-withdrawn")
    return intake


async def _changed(write: Writing, action: str, intake: Intake, reason: str) -> ChangedAnswer:
    mark_case(receipt=intake.receipt_number)
    await write.done(action, intake.intake_id, reason=reason, revision=intake.revision)
    return ChangedAnswer(
        intake_id=intake.intake_id,
        receipt_number=intake.receipt_number,
        revision=intake.revision,
        status=intake.status,
    )
