"""What workflows ask the services to remember and to look up: the activities' messages."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from contracts.acts import Command
from contracts.cases import Kind
from contracts.life import Role
from contracts.message import Code, Message


class TaskToOpen(Message):
    """A wait for a person, as the worklist is to show it."""

    task_id: UUID
    owner: Role
    agency: Code | None = None
    """The agency whose staff it is for; None: the case's own coordinator."""
    asks: str
    """The Japanese line of `contracts.life`; never about a person."""
    acts: tuple[str, ...]
    due_at: AwareDatetime | None = None
    escalates_at: AwareDatetime | None = None
    """When it goes to a superior if it is still open."""


class Step(Message):
    """One step of a workflow, as coordination is to remember it in one transaction.

    `(workflow_id, number)` is its key: asked twice, it is recorded once.
    """

    kind: Kind
    workflow_id: str
    entity_id: UUID
    """The meeting's, plan's … id; the case's own for a case."""
    case_id: UUID
    number: int
    at: AwareDatetime
    came_from: str
    state: str
    command: Command | None = None
    """The act that made the step; None for a timer or another workflow's news."""
    cause: str | None = None
    """What made it where no act did: `started`, a `Policy` field that lapsed, `<kind>:<state>` of
    a child that moved, or another piece of news of `contracts.life.Stage.news`."""
    created_id: UUID | None = None
    """The id of what the act creates: a meeting, a plan version, a referral …"""
    legal_basis: Literal["consent", "law-106-6"] | None = None
    plan_version: int | None = None
    agency: Code | None = None
    """The agency that the step concerns: of a referral, an outreach, a placement."""
    person_id: UUID | None = None
    """Whom the step concerns, where no act says it: whose consent expired, who reaches an age."""
    result: str | None = None
    """The reason of a closing, a meeting's verdict, `short-notice` of an invitation …"""
    age: Literal[18, 40, 65] | None = None
    """Of a handover: the age, and the day on which it is reached."""
    on: date | None = None
    topic: Code | None = None
    """Of an errand: what it is about (`contracts.acts.ErrandTopic`)."""
    plan_id: UUID | None = None
    """Of an errand: the plan whose task it is."""
    meeting_id: UUID | None = None
    """Of an errand: the meeting at which the agency took it on."""
    acts_until: AwareDatetime | None = None
    """Of a meeting that is done: until when something may still be said of it."""
    closes_tasks: bool = False
    """Whether the workflow's open tasks end with this step."""
    opens: tuple[TaskToOpen, ...] = ()
    waits_until: AwareDatetime | None = None
    """The next timer: "until when" of the line that says why a case waits."""
    rests: bool = False
    """The case is suspended: the workflow's open tasks wait for nobody until it goes on."""


class Escalate(Message):
    """A task is overdue, or is to be brought to mind."""

    task_id: UUID
    case_id: UUID
    to: Role
    reason: Literal["reminder", "overdue"]
    at: AwareDatetime


class AgeBoundary(Message):
    """When a person of the case next reaches 18, 40 or 65."""

    person_id: UUID
    age: Literal[18, 40, 65]
    reached_on: date


class AgeBoundaries(Message):
    persons: tuple[UUID, ...] = ()
    boundaries: tuple[AgeBoundary, ...] = ()
    unknown: tuple[UUID, ...] = ()
    """Persons without a birth date: asked for, never guessed."""


class Candidate(Message):
    """A resource for a wish, with the reasons that a coordinator can read."""

    resource_id: UUID
    score: int
    reasons: tuple[Code, ...]


class Candidates(Message):
    candidates: tuple[Candidate, ...] = ()


class PlacementStep(Message):
    """One step of a placement, as participation is to remember it."""

    placement_id: UUID
    case_id: UUID
    person_id: UUID
    number: int
    at: AwareDatetime
    came_from: str
    state: str
    resource_id: UUID | None = None
    """The host that the step concerns, also where the person leaves it."""
    kinds: tuple[Code, ...] = ()
    daily_area: str | None = None
    command: Command | None = None
    result: str | None = None
    """Why it ended, where it did."""
