"""Fiscal years in the portal: versions and their files, approval, and figures to be looked at."""

from typing import Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response

from chassis.problems import Problem
from services.coordination.portal.access import Looking, Sent
from services.coordination.portal.figures import KEEPERS, path_of
from services.coordination.portal.pages import render, see

router = APIRouter()

FLAGGED = "/api/indicators/v1/flagged-figures"
STATUSES = {
    "open": "未確認",
    "asked-back": "照会中",
    "accepted": "確認済み",
    "corrected": "訂正された",
}
VERSION_STATUSES = {"in-force": "有効", "proposed": "提案中", "returned": "差戻し"}
MAY_SAY_WHY = ("return_figures", "propose_restatement")
"""Acts whose reason must be given."""


@router.get("/fiscal-years")
async def fiscal_years(looking: Looking, request: Request) -> Response:
    """Every fiscal year and where its figures are."""
    found = await request.app.state.elsewhere.get(looking.token, "/api/indicators/v1/fiscal-years")
    return render(request, "fiscal_years.html", years=found)


@router.get("/fiscal-years/flagged")
async def flagged(
    looking: Looking,
    request: Request,
    status: Literal["open", "asked-back", "accepted", "corrected"] = "open",
) -> Response:
    """Figures far above what their venue usually reports."""
    found = await request.app.state.elsewhere.get(looking.token, FLAGGED, status=status)
    return render(
        request,
        "flagged.html",
        found=found,
        shown=status,
        statuses=STATUSES,
        keeps=looking.principal.has(*KEEPERS),
        keys={one["entry_id"]: str(uuid4()) for one in found},
    )


@router.post("/fiscal-years/flagged/{entry_id}")
async def review(sent: Sent, request: Request, entry_id: UUID) -> Response:
    """Accept a flagged figure, or ask its reporter back."""
    try:
        await request.app.state.elsewhere.post(
            sent.viewer.token,
            f"{FLAGGED}/{entry_id}/review",
            sent.text("_key"),
            {"verdict": sent.text("verdict")},
        )
        said = "記録しました"
    except Problem as problem:
        if problem.status != 409:
            raise
        said = problem.ja
    return see(request, "/fiscal-years/flagged", said)


@router.get("/fiscal-years/{year}")
async def fiscal_year(looking: Looking, request: Request, year: int) -> Response:
    """One year: where it is, its versions as files, what came late, and what may be done."""
    ask = request.app.state.elsewhere.get
    found = await ask(looking.token, path_of(year))
    late = await ask(looking.token, path_of(year, "/changes")) if found["standing"] else None
    return render(
        request,
        "fiscal_year.html",
        year=found,
        late=late,
        statuses=VERSION_STATUSES,
        says_why=MAY_SAY_WHY,
        keys={act["act"]: str(uuid4()) for act in found["acts"]},
        typed={},
    )


@router.post("/fiscal-years/{year}/acts")
async def act(sent: Sent, request: Request, year: int) -> Response:
    """Propose, approve, return or publish. What was typed is not lost to a refusal."""
    body = {"act": sent.text("act"), "note": sent.text("note") or None}
    ask = request.app.state.elsewhere
    try:
        came = await ask.post(sent.viewer.token, path_of(year, "/acts"), sent.text("_key"), body)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        found = await ask.get(sent.viewer.token, path_of(year))
        standing = found["standing"]
        late = await ask.get(sent.viewer.token, path_of(year, "/changes")) if standing else None
        return render(
            request,
            "fiscal_year.html",
            status=problem.status,
            year=found,
            late=late,
            statuses=VERSION_STATUSES,
            says_why=MAY_SAY_WHY,
            keys={one["act"]: str(uuid4()) for one in found["acts"]},
            typed={"act": body["act"], "note": body["note"] or "", "refusal": problem.ja},
        )
    said = "記録しました" if came["status"] == "applied" else "受け付けました。まもなく反映されます"
    return see(request, f"/fiscal-years/{year}", said)
