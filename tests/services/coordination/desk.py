"""Coordination as a test works with it: cases that are opened, steps that workflows would tell."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import func, select, text
from sqlmodel import SQLModel

from chassis.bus import deliver
from chassis.context import Context
from chassis.delivery import Outcome
from chassis.records import RawRecord
from contracts.acts import Act, Actor, Command
from contracts.calendar import today
from contracts.cases import Kind, workflow_id
from contracts.events import Event, new_id
from contracts.events.intake import IntakeAccepted
from contracts.life import LIVES
from contracts.steps import Step, TaskToOpen
from services.coordination.activities import Activities
from services.coordination.events import events
from services.coordination.forms import ACTS
from services.coordination.models import CaseFile, Strand, Table

Row = TypeVar("Row", bound=SQLModel)

HANAKO = "hanako"
ICHIRO = "ichiro"


def act_of(code: str, **fields: Any) -> Act:
    """An act as it would be posted."""
    return ACTS.validate_json(json.dumps({"act": code, **fields}, default=str))


@dataclass
class Case:
    """A case under test."""

    case_id: UUID
    intake: IntakeAccepted
    state: dict[str, str] = field(default_factory=dict)
    """By workflow id."""
    steps: dict[str, int] = field(default_factory=dict)

    @property
    def person(self) -> UUID:
        return self.intake.person_ids[0]


class Desk:
    """Opens cases as the bus would, and records steps as the workflows would."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.activities = Activities(context)
        self.cases: dict[UUID, Case] = {}
        self.last: Step | None = None

    async def hear(self, event: Event) -> Outcome:
        """Deliver a fact as the consumer does."""
        record = RawRecord(
            topic=event.topic,
            partition=0,
            offset=0,
            key=event.subject.encode(),
            value=event.model_dump_json().encode(),
            headers=(("ce_type", event.type.encode()), ("ce_id", str(event.event_id).encode())),
        )
        return await deliver(self.context.database, events, record)

    async def open(self, *, persons: int = 1, state: str | None = "triage", **more: Any) -> Case:
        """A case of an accepted intake, screened next unless another state is asked for."""
        intake = IntakeAccepted(
            intake_id=new_id(),
            receipt_number=f"R8-大森-{uuid4().hex[:8]}",
            **{
                "channel": "takikan",
                "programme_no": 5,
                "received_on": today(),
                "person_ids": tuple(new_id() for _ in range(persons)),
                "basic_area": "大森",
                **more,
            },
        )
        assert await self.hear(intake) is Outcome.APPLIED
        [row] = await self.rows(CaseFile, intake_id=intake.intake_id)
        case = self.cases[row.case_id] = Case(row.case_id, intake)
        if state is not None:
            await self.step(case, state, came_from="received", cause="started")
        return case

    async def step(
        self,
        case: Case,
        state: str,
        act: Act | None = None,
        *,
        kind: Kind = Kind.CASE,
        key: UUID | None = None,
        by: str = HANAKO,
        of: str | None = None,
        ask: bool = False,
        command: Command | None = None,
        **more: Any,
    ) -> Step:
        """Record one step, made `by` somebody `of` an agency; `ask` opens the state's task."""
        entity = key or case.case_id
        name = workflow_id(kind, entity)
        number = case.steps[name] = case.steps.get(name, 0) + 1
        came_from = more.pop("came_from", case.state.get(name, ""))
        told = Step(
            kind=kind,
            workflow_id=name,
            entity_id=entity,
            case_id=case.case_id,
            number=number,
            at=datetime.now(UTC),
            came_from=came_from,
            state=state,
            command=command or (_command(act, by, of) if act else None),
            closes_tasks=came_from != state,
            opens=more.pop("opens", _task(kind, state, more.get("agency")) if ask else ()),
            **more,
        )
        self.last = told
        await self.activities.record_step(told)
        case.state[name] = state
        return told

    async def rows(self, model: type[Row], **by: Any) -> list[Row]:
        """Rows by the values of columns, in the order of their keys."""
        async with self.context.database.transaction() as session:
            query = select(model).where(*(getattr(model, k) == v for k, v in by.items()))
            keys = model.__table__.primary_key.columns  # type: ignore[attr-defined]
            return list((await session.scalars(query.order_by(*keys))).all())

    async def row(self, model: type[Row], **by: Any) -> Row:
        [found] = await self.rows(model, **by)
        return found

    async def count(self) -> dict[str, int]:
        """How many rows every table has, and the outbox."""
        async with self.context.database.transaction() as session:
            counts = {
                table.name: int(await session.scalar(select(func.count()).select_from(table)) or 0)
                for table in Table.metadata.sorted_tables
            }
            counts["outbox"] = int(await session.scalar(text("SELECT count(*) FROM outbox")) or 0)
            return counts

    async def facts(self, case: Case) -> list[dict[str, Any]]:
        """What was told about a case, oldest first; `type` without its prefix and version."""
        async with self.context.database.transaction() as session:
            found = await session.execute(
                text("SELECT type, body FROM outbox WHERE subject = :case ORDER BY seq"),
                {"case": str(case.case_id)},
            )
            return [
                {**json.loads(body), "type": name.removeprefix("kasane.").removesuffix(".v1")}
                for name, body in found
            ]

    async def fact(self, case: Case, name: str) -> dict[str, Any]:
        """The last fact of a type."""
        return [fact for fact in await self.facts(case) if fact["type"] == name][-1]

    async def strand(self, case: Case, kind: Kind = Kind.CASE, key: UUID | None = None) -> Strand:
        return await self.row(Strand, workflow_id=workflow_id(kind, key or case.case_id))

    async def file(self, case: Case) -> CaseFile:
        return await self.row(CaseFile, case_id=case.case_id)

    # --- ways to a state ----------------------------------------------------------------------

    async def consent(self, case: Case, person: UUID | None = None, **more: Any) -> None:
        """A person consents to both, and the case stays where it is."""
        given = act_of(
            "record_consent",
            person_id=person or case.person,
            kinds=["sharing", "support"],
            method="signature",
            **more,
        )
        await self.step(case, case.state[workflow_id(Kind.CASE, case.case_id)], given)

    async def meeting(
        self,
        case: Case,
        *,
        basis: str = "consent",
        agencies: tuple[str, ...] = ("sapota", "jobota"),
    ) -> UUID:
        """A meeting that is being prepared; under the law's article 106-6 nobody need consent."""
        before, after = (
            ("meeting", "meeting")
            if basis == "consent"
            else (
                "sk-accepted",
                "sk-scheduled",
            )
        )
        await self.step(case, before)
        key = uuid4()
        act = act_of("schedule_meeting", starts_at=tomorrow(), attendees=agencies)
        await self.step(case, after, act, created_id=key, legal_basis=basis)
        await self.step(case, "preparing", kind=Kind.MEETING, key=key, cause="started")
        return key

    async def plan(self, case: Case, *, by: str = HANAKO, state: str = "to-decide") -> UUID:
        """A support plan that a meeting has adopted and nobody has decided yet."""
        await self.step(case, "plan-draft")
        key = uuid4()
        await self.step(case, "meeting", a_plan(), by=by, created_id=key)
        await self.step(case, "draft", kind=Kind.PLAN, key=key, cause="started")
        if state != "draft":
            await self.step(case, "to-decide", kind=Kind.PLAN, key=key, cause="meeting-verdict")
        return key

    async def referral(self, case: Case, agency: str = "jobota") -> UUID:
        """An agency has been asked; the case rests on it."""
        key = uuid4()
        act = act_of("refer_to_agency", agency=agency)
        await self.step(case, "single-agency", act, created_id=key, agency=agency)
        await self.step(
            case, "asked", kind=Kind.REFERRAL, key=key, cause="started", agency=agency, ask=True
        )
        return key

    async def placement(self, case: Case) -> UUID:
        """Participation support has begun for the case's first person."""
        await self.step(case, "active")
        key = uuid4()
        act = act_of("start_participation", person_id=case.person, kinds=["ibasho"])
        await self.step(case, "active", act, created_id=key)
        await self.step(case, "matching", kind=Kind.PLACEMENT, key=key, cause="started")
        return key

    async def outreach(self, case: Case, agency: str = "sapota") -> UUID:
        """An agency works on the relationship."""
        await self.step(case, "outreach")
        key = uuid4()
        await self.step(
            case, "trying", kind=Kind.OUTREACH, key=key, cause="started", agency=agency, ask=True
        )
        return key


def _command(act: Act, by: str, agency: str | None) -> Command:
    return Command(
        command_id=new_id(),
        act=act,
        actor=Actor(sub=by, roles=("coordinator",), agency=agency),
        at=datetime.now(UTC),
    )


def _task(kind: Kind, state: str, agency: str | None) -> tuple[TaskToOpen, ...]:
    stage = LIVES[kind][state]
    if stage.task is None:
        return ()
    return (
        TaskToOpen(
            task_id=new_id(),
            owner=stage.owner,
            agency=agency,
            asks=stage.task,
            acts=tuple(stage.acts),
            due_at=datetime.now(UTC) + timedelta(days=3),
        ),
    )


def tomorrow() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def a_plan(code: str = "draft_plan", **more: Any) -> Act:
    starts = today()
    return act_of(
        code,
        **{
            "roles": [
                {"agency": "jobota", "role": "lead"},
                {"agency": "houkatsu", "role": "support"},
            ],
            "starts_on": starts,
            "ends_on": starts + timedelta(days=180),
            **more,
        },
    )


def yesterday() -> date:
    return today() - timedelta(days=1)
