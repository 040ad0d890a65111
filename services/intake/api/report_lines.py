"""Single lines of activity reports: corrected and withdrawn, with a reason."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, StrictInt

from chassis.writing import Write, Writing
from contracts.calendar import today
from contracts.message import Code
from services.intake.api.door import body_without_my_number, routes, senders_own
from services.intake.faults import refuse, refuse_all
from services.intake.fields import Day, Sent
from services.intake.lines import LARGEST_QUANTITY, line_faults, read_line
from services.intake.models import ActivityLine
from services.intake.reporting import counted_elsewhere
from services.intake.store.lines import correct_line, find_line, withdraw_line
from services.intake.store.ways import ways_now
from services.intake.vocabulary import (
    LINE_CORRECTION_REASONS,
    LINE_WITHDRAWAL_REASONS,
    LineCorrectionReason,
    LineWithdrawalReason,
    choices,
)

router = routes("活動報告 / activity reports")


class LineCorrection(Sent):
    """What was wrong in a line; what is not named stays as it is."""

    reason: Annotated[LineCorrectionReason, choices("訂正の理由", LINE_CORRECTION_REASONS)]
    kind: Code | None = Field(None, title="活動の種別")
    on: Day | None = Field(None, alias="date", title="日付")
    quantity: StrictInt | None = Field(None, title="数量", ge=0, le=LARGEST_QUANTITY)
    venue: Code | None = Field(None, title="会場の符号")
    group: Code | None = Field(None, title="団体の符号")
    daily_area: str | None = Field(None, title="日常生活圏域", max_length=40)
    flags: tuple[Code, ...] = Field((), title="うち区分", max_length=8)


class LineWithdrawal(Sent):
    """A line that should never have been reported."""

    reason: Annotated[LineWithdrawalReason, choices("取消しの理由", LINE_WITHDRAWAL_REASONS)]


class LineAnswer(BaseModel):
    """A line after its correction or withdrawal."""

    report_id: UUID
    line_id: UUID
    revision: int
    status: str = Field(examples=["standing", "withdrawn"])


@router.post(
    "/activity-reports/{report_id}/lines/{line_id}/correction",
    response_model=LineAnswer,
    summary="活動報告の行の訂正 / Correct a line",
    dependencies=[Depends(body_without_my_number)],
)
async def send_line_correction(
    report_id: UUID,
    line_id: UUID,
    sent: LineCorrection,
    write: Write,
) -> JSONResponse:
    """送られた項目だけを訂正します / Only the fields sent change; the figures follow."""

    async def correct() -> LineAnswer:
        line = await _standing(write, report_id, line_id, "line.correct")
        stands = {
            "channel": line.channel,
            "kind": line.kind,
            "date": line.on_date.isoformat(),
            "quantity": line.quantity,
            "venue": line.venue,
            "group": line.group,
            "daily_area": line.daily_area,
            "flags": list(line.flags),
        } | sent.model_dump(mode="json", exclude_unset=True, exclude={"reason"}, by_alias=True)
        to = read_line(stands)
        faults = to if isinstance(to, list) else line_faults(to, write.caller, today())
        if isinstance(to, list) or faults:
            raise refuse_all(faults)
        # A line that stands where it is counted elsewhere now may still be mended, not moved there.
        moved = (to.on, to.venue, to.kind) != (line.on_date, line.venue, line.kind)
        if moved and (fault := counted_elsewhere(to, await ways_now(write.session))):
            raise refuse_all([fault])
        await correct_line(write.session, write.caller, line, to, sent.reason)
        return await _changed(write, "line.correct", line, sent.reason)

    return await write.once(correct)


@router.post(
    "/activity-reports/{report_id}/lines/{line_id}/withdrawal",
    response_model=LineAnswer,
    summary="活動報告の行の取消し / Withdraw a line",
    dependencies=[Depends(body_without_my_number)],
)
async def send_line_withdrawal(
    report_id: UUID,
    line_id: UUID,
    sent: LineWithdrawal,
    write: Write,
) -> JSONResponse:
    """以後どの数字にも数えません / The line counts nowhere from now on; it stays on record."""

    async def withdraw() -> LineAnswer:
        line = await _standing(write, report_id, line_id, "line.withdraw")
        await withdraw_line(write.session, write.caller, line, sent.reason)
        return await _changed(write, "line.withdraw", line, sent.reason)

    return await write.once(withdraw)


async def _standing(write: Writing, report_id: UUID, line_id: UUID, action: str) -> ActivityLine:
    """The line, locked. Raises Problem 404, 403, or 409 if it was withdrawn."""
    line = await find_line(write.session, report_id, line_id)
    if line is None:
        raise refuse(404, "line-unknown")
    await senders_own(write, line.channel, action, line_id, refuse(404, "line-unknown"))
    if line.status == "withdrawn":
        raise refuse(409, "line-withdrawn")
    return line


async def _changed(write: Writing, action: str, line: ActivityLine, reason: str) -> LineAnswer:
    await write.done(action, line.line_id, reason=reason, revision=line.revision)
    return LineAnswer(
        report_id=line.report_id,
        line_id=line.line_id,
        revision=line.revision,
        status=line.status,
    )
