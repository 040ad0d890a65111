"""Cases: found, looked at, followed."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from chassis.auth import Caller
from chassis.context import Ctx, Session
from contracts.calendar import today
from services.coordination import reading, views
from services.coordination.consent_forms import known_forms
from services.coordination.reading.records import Purpose

PREFIX = "/api/coordination/v1"
Page = Annotated[int, Query(ge=1, le=200)]

router = APIRouter(prefix=PREFIX, tags=["ケース / cases"])


@router.get("/cases", summary="ケースの一覧 / Find cases")
async def find_cases(
    session: Session,
    caller: Caller,
    state: str | None = None,
    track: Literal["main", "sk"] | None = None,
    agency: str | None = None,
    receipt_number: str | None = None,
    mine: bool = False,
    urgent: bool | None = None,
    after: str | None = None,
    limit: Page = 50,
) -> views.CasePage:
    """閲覧できるケースを新しい順に返します。The newest first, as far as the caller may see them."""
    chosen = reading.CaseFilter(state, track, agency, receipt_number, mine, urgent, after, limit)
    return await reading.find_cases(session, caller, chosen)


@router.get("/cases/{case_id}", summary="ケースの詳細 / One case")
async def show_case(session: Session, caller: Caller, case_id: UUID) -> views.CaseView:
    """状態、待っている相手と期限、いまできる操作とその様式を返します。

    Its state, why it waits, for whom and until when, and the acts that are allowed next.
    """
    return await reading.show_case(session, caller, case_id)


@router.get("/cases/{case_id}/timeline", summary="経過 / Timeline")
async def show_timeline(
    session: Session,
    caller: Caller,
    case_id: UUID,
    after: str | None = None,
    limit: Page = 100,
    order: Literal["oldest", "newest"] = "oldest",
) -> views.TimelinePage:
    """古い順、または新しい順に返します。The oldest lines first, or the newest."""
    newest = order == "newest"
    return await reading.show_timeline(session, caller, case_id, after, limit, newest_first=newest)


@router.get("/cases/{case_id}/persons", summary="同意の状況 / Consents by person")
async def show_persons(session: Session, caller: Caller, case_id: UUID) -> views.Persons:
    return await reading.show_persons(session, caller, case_id)


@router.get("/cases/{case_id}/records", summary="記録の本文 / Texts of the records")
async def show_records(
    ctx: Ctx, session: Session, caller: Caller, case_id: UUID, purpose: Purpose = "support"
) -> views.Records:
    """閲覧の事実は目的とともに記録されます。表示するときは `watermark` を添えてください。

    Looking is audited, each 支援会議's papers by themselves; a disclosure where another agency
    looks. Show the `watermark` wherever the texts are shown.
    """
    return await reading.show_records(ctx, session, caller, case_id, purpose)


@router.get("/cases/{case_id}/disclosures", summary="情報提供の記録 / Disclosures")
async def show_disclosures(session: Session, caller: Caller, case_id: UUID) -> views.Disclosures:
    return await reading.show_disclosures(session, caller, case_id)


@router.get("/cases/{case_id}/looks", summary="閲覧の記録 / Who saw this case")
async def show_looks(
    ctx: Ctx,
    session: Session,
    caller: Caller,
    case_id: UUID,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> views.Looks:
    """だれが、いつ、このケースの記録を見たか(拒否も含む) / The newest first, refusals included."""
    return await reading.show_looks(ctx, session, caller, case_id, since, until)


@router.get("/consent-forms", summary="同意書の様式 / Consent forms")
async def consent_forms(caller: Caller) -> views.ConsentForms:
    """各版の本文と使われる期間。Every version: its text, its hash, when it is in force."""
    return views.ConsentForms(
        items=tuple(
            views.ConsentForm(
                form_version=form.version,
                valid_from=form.valid_from,
                valid_until=form.valid_until,
                in_force=form.in_force(today()),
                text=form.text,
                text_hash=form.text_hash,
            )
            for form in known_forms().values()
        )
    )


@router.get("/staff", summary="職員 / Staff")
async def list_staff(session: Session, caller: Caller) -> views.StaffList:
    return await reading.list_staff(session, caller)


Answers: dict[int | str, dict[str, Any]] = {
    202: {"model": views.CommandView, "description": "受け付けました。処理中です / On its way"}
}
"""What an act may be answered with beside 200."""
