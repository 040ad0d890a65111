"""Somebody does something: checked, stored, delivered, and answered with what came of it.

The act and the words that go with it are durable before anything else happens. What follows the
caller may wait for, or ask later: `pending` says that it is on its way.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.audit import audit, audit_refusal
from chassis.auth import Principal, not_allowed
from chassis.context import Context
from chassis.idempotency import answered_before, remember_answer
from chassis.mynumber import refuse_my_number
from chassis.problems import Problem, validation_problem
from chassis.telemetry import mark_case
from contracts import catalogue
from contracts.acts import Act
from contracts.calendar import today
from contracts.cases import Kind, Refusal, workflow_id
from contracts.life import allowed
from services.coordination import problems, views
from services.coordination.bodies import may_organise
from services.coordination.commands import relay_of
from services.coordination.forms import ACTS, AGENCIES_FIELDS, AGENCY_FIELDS, MODELS
from services.coordination.meeting_rules import basis_of
from services.coordination.models import CaseFile, Meeting, Strand, Task
from services.coordination.permissions import (
    ORGANISING,
    names_other_agency,
    own_strand,
    role_allows,
    sees_all,
    visible,
)
from services.coordination.reading import show_command
from services.coordination.refusal import RefusedError
from services.coordination.rules import Attempt, check
from services.coordination.staleness import refuse_stale
from services.coordination.store.cases import lock_case, remember_staff
from services.coordination.store.commands import (
    Addressee,
    decisive_on_its_way,
    store_act,
)
from services.coordination.store.worklist import locked_task

WAIT_SECONDS = 2.0
"""How long a caller waits for the outcome before being told that it is on its way."""


@dataclass(frozen=True)
class Deed:
    """An act as it was posted."""

    principal: Principal
    act: Act
    key: str
    body: bytes
    route: str
    seen: str | None = None
    """The version of the workflow that the form was shown for, if it says so."""


async def complete_task(
    ctx: Context,
    principal: Principal,
    task_id: UUID,
    act: dict[str, Any],
    key: str,
    seen: str | None = None,
) -> views.CommandView:
    """Do what a task asks for. Raises Problem."""
    deed = deed_of(principal, act, key, f"POST tasks/{task_id}/complete", {}, seen)
    async with _audited(ctx, deed, "task", task_id), ctx.database.transaction() as session:
        command_id = await _earlier(session, deed)
        if command_id is None:
            found = await session.get(Task, task_id)
            case = await seen_case(session, principal, found.case_id if found else None)
            task = await locked_task(session, task_id)
            if task is None:
                raise problems.not_found()
            to = Addressee(Kind(task.kind), task.entity_id)
            await _still_open(session, task)
            command_id = await undertake(ctx, session, deed, case, to, task)
    return await _outcome(ctx, principal, command_id)


async def act_on_case(
    ctx: Context,
    principal: Principal,
    case_id: UUID,
    act: dict[str, Any],
    key: str,
    target: views.Target | None = None,
    seen: str | None = None,
) -> views.CommandView:
    """Do something to a case, or to one of its workflows, that no task asks for. Raises Problem."""
    named = {"target": target.model_dump(mode="json") if target else None}
    deed = deed_of(principal, act, key, f"POST cases/{case_id}/acts", named, seen)
    async with _audited(ctx, deed, "case", case_id), ctx.database.transaction() as session:
        command_id = await _earlier(session, deed)
        if command_id is None:
            case = await seen_case(session, principal, case_id)
            to = Addressee(Kind.CASE, case_id)
            if target is not None:
                to = Addressee(Kind(target.kind), target.id)
            task = await task_for(session, to, deed.act.code)
            command_id = await undertake(ctx, session, deed, case, to, task)
    return await _outcome(ctx, principal, command_id)


def deed_of(
    principal: Principal,
    act: dict[str, Any],
    key: str,
    route: str,
    more: dict[str, Any],
    seen: str | None,
) -> Deed:
    try:
        parsed = ACTS.validate_json(json.dumps(act, default=str))
    except ValidationError as error:
        raise validation_problem(
            [{**fault, "loc": _without_tag(fault["loc"])} for fault in error.errors()]
        ) from error
    refuse_my_number(act, within="act")
    body = json.dumps({"act": act, **more}, sort_keys=True, default=str).encode()
    return Deed(principal, parsed, key, body, route, seen)


def _without_tag(place: tuple[Any, ...]) -> tuple[Any, ...]:
    """Where in the posted body it is: pydantic names the union's member first."""
    return ("act", *(place[1:] if place and place[0] in MODELS else place))


@asynccontextmanager
async def _audited(ctx: Context, deed: Deed, kind: str, subject: UUID) -> AsyncIterator[None]:
    """A refusal is written down, although its transaction is rolled back."""
    try:
        yield
    except RefusedError as error:
        await _audit_refusal(ctx, deed, kind, subject, str(error.code))
        raise problems.of_refusal(str(error.code), error.details) from error
    except Problem as problem:
        if problem.status in (403, 404, 409):
            await _audit_refusal(ctx, deed, kind, subject, problem.code)
        raise


async def _audit_refusal(ctx: Context, deed: Deed, kind: str, subject: UUID, code: str) -> None:
    await audit_refusal(
        ctx.database, deed.principal, f"act.{deed.act.code}", kind, str(subject), code
    )


async def _earlier(session: AsyncSession, deed: Deed) -> UUID | None:
    """The command that the same request has stored before."""
    found = await answered_before(session, deed.principal, deed.route, deed.key, deed.body)
    return UUID(found["body"]["command_id"]) if found else None


async def seen_case(session: AsyncSession, principal: Principal, case_id: UUID | None) -> CaseFile:
    """The case, locked, if the caller may see it at all."""
    if case_id is None:
        raise problems.not_found()
    seen = select(col(CaseFile.case_id)).where(col(CaseFile.case_id) == case_id, visible(principal))
    if await session.scalar(seen) is None:
        raise problems.not_found()
    case = await lock_case(session, case_id)
    if case is None:
        raise problems.not_found()
    mark_case(case_id=case.case_id, receipt=case.receipt_number)
    return case


async def _still_open(session: AsyncSession, task: Task) -> None:
    if task.closed_at is not None:
        raise await problems.task_done(session, task)


async def task_for(session: AsyncSession, to: Addressee, act: str) -> Task | None:
    """The open task that asks for this very act, if there is one."""
    found = select(Task).where(
        col(Task.workflow_id) == to.workflow_id,
        col(Task.closed_at).is_(None),
        col(Task.acts).contains([act]),
    )
    return (await session.scalars(found.with_for_update().limit(1))).one_or_none()


async def undertake(
    ctx: Context,
    session: AsyncSession,
    deed: Deed,
    case: CaseFile,
    to: Addressee,
    task: Task | None,
) -> UUID:
    """Check everything that can be checked here, then store the command."""
    strand = await session.get(Strand, workflow_id(to.kind, to.id))
    if strand is None or strand.case_id != case.case_id:
        raise problems.not_found() if to.kind is not Kind.CASE else problems.not_started()
    await refuse_stale(session, strand, deed.seen)
    exits = allowed(strand.kind, strand.state)
    if deed.act.code not in exits:
        raise problems.act_not_allowed(strand.kind, strand.state, sorted(exits), deed.act.code)
    await _may(session, deed, to, task)
    await _organises(session, deed, case, to)
    _known_agencies(deed.act)
    attempt = Attempt(
        session,
        case,
        to.kind,
        to.id,
        deed.act,
        deed.principal.sub,
        today(),
        ctx.settings.oral_consent,
        agency=deed.principal.agency,
        posted=True,
    )
    await check(attempt)
    decisive = strand.state not in exits[deed.act.code] and bool(exits[deed.act.code])
    if decisive and (other := await decisive_on_its_way(session, strand.workflow_id)):
        raise await problems.task_in_progress(session, other)
    await remember_staff(session, deed.principal)
    command_id = await store_act(
        session,
        ctx.vault,
        case,
        to,
        deed.act,
        deed.principal,
        task_id=task.task_id if task else None,
        decisive=decisive,
    )
    await audit(
        session,
        deed.principal,
        f"act.{deed.act.code}",
        "case",
        str(case.case_id),
        command_id=str(command_id),
        workflow_id=to.workflow_id,
    )
    await remember_answer(
        session,
        deed.principal,
        deed.route,
        deed.key,
        status=202,
        body={"command_id": str(command_id)},
    )
    return command_id


async def _may(session: AsyncSession, deed: Deed, to: Addressee, task: Task | None) -> None:
    """Role, then agency: an agency's staff do their own agency's work, in its name."""
    principal, act = deed.principal, deed.act
    if not role_allows(principal, act.code):
        raise not_allowed()
    if names_other_agency(principal, act):
        raise problems.not_your_agency("agency")
    if sees_all(principal):
        return
    agency = principal.agency or ""
    if task is not None and task.owner == "agency" and task.agency != agency:
        raise problems.not_your_agency()
    if not await own_strand(session, agency, to.kind, to.id):
        raise problems.not_your_agency()


async def _organises(session: AsyncSession, deed: Deed, case: CaseFile, to: Addressee) -> None:
    """A meeting is called and led by whoever organises it by its legal basis (process A3)."""
    if deed.act.code not in ORGANISING:
        return
    basis = str(basis_of(case))
    if to.kind is Kind.MEETING:
        basis = (await session.get_one(Meeting, to.id)).legal_basis
    if not may_organise(deed.principal, basis, today()):
        raise RefusedError(Refusal.NOT_THE_ORGANISER, legal_basis=basis)


def _known_agencies(act: Act) -> None:
    known = catalogue.agencies(today())
    for name in (*AGENCY_FIELDS, *AGENCIES_FIELDS):
        value = getattr(act, name, None) or ()
        for code in (value,) if isinstance(value, str) else value:
            if code not in known:
                raise problems.unknown_agency(name)
    for role in getattr(act, "roles", ()):
        if role.agency not in known:
            raise problems.unknown_agency("roles")


async def _outcome(ctx: Context, principal: Principal, command_id: UUID) -> views.CommandView:
    """What came of it, if that is known in time. Raises Problem for a refusal."""
    await relay_of(ctx).settled(command_id, WAIT_SECONDS)
    async with ctx.database.transaction() as session:
        shown = await show_command(session, principal, command_id)
    if shown.refusal is not None:
        raise problems.of_refusal(
            shown.refusal.code, shown.refusal.details, command_id=str(command_id)
        )
    return shown
