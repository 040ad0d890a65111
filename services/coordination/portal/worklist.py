"""The worklist, and the page of one task: what is asked, by when, of whom, and the form for it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.context import Context, Ctx, Session
from chassis.problems import Problem
from services.coordination import views
from services.coordination.acting import complete_task
from services.coordination.assigning import assign_task
from services.coordination.portal import acts
from services.coordination.portal.access import Looking, Sent, Viewer
from services.coordination.portal.forms import MORE
from services.coordination.portal.material import material, needed
from services.coordination.portal.pages import CASEWORKERS, render, see
from services.coordination.reading import (
    TaskFilter,
    find_tasks,
    list_staff,
    show_case,
    show_records,
    show_task,
)

router = APIRouter()

PAGE = 50
TABS = {
    "mine": "自分",
    "group": "所属",
    "unassigned": "未割当",
    "overdue": "期限超過",
    "all": "すべて",
}


@router.get("/")
async def home(looking: Looking, request: Request) -> Response:
    """The first page this person has a use for."""
    if looking.principal.has(*CASEWORKERS):
        return see(request, "/tasks")
    return see(request, "/operations" if looking.principal.has("operator") else "/indicators")


@router.get("/tasks")
async def tasks(
    looking: Looking,
    session: Session,
    request: Request,
    tab: str = "",
    after: str | None = None,
) -> Response:
    chosen = tab if tab in TABS else "group"
    wanted = _filter(looking, chosen)
    found = await find_tasks(session, looking.principal, replace(wanted, after=after, limit=PAGE))
    return render(request, "tasks.html", tabs=TABS, tab=chosen, page=found)


def _filter(looking: Viewer, tab: str) -> TaskFilter:
    who = looking.principal
    if tab == "mine":
        return TaskFilter(mine=True)
    if tab == "unassigned":
        return TaskFilter(unassigned=True)
    if tab == "overdue":
        return TaskFilter(overdue=True)
    if tab == "all":
        return TaskFilter()
    if who.has("agency"):
        return TaskFilter(agency=who.agency)
    return TaskFilter(role=next((role for role in CASEWORKERS if who.has(role)), None))


@router.get("/tasks/{task_id}")
@router.get("/tasks/{task_id}/acts/{code}")
async def task(
    looking: Looking, session: Session, ctx: Ctx, request: Request, task_id: UUID, code: str = ""
) -> Response:
    shown = await show_task(ctx, session, looking.principal, task_id)
    allowed = _chosen(shown, code)
    case = await show_case(session, looking.principal, shown.case_id)
    around = await _around(request, looking, case)
    form = await acts.blank(around, allowed, _address(shown, allowed)) if allowed else None
    more = await _more(session, ctx, looking, shown)
    return render(request, "task.html", task=shown, case=case, form=form, around=around, **more)


@router.post("/tasks/{task_id}/acts/{code}")
async def complete(sent: Sent, ctx: Ctx, request: Request, task_id: UUID, code: str) -> Response:
    looking = sent.viewer
    async with ctx.database.transaction() as session:
        shown = await show_task(ctx, session, looking.principal, task_id)
        case = await show_case(session, looking.principal, shown.case_id)
        allowed = _chosen(shown, code, exactly=True)
        more = await _more(session, ctx, looking, shown)
    around = await _around(request, looking, case)
    if allowed is None:
        return render(request, "task.html", 409, task=shown, case=case, around=around, **more)
    problem = None
    if MORE not in sent.form:
        try:
            act = await acts.act_sent(ctx, sent, code, allowed.fields)
            key = sent.text(acts.KEY_FIELD)
            done = await complete_task(ctx, looking.principal, task_id, act, key)
            return acts.settled(request, allowed.label, done)
        except Problem as error:
            if error.status in (401, 404, 503):
                raise
            problem = error
    form = await acts.again(around, allowed, _address(shown, allowed), sent.form, problem)
    status = problem.status if problem else 200
    return render(
        request, "task.html", status, task=shown, case=case, form=form, around=around, **more
    )


@router.post("/tasks/{task_id}/assign")
async def assign(
    sent: Sent, session: Session, ctx: Ctx, request: Request, task_id: UUID
) -> Response:
    """`assignee` is a person's sub, "me", or empty for nobody."""
    await assign_task(
        ctx,
        session,
        sent.viewer.principal,
        task_id,
        sent.text("assignee") or None,
        sent.text("comment") or None,
    )
    said = "担当を変更しました" if sent.text("assignee") else "担当を外しました"
    return see(request, f"/tasks/{task_id}", said)


def _chosen(shown: views.TaskView, code: str, *, exactly: bool = False) -> views.AllowedAct | None:
    """The act a page is about: the one named, else the first one that the task asks for."""
    named = next((one for one in _asked(shown) if one.act == code), None)
    if named or exactly:
        return named
    return next(iter(_asked(shown)), None)


def _asked(shown: views.TaskView) -> list[views.AllowedAct]:
    """What the task asks for; what the case allows besides has its place on the case page."""
    return [one for one in shown.next if one.task_id == shown.task_id]


def _address(shown: views.TaskView, allowed: views.AllowedAct) -> str:
    return f"/tasks/{shown.task_id}/acts/{allowed.act}"


async def _around(request: Request, looking: Viewer, case: views.CaseView) -> acts.Surroundings:
    elsewhere = request.app.state.elsewhere
    names = await elsewhere.names(looking.token, case.persons)
    return acts.Surroundings(looking, elsewhere, names)


async def _more(
    session: Any, ctx: Context, looking: Viewer, shown: views.TaskView
) -> dict[str, Any]:
    """Colleagues to hand the task to, and the texts a decision is about."""
    may_assign = looking.principal.has("coordinator", "manager", "agency")
    staff = (await list_staff(session, looking.principal)).items if may_assign else []
    records: list[Any] = []
    if shown.state == "open" and needed(shown.acts):
        try:
            every = await show_records(ctx, session, looking.principal, shown.case_id)
            records = material(every.items, shown)
        except Problem as problem:
            if problem.status != 403:
                raise
    return {
        "asked": _asked(shown),
        "staff": staff,
        "records": records,
        "may_assign": may_assign,
    }
