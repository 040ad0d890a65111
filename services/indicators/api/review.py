"""Figures far above what their venue usually reports: the list, and what somebody says of each."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from chassis.context import Session
from chassis.problems import Problem
from chassis.writing import Writing, writing
from contracts.life import Role
from services.indicators import attention
from services.indicators.api.asking import PREFIX, Reader

router = APIRouter(prefix=PREFIX, tags=["figures"])

REVIEWERS = (Role.STATISTICS, Role.MANAGER)
MOST_SHOWN = 200


class FlaggedView(BaseModel):
    """A reported line that is counted, and should be looked at."""

    entry_id: UUID
    revision: int
    measure_id: str
    kind: str
    venue: str
    on_date: date
    quantity: int
    usual: float
    """What the venue reported per line on average."""
    flagged_at: datetime
    status: Literal["open", "accepted", "asked-back", "corrected"]
    reviewed_by: str | None
    reviewed_at: datetime | None


class Verdict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    verdict: Literal["accepted", "asked-back"]
    """The figure is right · its reporter is asked, and corrects the line if it is wrong."""


class Reviewed(BaseModel):
    entry_id: UUID
    status: str


@router.get("/flagged-figures")
async def flagged_figures(
    session: Session,
    _: Reader,
    status: Annotated[Literal["open", "accepted", "asked-back", "corrected"], Query()] = "open",
) -> list[FlaggedView]:
    """Flagged figures in a state, the newest first."""
    return [
        FlaggedView.model_validate(row, from_attributes=True)
        for row in await attention.flagged(session, status, MOST_SHOWN)
    ]


@router.post("/flagged-figures/{entry_id}/review", response_model=Reviewed)
async def review(
    entry_id: UUID,
    sent: Verdict,
    write: Annotated[Writing, Depends(writing(*REVIEWERS))],
) -> JSONResponse:
    """Accept a flagged figure, or ask its reporter back."""

    async def keep() -> Reviewed:
        if not await attention.review(write.session, entry_id, sent.verdict, write.caller):
            raise Problem(
                409,
                "not-to-be-reviewed",
                ja="この数値は確認の対象ではありません(確認済みか、訂正されています)",
                en="This figure is not waiting for a review any more",
            )
        await write.done(f"figure.{sent.verdict}", entry_id, of="ledger-entry")
        return Reviewed(entry_id=entry_id, status=sent.verdict)

    return await write.once(keep)
