"""The worklist, and the page of one task: what is asked, by when, of whom, and the form for it."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Context, Ctx, Session
from chassis.problems import Problem
from contracts.calendar import business_days_between, today, tokyo_date
from contracts.policies import Policy
from services.coordination import labels, views
from services.coordination.acting import complete_task
from services.coordination.assigning import assign_task
from services.coordination.portal import acts
from services.coordination.portal.access import Looking, Sent, Viewer
from services.coordination.portal.material import material, needed
from services.coordination.portal.pages import CASEWORKERS, render, see
from services.coordination.reading import (
    TaskFilter,
    find_tasks,
    list_fiscal_year_tasks,
    list_staff,
    show_case,
    show_records,
    show_task,
    suggest,
)

router = APIRouter()


@dataclass(frozen=True)
class Tended:
    """What somebody wanted to lay a task aside with, and why that could not be."""

    until: str = ""
    reason: str = ""
    comment: str = ""
    error: str | None = None


PAGE = 50
TABS: dict[str, tuple[str, str, TaskFilter]] = {
    "mine": ("自分", "mine", TaskFilter(mine=True, snoozed=False)),
    "group": ("所属", "team", TaskFilter(team=True, snoozed=False)),
    "unassigned": ("未割当", "unassigned", TaskFilter(unassigned=True, snoozed=False)),
    "overdue": ("期限超過", "overdue", TaskFilter(overdue=True, snoozed=False)),
    "today": ("今日", "today", TaskFilter(today=True, snoozed=False)),
    "coming": ("これから", "coming", TaskFilter(coming=True, snoozed=False)),
    "escalated": ("上申", "escalated", TaskFilter(escalated=True, snoozed=False)),
    "snoozed": ("あとで", "snoozed", TaskFilter(snoozed=True)),
    "all": ("すべて", "open", TaskFilter()),
}
"""The views of the worklist: name, the count that goes with it, and which tasks."""
FIGURES = "statistics"
"""The role that has no cases, but figures to propose."""


@router.get("/")
async def home(looking: Looking, session: Session, request: Request) -> Response:
    """The first page this person has a use for."""
    if looking.principal.has(*CASEWORKERS):
        return see(request, "/tasks")
    if await list_fiscal_year_tasks(session, looking.principal):
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
    years = await list_fiscal_year_tasks(session, looking.principal)
    if looking.principal.has(FIGURES) and not looking.principal.has(*CASEWORKERS):
        return render(request, "tasks.html", tabs={}, tab=chosen, page=None, years=years)
    wanted = replace(TABS[chosen][2], after=after, limit=PAGE)
    found = await find_tasks(session, looking.principal, wanted)
    shown = {name: [one for one in years if _belongs(one, name)] for name in TABS}
    return render(
        request,
        "tasks.html",
        tabs=TABS,
        tab=chosen,
        page=found,
        years=shown[chosen] if after is None else [],
        counts={
            name: found.counts.model_dump()[counted] + len(shown[name])
            for name, (_, counted, _) in TABS.items()
        },
    )


def _belongs(task: views.FiscalYearTask, tab: str) -> bool:
    """Whether a task about figures stands in a view; it is nobody's own and never laid aside."""
    left = None if task.due_at is None else business_days_between(today(), tokyo_date(task.due_at))
    return {
        "group": True,
        "all": True,
        "overdue": task.overdue,
        "today": left == 0 and not task.overdue,
        "coming": left is not None and 0 < left <= Policy().worklist_ahead.count,
    }.get(tab, False)


@router.get("/tasks/{task_id}")
@router.get("/tasks/{task_id}/acts/{code}")
async def task(
    looking: Looking, session: Session, ctx: Ctx, request: Request, task_id: UUID, code: str = ""
) -> Response:
    return await task_page(request, looking, ctx, session, task_id, code)


async def task_page(
    request: Request,
    looking: Viewer,
    ctx: Context,
    session: AsyncSession,
    task_id: UUID,
    code: str = "",
    *,
    status: int = 200,
    tended: Tended | None = None,
) -> Response:
    """The page of a task; with what was wrong when somebody wanted to lay it aside."""
    shown = await show_task(ctx, session, looking.principal, task_id)
    allowed = _chosen(shown, code)
    case = await show_case(session, looking.principal, shown.case_id)
    around = await _around(request, looking, case)
    form = None
    if allowed is not None:
        who, target = looking.principal, allowed.target.id
        known = await suggest(ctx, session, who, shown.case_id, allowed.act, target)
        form = await acts.blank(around, allowed, _address(shown, allowed), known)
    more = await _more(session, ctx, looking, shown)
    return _page(request, status, shown, case, around, form, more, tended=tended)


def _page(
    request: Request,
    status: int,
    shown: views.TaskView,
    case: views.CaseView,
    around: acts.Surroundings,
    form: acts.ActForm | None,
    more: dict[str, Any],
    *,
    kept: acts.ActForm | None = None,
    tended: Tended | None = None,
) -> Response:
    return render(
        request,
        "task.html",
        status,
        task=shown,
        case=case,
        form=form,
        around=around,
        kept=kept,
        tended=tended or Tended(),
        **more,
    )


@router.post("/tasks/{task_id}/acts/{code}")
async def complete(sent: Sent, ctx: Ctx, request: Request, task_id: UUID, code: str) -> Response:
    looking = sent.viewer
    async with ctx.database.transaction() as session:
        shown = await show_task(ctx, session, looking.principal, task_id)
        case = await show_case(session, looking.principal, shown.case_id)
        allowed = _chosen(shown, code, exactly=True)
        more = await _more(session, ctx, looking, shown)
    around = await _around(request, looking, case)
    known = allowed or acts.past(code, case, shown.target)

    async def post(act: dict[str, Any], key: str, seen: str | None) -> views.CommandView:
        return await complete_task(ctx, looking.principal, task_id, act, key, seen)

    done = await acts.tried(ctx, sent, known, post)
    if isinstance(done, views.CommandView):
        return acts.settled(request, known.label, done)
    problem = done
    if allowed is None:
        # What a past form lacks does not matter: it cannot be sent any more.
        status = problem.status if problem and problem.status != 422 else 409
        kept = await acts.kept(around, known, sent.form)
        return _page(request, status, shown, case, around, None, more, kept=kept)
    status = problem.status if problem else 200
    form = await acts.again(around, allowed, _address(shown, allowed), sent.form, problem)
    return _page(request, status, shown, case, around, form, more)


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
            every = await show_records(ctx, session, looking.principal, shown.case_id, "review")
            records = material(every.items, shown)
        except Problem as problem:
            if problem.status != 403:
                raise
    return {
        "asked": _asked(shown),
        "staff": staff,
        "records": records,
        "may_assign": may_assign,
        "snooze_reasons": labels.choices("", "snooze_reason"),
    }
