"""人事異動: whose cases go to whom; previewed and done, cancelled, or taken back."""

from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.context import Ctx, Session
from chassis.idempotency import once
from chassis.problems import Problem
from contracts import catalogue
from contracts.calendar import today
from contracts.events import new_id
from services.coordination import reassigning, views
from services.coordination.portal.access import Looking, Sent, Submission
from services.coordination.portal.pages import render, see
from services.coordination.reading import list_staff

router = APIRouter()

FIELDS = ("from_coordinator", "from_agency", "to_coordinator", "to_agency", "effective_on")
OUTCOMES = {
    "moved": "変更しました",
    "unchanged": "変更なし",
    "not-found": "見つかりません",
    "closed": "終結済み",
    "changed-since": "その後に担当が替わったため戻しません",
}


@router.get("/reassignments")
async def reassignments(looking: Looking, session: Session, request: Request) -> Response:
    """The acts so far, and the form of another."""
    return await _page(request, looking, session, {})


@router.get("/reassignments/{reassignment_id}")
async def reassignment(
    looking: Looking, session: Session, request: Request, reassignment_id: UUID
) -> Response:
    shown = await reassigning.show_reassignment(session, looking.principal, reassignment_id)
    return render(request, "reassignment.html", act=shown, outcomes=OUTCOMES, key=str(new_id()))


@router.post("/reassignments")
async def reassign(sent: Sent, ctx: Ctx, request: Request) -> Response:
    """Shows first what would happen; done once that was seen. A refused form keeps its answers."""
    typed = {name: sent.text(name).strip() for name in FIELDS}
    who = sent.viewer.principal
    try:
        async with ctx.database.transaction() as session:
            wanted = _wanted(typed)
            if not sent.text("seen"):
                found = await reassigning.preview(session, who, wanted)
                return await _page(request, sent.viewer, session, typed, found)
            done = await _once(session, sent, partial(reassigning.reassign, session, who, wanted))
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        async with ctx.database.transaction() as session:
            return await _page(request, sent.viewer, session, typed, None, problem)
    return see(request, f"/reassignments/{done}", "担当替えを受け付けました")


@router.post("/reassignments/{reassignment_id}/{what}")
async def settle(
    sent: Sent, ctx: Ctx, request: Request, reassignment_id: UUID, what: str
) -> Response:
    """Cancels a planned act, or takes a done one back."""
    who = sent.viewer.principal
    try:
        async with ctx.database.transaction() as session:
            act = (
                partial(reassigning.cancel, session, who, reassignment_id)
                if what == "cancel"
                else partial(reassigning.undo, session, who, reassignment_id, "taken-back")
            )
            done = await _once(session, sent, act)
    except Problem as problem:
        if problem.status != 409:
            raise
        return see(request, f"/reassignments/{reassignment_id}", problem.ja)
    return see(request, f"/reassignments/{done}", "記録しました")


async def _once(
    session: Session, sent: Submission, act: Callable[[], Awaitable[views.ReassignmentView]]
) -> str:
    """The id of what a form did; sent twice, it counts once."""
    key, who = sent.text("_key") or str(new_id()), sent.viewer.principal
    body = repr(sorted(sent.form.multi_items(), key=str)).encode()
    told = await once(session, who, "POST /reassignments", key, body, act)
    return str(told["body"]["reassignment_id"])


def _wanted(typed: dict[str, str]) -> reassigning.Wanted:
    """Raises Problem for a day that cannot be read."""
    try:
        on = date.fromisoformat(typed["effective_on"]) if typed["effective_on"] else None
    except ValueError:
        said = "実施日を読み取れません"
        raise Problem(422, "invalid", ja=said, en="Unreadable day", field="effective_on") from None
    return reassigning.Wanted(
        reason="personnel-change",
        from_coordinator=typed["from_coordinator"] or None,
        from_agency=typed["from_agency"] or None,
        to_coordinator=typed["to_coordinator"] or None,
        to_agency=typed["to_agency"] or None,
        effective_on=on,
    )


async def _page(
    request: Request,
    looking: Looking,
    session: Session,
    typed: dict[str, str],
    found: views.ReassignmentView | None = None,
    problem: Problem | None = None,
) -> Response:
    offices = [row for row in catalogue.agencies(today()).values() if row.role == "ward"]
    return render(
        request,
        "reassignments.html",
        problem.status if problem else 200,
        acts=await reassigning.list_reassignments(session, looking.principal),
        staff=(await list_staff(session, looking.principal)).items,
        offices=offices,
        typed=typed,
        found=found,
        error=problem.ja if problem else None,
        key=str(new_id()),
        outcomes=OUTCOMES,
    )
