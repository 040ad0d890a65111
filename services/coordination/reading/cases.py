"""Cases as lists and as a page: where each is, what it waits for, what has been done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.audit import audit
from chassis.auth import Principal
from chassis.telemetry import mark_case
from contracts.calendar import today
from contracts.life import LIVES, SK_TRACK
from services.coordination import labels, problems, views
from services.coordination.models import CaseFile, CasePerson, Strand, Task
from services.coordination.permissions import sees_all, visible, works_with_cases
from services.coordination.reading.duties import duties_of_case, without_hidden
from services.coordination.reading.names import Names
from services.coordination.reading.next_acts import next_acts
from services.coordination.reading.page_parts import page_parts
from services.coordination.reading.paging import Cursor, no_case_work
from services.coordination.reading.tasks import task_views
from services.coordination.reading.waiting import waiting_view
from services.coordination.store.households import members_beside, standing_flags
from services.coordination.terms import has_open_task, of_agency

MOST = 200


@dataclass(frozen=True)
class CaseFilter:
    """Which cases; the newest first."""

    state: str | None = None
    track: Literal["main", "sk"] | None = None
    agency: str | None = None
    receipt_number: str | None = None
    mine: bool = False
    urgent: bool | None = None
    after: str | None = None
    limit: int = 50


async def find_cases(
    session: AsyncSession, principal: Principal, chosen: CaseFilter
) -> views.CasePage:
    """A page of the cases that the caller may see. Raises Problem 403."""
    if not works_with_cases(principal):
        raise no_case_work()
    page, following = await newest(
        session, [visible(principal), *_chosen(principal, chosen)], chosen.after, chosen.limit
    )
    return views.CasePage(items=await case_rows(session, page), next=following)


async def newest(
    session: AsyncSession, terms: Sequence[ColumnElement[bool]], after: str | None, limit: int
) -> tuple[Sequence[CaseFile], str | None]:
    """A page of cases, the newest first, and where the next one begins. Raises Problem 422."""
    limit = max(1, min(limit, MOST))
    at, case_id = col(CaseFile.opened_at), col(CaseFile.case_id)
    found = select(CaseFile).where(*terms).order_by(at.desc(), case_id.desc()).limit(limit + 1)
    if after:
        when, last = Cursor.read(after)
        found = found.where(or_(at < when, and_(at == when, case_id < last)))
    rows = (await session.scalars(found)).all()
    page = rows[:limit]
    beyond = len(rows) > limit
    return page, Cursor.write(page[-1].opened_at, page[-1].case_id) if beyond else None


def _chosen(principal: Principal, chosen: CaseFilter) -> list[Any]:
    terms: list[Any] = []
    if chosen.state:
        terms.append(col(CaseFile.state) == chosen.state)
    if chosen.track == "sk":
        terms.append(col(CaseFile.state).in_(tuple(SK_TRACK)))
    if chosen.track == "main":
        terms.append(col(CaseFile.state).not_in(tuple(SK_TRACK)))
    if chosen.receipt_number:
        terms.append(col(CaseFile.receipt_number) == chosen.receipt_number.strip())
    if chosen.urgent is not None:
        terms.append(col(CaseFile.urgent).is_(chosen.urgent))
    if chosen.agency:
        terms.append(of_agency(chosen.agency))
    if chosen.mine:
        own_task = has_open_task(col(Task.assignee) == principal.sub)
        terms.append(or_(col(CaseFile.coordinator) == principal.sub, own_task))
    return terms


async def case_rows(session: AsyncSession, cases: Sequence[CaseFile]) -> tuple[views.CaseRow, ...]:
    names = await Names.of(
        session, [sub for case in cases for sub in (case.coordinator, case.waiting_assignee)]
    )
    return tuple(views.CaseRow(**_row(case, names)) for case in cases)


def _row(case: CaseFile, names: Names) -> dict[str, Any]:
    reason = case.closure_reason
    return {
        **case.model_dump(
            include={
                "case_id",
                "receipt_number",
                "channel",
                "programme_no",
                "basic_area",
                "daily_area",
                "received_on",
                "urgent",
                "state",
                "since",
                "episode",
                "coordinator_agency",
                "lead_agency",
                "closure_reason",
            }
        ),
        "channel_label": labels.channel(case.channel, case.received_on),
        "divisions": labels.divisions(case.channel, case.received_on),
        "state_label": labels.state("case", case.state),
        "track": "sk" if case.state in SK_TRACK else "main",
        "coordinator": names.maybe(case.coordinator),
        "coordinator_agency_name": labels.agency(case.coordinator_agency, case.closed_at),
        "closure_reason_label": labels.closure_reason(reason) if reason else None,
        "waiting": waiting_view(case, names),
    }


async def visible_case(session: AsyncSession, principal: Principal, case_id: UUID) -> CaseFile:
    """A case. Raises Problem 404 where the caller may not see it, 403 where they see none."""
    if not works_with_cases(principal):
        raise no_case_work()
    case = (
        await session.scalars(
            select(CaseFile).where(col(CaseFile.case_id) == case_id, visible(principal))
        )
    ).one_or_none()
    if case is None:
        raise problems.not_found()
    mark_case(case_id=case.case_id, receipt=case.receipt_number)
    return case


async def show_case(session: AsyncSession, principal: Principal, case_id: UUID) -> views.CaseView:
    """The case page; the looking is audited. Raises Problem."""
    case = await visible_case(session, principal, case_id)
    await audit(session, principal, "case.read", "case", str(case_id))
    strands = (
        await session.scalars(
            select(Strand)
            .where(col(Strand.case_id) == case_id)
            .order_by(col(Strand.kind) != "case", col(Strand.entity_id))
        )
    ).all()
    tasks = (
        await session.scalars(
            select(Task)
            .where(col(Task.case_id) == case_id, col(Task.closed_at).is_(None))
            .order_by(col(Task.due_at).asc().nulls_last(), col(Task.task_id))
        )
    ).all()
    seen = [task for task in tasks if sees_all(principal) or task.agency == principal.agency]
    persons = tuple(
        sorted(
            await session.scalars(
                select(col(CasePerson.person_id)).where(col(CasePerson.case_id) == case_id)
            )
        )
    )
    names = await Names.of(session, [case.coordinator, case.waiting_assignee])
    parts = await page_parts(session, case_id, {s.workflow_id: s.state for s in strands})
    duties = await duties_of_case(session, principal, case_id)
    here = f"/api/coordination/v1/cases/{case_id}"
    return views.CaseView(
        **_row(case, names),
        intake_id=case.intake_id,
        merged_into=case.merged_into,
        persons=persons,
        members=await members_beside(session, case_id),
        flags=tuple(
            views.GuardView(
                **flag.model_dump(
                    include={"flag_id", "person_id", "kind", "expires_on", "renewable_from"}
                ),
                label=labels.guard(flag.kind),
            )
            for flag in await standing_flags(session, case_id, today())
        ),
        next=await next_acts(session, principal, strands, tasks, persons),
        tasks=await task_views(session, [(task, case) for task in seen]),
        lives=tuple(_life(strand) for strand in strands),
        **without_hidden(parts, duties),
        links={
            "timeline": f"{here}/timeline",
            "persons": f"{here}/persons",
            "records": f"{here}/records",
            "disclosures": f"{here}/disclosures",
            "looks": f"{here}/looks",
            "tasks": f"/api/coordination/v1/tasks?case_id={case_id}",
        },
    )


def _life(strand: Strand) -> views.Life:
    stage = LIVES[strand.kind].get(strand.state)
    goes_on = stage is not None and bool(stage.acts or stage.lapses or stage.news)
    return views.Life(
        kind=strand.kind,
        id=strand.entity_id,
        workflow_id=strand.workflow_id,
        state=strand.state,
        label=labels.state(strand.kind, strand.state),
        since=strand.since,
        waits_until=strand.waits_until,
        open=goes_on,
    )
