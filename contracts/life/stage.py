"""One stage of a life, and who it waits for."""

from enum import StrEnum

from pydantic import Field

from contracts.message import Message


class Role(StrEnum):
    """Who a step waits for; the `roles` claim of a login token."""

    COORDINATOR = "coordinator"
    """多機関連携調整担当."""
    AGENCY = "agency"
    """支援機関の担当者."""
    MANAGER = "manager"
    """係長・決定権者."""
    WARD = "ward"
    """区 (支援会議の主催)."""
    STATISTICS = "statistics"
    OPERATOR = "operator"


class Stage(Message):
    """One state of a life, and what it waits for."""

    label: str
    """As the ward's staff say it."""
    task: str | None = None
    """What the worklist asks for; None where nobody needs to act."""
    owner: Role = Role.COORDINATOR
    due: str | None = None
    """The `Policy` field that says how long it may take."""
    reminder: str | None = None
    escalation: str | None = None
    """The `Policy` field, counted from entering the state; else `escalation` after it was due."""
    acts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    lapses: dict[str, str] = Field(default_factory=dict)
    """A `Policy` field and the state into which the life goes by itself when it has passed."""
    news: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """What comes from elsewhere, and the states into which it may lead: `<kind>:<state>` of a
    child, a signal of the case, a date that comes."""


Life = dict[str, Stage]
