"""Cases: the list, one case with its next acts and its timeline, and acts that no task asks for."""

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.context import Ctx, Session
from chassis.problems import Problem
from services.coordination import problems, views
from services.coordination.acting import act_on_case
from services.coordination.assigning import assign_case
from services.coordination.portal import acts
from services.coordination.portal.access import Looking, Sent, Viewer
from services.coordination.portal.pages import render, see
from services.coordination.reading import (
    CaseFilter,
    find_cases,
    list_staff,
    show_case,
    show_command,
    show_persons,
    show_records,
    show_timeline,
    suggest,
)

router = APIRouter()

PAGE = 50
TIMELINE = 50
LATEST = 8
"""So many entries of the timeline stand open; older ones unfold."""
LOOK_AGAIN_SECONDS = 4
TRACKS: dict[str, Literal["main", "sk"]] = {"main": "main", "sk": "sk"}


@router.get("/cases")
async def cases(
    looking: Looking,
    session: Session,
    request: Request,
    receipt: str = "",
    track: str = "",
    state: str = "",
    mine: str = "",
    urgent: str = "",
    after: str | None = None,
) -> Response:
    wanted = CaseFilter(
        receipt_number=receipt.strip() or None,
        track=TRACKS.get(track),
        state=state or None,
        mine=bool(mine),
        urgent=True if urgent else None,
        after=after,
        limit=PAGE,
    )
    found = await find_cases(session, looking.principal, wanted)
    if receipt and len(found.items) == 1 and not after:
        return see(request, f"/cases/{found.items[0].case_id}")
    return render(request, "cases.html", page=found, wanted=wanted)


@router.get("/cases/{case_id}")
async def case(
    looking: Looking,
    session: Session,
    ctx: Ctx,
    request: Request,
    case_id: UUID,
    after: str | None = None,
) -> Response:
    who = looking.principal
    shown = await show_case(session, who, case_id)
    names = await request.app.state.elsewhere.names(looking.token, (*shown.persons, *shown.members))
    coordinators: list[Any] = []
    if who.has("coordinator", "manager"):
        staff = (await list_staff(session, who)).items
        coordinators = [one for one in staff if "coordinator" in one.roles]
    return render(
        request,
        "case.html",
        case=shown,
        coordinators=coordinators,
        persons=await _if_allowed(show_persons(session, who, case_id)),
        timeline=await show_timeline(
            session, who, case_id, after=after, limit=TIMELINE, newest_first=True
        ),
        latest=LATEST,
        records=await _if_allowed(show_records(ctx, session, who, case_id)),
        around=acts.Surroundings(looking, request.app.state.elsewhere, names),
    )


async def _if_allowed(reading: Any) -> Any:
    """What a part of the page shows, or None to whom it is closed."""
    try:
        return await reading
    except Problem as problem:
        if problem.status != 403:
            raise
        return None


@router.get("/cases/{case_id}/acts/{code}")
async def ask(
    looking: Looking,
    session: Session,
    ctx: Ctx,
    request: Request,
    case_id: UUID,
    code: str,
    kind: str = "case",
    id: UUID | None = None,
) -> Response:
    """The form of an act that no task asks for: what may be done at any time."""
    chosen = request.query_params
    shown = await show_case(session, looking.principal, case_id)
    allowed = _allowed(shown, code, kind, id)
    around = await _around(request, looking, shown)
    if allowed is None:
        return render(request, "act.html", 409, case=shown, form=None, around=around)
    target = allowed.target.id
    known = await suggest(ctx, session, looking.principal, case_id, code, target)
    # A page that leads here may name what was chosen there: one of several candidates.
    known |= {one.name: chosen[one.name] for one in allowed.fields if one.name in chosen}
    form = await acts.blank(around, allowed, _address(shown, allowed), known)
    return render(request, "act.html", case=shown, form=form, around=around)


@router.post("/cases/{case_id}/acts/{code}")
async def do(
    sent: Sent,
    ctx: Ctx,
    request: Request,
    case_id: UUID,
    code: str,
    kind: str = "case",
    id: UUID | None = None,
) -> Response:
    looking = sent.viewer
    async with ctx.database.transaction() as session:
        shown = await show_case(session, looking.principal, case_id)
    allowed = _allowed(shown, code, kind, id)
    around = await _around(request, looking, shown)
    target = views.Target.model_validate({"kind": kind, "id": id or case_id})
    known = allowed or acts.past(code, shown, target)

    async def post(act: dict[str, Any], key: str, seen: str | None) -> views.CommandView:
        return await act_on_case(ctx, looking.principal, case_id, act, key, known.target, seen)

    done = await acts.tried(ctx, sent, known, post)
    if isinstance(done, views.CommandView):
        return acts.settled(request, known.label, done)
    problem = done
    if allowed is None:
        # What a past form lacks does not matter: it cannot be sent any more.
        status = problem.status if problem and problem.status != 422 else 409
        kept = await acts.kept(around, known, sent.form)
        return render(request, "act.html", status, case=shown, form=None, kept=kept, around=around)
    status = problem.status if problem else 200
    form = await acts.again(around, allowed, _address(shown, allowed), sent.form, problem)
    return render(request, "act.html", status, case=shown, form=form, around=around)


@router.post("/cases/{case_id}/assign")
async def assign(sent: Sent, session: Session, request: Request, case_id: UUID) -> Response:
    await assign_case(session, sent.viewer.principal, case_id, sent.text("coordinator") or "me")
    return see(request, f"/cases/{case_id}", "主担当を変更しました")


@router.get("/commands/{command_id}")
async def command(
    looking: Looking, session: Session, request: Request, command_id: UUID
) -> Response:
    """Waits with the person until the case has taken an act; then shows the case."""
    shown = await show_command(session, looking.principal, command_id)
    if shown.status == "applied":
        return see(
            request, f"/cases/{shown.case_id}", f"記録しました。状態: {shown.case.state_label}"
        )
    waits = shown.status == "pending"
    response = render(
        request, "command.html", command=shown, said=None if waits else refusal_words(shown)
    )
    if waits:
        response.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return response


def refusal_words(shown: views.CommandView) -> str:
    """Why the case refused an act that it took its time to judge."""
    if shown.refusal is None:
        return "処理できませんでした"
    return problems.of_refusal(shown.refusal.code, shown.refusal.details).ja


def _allowed(
    shown: views.CaseView, code: str, kind: str, id: UUID | None
) -> views.AllowedAct | None:
    target = id or shown.case_id
    return next(
        (
            one
            for one in shown.next
            if one.act == code and one.target.kind == kind and one.target.id == target
        ),
        None,
    )


def _address(shown: views.CaseView, allowed: views.AllowedAct) -> str:
    query = f"?kind={allowed.target.kind}&id={allowed.target.id}"
    return f"/cases/{shown.case_id}/acts/{allowed.act}{query}"


async def _around(request: Request, looking: Viewer, case: views.CaseView) -> acts.Surroundings:
    elsewhere = request.app.state.elsewhere
    return acts.Surroundings(
        looking, elsewhere, await elsewhere.names(looking.token, (*case.persons, *case.members))
    )
