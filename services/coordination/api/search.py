"""Finding cases, and the offices that have to do with them."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from chassis.auth import Caller
from chassis.context import Ctx, Session
from chassis.mynumber import refuse_my_number
from contracts.calendar import today
from services.coordination import reading, views
from services.coordination.api.cases import PREFIX
from services.coordination.organisation import organisation
from services.coordination.searching import search

router = APIRouter(prefix=PREFIX, tags=["ケース / cases"])

Flag = Literal[
    "urgent",
    "overdue",
    "escalated",
    "unassigned",
    "sk",
    "open",
    "staff-safety",
    "address-protection",
]
Code = Annotated[str, Field(max_length=100)]


class SearchFor(BaseModel):
    """What is searched for; everything that is given must be so."""

    model_config = ConfigDict(extra="forbid")

    person: str | None = Field(default=None, max_length=100)
    """Part of a name or of a reading, however it is written."""
    receipt_number: Code | None = None
    agency: Code | None = None
    state: Code | None = None
    flag: Flag | None = None
    basic_area: Code | None = None
    daily_area: Code | None = None
    after: str | None = None
    limit: int = Field(default=50, ge=1, le=200)


@router.post("/cases/search", summary="ケースの検索 / Search for cases")
async def search_cases(
    ctx: Ctx, session: Session, caller: Caller, request: Request, sent: SearchFor
) -> views.SearchPage:
    """閲覧できるケースだけを新しい順に返します。氏名がURLに残らないようPOSTで受けます。

    Only what the caller may see, the newest first. Changes nothing; every search is audited.
    """
    refuse_my_number({"person": sent.person or ""})
    chosen = reading.CaseSearch(**sent.model_dump(exclude={"person"}))
    return await search(ctx, session, request.app.state.elsewhere, caller, chosen, name=sent.person)


@router.get("/organisation", summary="所管課と支援機関 / Divisions and agencies as of a date")
async def show_organisation(caller: Caller, on: date | None = None) -> views.Organisation:
    """その日に有効な名称を返します。As they were called on that date; today if none is given."""
    return organisation(on or today())
