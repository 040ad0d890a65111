"""What a life decides to do: one value, decided in full before anything happens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from uuid import UUID

from contracts.awaited import PreparedPlan
from contracts.cases import Kind
from contracts.message import Message


@dataclass(frozen=True)
class Start:
    """A child to be started, under the id of its kind and key."""

    kind: Kind
    key: UUID
    begins_with: Message


@dataclass(frozen=True)
class Tell:
    """A signal to another life; one that is over already does not hear it."""

    kind: Kind
    key: UUID
    signal: str
    message: Message | None = None


@dataclass(frozen=True)
class Move:
    """One step of a life. What it tells and starts follows once the step is recorded."""

    to: str | None = None
    """The next state; None: it stays where it is."""

    anew: bool = False
    """The state begins again: a fresh task, fresh timers."""

    task: Literal["keep", "renew", "done", "over", "rest", "wake"] = "keep"
    """Of a life that stays: its task goes on, is asked again, or is done; or nothing at all is
    waited for any more; or it rests with its task and its timers, and goes on with them. A new
    state asks for its own task in any case."""

    remember: Mapping[str, object] = field(default_factory=dict)
    """What changes in the life's memory, by field."""

    tells: tuple[Tell, ...] = ()
    starts: tuple[Start, ...] = ()

    cause: str | None = None
    """What made the step where no act did; see `contracts.steps.Step`, as for the rest."""
    created_id: UUID | None = None
    legal_basis: Literal["consent", "law-106-6"] | None = None
    plan_version: int | None = None
    agency: str | None = None
    person_id: UUID | None = None
    result: str | None = None
    age: Literal[18, 40, 65] | None = None
    on: date | None = None
    topic: str | None = None
    plan_id: UUID | None = None
    meeting_id: UUID | None = None

    plan: PreparedPlan | None = None
    """The outreach plan that a 支援会議 makes; its case is told of it."""
