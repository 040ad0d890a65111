"""The refusals of this service, as callers are told them."""

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Problem
from contracts.calendar import wareki
from contracts.cases import Refusal
from services.coordination import labels
from services.coordination.delivery import ACT_FAILED, CASE_ENDED
from services.coordination.models import CommandRow, Staff, Task
from services.coordination.slots import why_closed

FIELD_CODES = {
    "form_version": "unknown-consent-form",
    "into_case_id": "unknown-case",
}
"""What an incomplete act is called where the field's value names something that is not there."""

REFUSALS: dict[str, tuple[int, str, str]] = {
    Refusal.NOT_ALLOWED: (
        409,
        "いまの状態ではこの操作はできません",
        "The case's state does not allow this act",
    ),
    Refusal.CONSENT_MISSING: (
        409,
        "情報共有の同意がない方がいるため、重層的支援会議は開けません。支援会議をご検討ください",
        "Somebody has no live consent to sharing; a support meeting (law 106-6) is the way",
    ),
    Refusal.APPROVER_IS_AUTHOR: (
        403,
        "作成した本人は決定・承認できません",
        "Approver and author must not be the same person",
    ),
    Refusal.LEAD_AGENCY_MISSING: (
        422,
        "終結後の主担当、または置かない理由を入力してください",
        "Name the lead agency that stays, or the reason why there is none",
    ),
    Refusal.UNKNOWN_PERSON: (
        422,
        "このケースの対象者ではありません",
        "The person does not belong to this case",
    ),
    Refusal.SECRECY_NOT_ACKNOWLEDGED: (
        403,
        "守秘義務を確認していない機関があるため、支援会議を開けません",
        "An agency has not acknowledged the duty of secrecy for this meeting",
    ),
    Refusal.STALE_DRAFT: (
        409,
        "読んだあとに、ほかの方がプラン案を修正しました。最新の稿を確かめてください",
        "Somebody has revised the draft since it was read; look at the newer one",
    ),
    Refusal.PLAN_ADOPTED: (
        409,
        "会議で了承されたプランは変更できません。再プランで新しい版を作成してください",
        "A meeting has adopted this plan: it is not edited; write the next version",
    ),
    Refusal.NOT_RECEIVER: (
        403,
        "引き受けるかどうかは、打診された所管だけが答えられます",
        "Only the office that is asked may answer",
    ),
    Refusal.SIDES_MISSING: (
        409,
        "引継ぎ先が決まっていません。先に引継ぎ元と引継ぎ先を決めてください",
        "Name who gives and who receives first",
    ),
    Refusal.PACKAGE_INCOMPLETE: (
        409,
        "引継ぎに必要な書類がまだそろっていません",
        "Papers that belong to the package are not handed over yet",
    ),
    Refusal.INTAKE_WITHDRAWN: (
        409,
        "取り下げられた受付のケースは再開できません。新しい相談として受け付けてください",
        "The intake was withdrawn, so the case cannot be reopened; take in another",
    ),
    Refusal.INCOMPLETE: (
        422,
        "入力内容が足りないか、正しくありません",
        "The act lacks something that is needed here",
    ),
    Refusal.IN_THE_PAST: (
        422,
        "会議の日時は、これから先の日時を指定してください",
        "A meeting can only be set for a time to come",
    ),
    Refusal.CLOSED_DAY: (
        422,
        "候補日に閉庁日が含まれています",
        "The ward is closed on a proposed day",
    ),
    Refusal.NO_ACCESS: (
        422,
        "この機関は利用登録がないか、開催日には存在しないため招けません",
        "The agency has no access, or is not there on that day, and cannot be invited",
    ),
    Refusal.NO_QUORUM: (
        422,
        "定足数に足りません。定足数不足として記録し、日程を改めてください",
        "Too few of the invited agencies came; record it and set another date",
    ),
    Refusal.NOT_THE_CHAIR: (
        422,
        "会議の進行は区が行います。区の所管課を選んでください",
        "The ward chairs the meeting; name one of its divisions",
    ),
    Refusal.OUTSIDE_COMPARTMENT: (
        403,
        "支援会議の会議録は、出席者として守秘義務を確認した区の決定権者だけが承認できます",
        "Minutes of a support meeting are approved by an attendee who has acknowledged secrecy",
    ),
    Refusal.WARD_NOT_INVITED: (
        422,
        "支援会議は区が進行し、区が会議録を承認します。区の所管課を出席機関に加えてください",
        "The ward chairs a support meeting: invite one of its divisions",
    ),
    Refusal.NOT_THE_ORGANISER: (
        403,
        "この会議の主催者ではありません(重層的支援会議は多機関協働の調整担当、支援会議は区が主催します)",
        "This caller does not organise a meeting of this legal basis",
    ),
    CASE_ENDED: (409, "この手続きはすでに終わっています", "This is over already"),
    ACT_FAILED: (
        500,
        "処理できませんでした。運用担当にお知らせください",
        "The act could not be carried out; tell the operators",
    ),
}


def of_refusal(code: str, details: dict[str, Any], **more: Any) -> Problem:
    """The problem of a refusal by the data or by the workflow. `details` are ids and codes."""
    status, ja, en = REFUSALS.get(code, REFUSALS[ACT_FAILED])
    if named := _named(code, details):
        ja, en = f"{ja}: {'、'.join(named)}", f"{en}: {', '.join(named)}"
    told = {name: value for name, value in details.items() if name not in _RESERVED}
    if code == Refusal.CONSENT_MISSING:
        told["offers"] = [
            {"act": act, "label": labels.act(act), "legal_basis": basis}
            for act, basis in INSTEAD_OF_CONSENT
        ]
    field = details.get("field")
    if code == Refusal.INCOMPLETE and field in FIELD_CODES:
        code = FIELD_CODES[str(field)]
    if status == 422:
        name = f"act.{field}" if field else "act"
        told["errors"] = [{"field": name, "code": code, "ja": ja, "en": en}]
        field = name
    return Problem(status, code, ja=ja, en=en, field=field, **told, **more)


def _named(code: str, details: dict[str, Any]) -> list[str]:
    """Which days or agencies a refusal is about, as people call them."""
    if code == Refusal.CLOSED_DAY:
        days = [date.fromisoformat(day) for day in details.get("days", ())]
        return [f"{wareki(day)} {why_closed(day) or ''}".strip() for day in days]
    if code in (Refusal.NO_ACCESS, Refusal.NOT_THE_CHAIR):
        return [labels.agency(agency) for agency in details.get("agencies", ())]
    return []


INSTEAD_OF_CONSENT = (("request_support_meeting", "law-106-6"), ("record_consent", "consent"))
"""What may be done where consent is lacking: the 支援会議 first, as the law provides (A4)."""

_RESERVED = {"field", "type", "title", "title_en", "status", "code", "errors"}


def not_found() -> Problem:
    """Also where something is there that the caller may not know of."""
    return Problem(404, "not-found", ja="見つかりません", en="Not found")


def not_started() -> Problem:
    return Problem(
        409,
        "act-not-allowed",
        ja="ケースを準備しています。しばらくしてからやり直してください",
        en="The case is just being started; try again in a moment",
        state="received",
        allowed=[],
        headers={"Retry-After": "1"},
    )


def act_not_allowed(kind: str, state: str, allowed: list[str], act: str = "") -> Problem:
    if act == "revise_draft":
        return of_refusal(Refusal.PLAN_ADOPTED, {"state": state, "allowed": allowed})
    label = labels.state(kind, state)
    return Problem(
        409,
        "act-not-allowed",
        ja=f"いまの状態({label})ではこの操作はできません",
        en="The state does not allow this act",
        state=state,
        state_label=label,
        allowed=allowed,
    )


SHUT = {
    "not-an-attendee": (
        "この支援会議の出席者ではないため、資料は開けません。見られるのは決定だけです",
        "You do not attend this meeting; of it you see the decision alone",
    ),
    "absent": (
        "出席しなかった機関の方は、資料を開けません。見られるのは決定だけです",
        "Your agency was absent; of the meeting you see the decision alone",
    ),
    "secrecy-not-acknowledged": (
        "この支援会議の守秘義務をまだ確認していません。確認すると資料が開きます",
        "You have not acknowledged the duty of secrecy for this meeting",
    ),
    "papers-closed": (
        "会議資料の閲覧期間は終わりました。見られるのは決定だけです",
        "The papers have closed; the decision is what remains",
    ),
}
"""Why the papers of a 支援会議 are closed to somebody, in words."""


def papers_closed(why: str) -> Problem:
    ja, en = SHUT[why]
    return Problem(403, why, ja=ja, en=en)


def not_your_agency(field: str | None = None) -> Problem:
    return Problem(
        403,
        "not-your-agency",
        ja="他の機関の仕事です",
        en="This is another agency's work",
        field=f"act.{field}" if field else None,
    )


def unknown_agency(field: str) -> Problem:
    ja, en = "この機関は登録されていません", "No such agency"
    name = f"act.{field}"
    return Problem(
        422,
        "unknown-agency",
        ja=ja,
        en=en,
        field=name,
        errors=[{"field": name, "code": "unknown-agency", "ja": ja, "en": en}],
    )


async def _who(session: AsyncSession, sub: str | None) -> dict[str, str | None] | None:
    if sub is None:
        return None
    staff = await session.get(Staff, sub)
    return {"sub": sub, "name": staff.name if staff else None}


async def task_done(session: AsyncSession, task: Task) -> Problem:
    return Problem(
        409,
        "task-done",
        ja="この仕事はすでに終わっています",
        en="This task is done already",
        closed_at=task.closed_at.isoformat() if task.closed_at else None,
        closed_by=await _who(session, task.closed_by),
        closing_act=task.closing_act,
    )


async def task_in_progress(session: AsyncSession, command: CommandRow) -> Problem:
    return Problem(
        409,
        "task-in-progress",
        ja="他の方の操作を処理しています。しばらくしてから状態をお確かめください",
        en="Somebody else's act is on its way",
        headers={"Retry-After": "2"},
        by=await _who(session, command.sub),
        act=command.act,
        at=command.created_at.isoformat(),
    )
