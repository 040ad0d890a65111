"""The fiscal year workflow's public face: its queue and id, its acts, the messages in and out.

It has the one Update of every workflow, `contracts.cases.ACT`, with acts of its own: no casework
form offers them.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.acts import Actor
from contracts.acts.base import Act
from contracts.message import Message
from contracts.policies import Policy

INDICATORS_QUEUE = "kasane-indicators"

FISCAL_YEAR_KIND = "fiscal-year"
"""The workflow's type in Temporal."""


def fiscal_year_workflow_id(year: int) -> str:
    """`fiscal-year:2026`: the one workflow of 令和8年度."""
    return f"{FISCAL_YEAR_KIND}:{year}"


class ProposeFigures(Act):
    """The figures as they stand now are to become final (確定値の提案). They are frozen at once."""

    act: Literal["propose_figures"] = "propose_figures"


class ApproveFigures(Act):
    """The proposed figures stand. Never by who proposed them (invariant 4)."""

    act: Literal["approve_figures"] = "approve_figures"


class ReturnFigures(Act):
    """The proposed figures do not stand (差戻し); the note says why."""

    act: Literal["return_figures"] = "return_figures"


class PublishFigures(Act):
    """The final figures are published (公表)."""

    act: Literal["publish_figures"] = "publish_figures"


class ProposeRestatement(Act):
    """Figures that stood are to be said anew (訂正); the note says why and is printed with them."""

    act: Literal["propose_restatement"] = "propose_restatement"


AnyYearAct = Annotated[
    ProposeFigures | ApproveFigures | ReturnFigures | PublishFigures | ProposeRestatement,
    Field(discriminator="act"),
]
"""Every act on a fiscal year, told apart by its `act` code."""

Freeze = Literal["monthly", "provisional", "final", "restatement"]
"""Why figures are frozen: 月次・速報・確定・訂正."""


class YearCommand(Message):
    """An act on its way to the workflow; its id makes it count once."""

    command_id: UUID
    act: AnyYearAct
    actor: Actor
    at: AwareDatetime


class YearMemory(Message):
    """What the workflow remembers, also over continue-as-new."""

    state: str = ""
    """Empty before the first step."""
    step: int = 0
    applied: tuple[UUID, ...] = ()
    began_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    """When 1 April of the next year begins, by the clock that the policy says."""
    lapses_at: AwareDatetime | None = None
    """When the state goes on by itself."""
    months: tuple[AwareDatetime, ...] = ()
    """When each monthly report is still to be made, from the next one on."""
    proposed_by: str | None = None
    published: bool = False


class FiscalYearInput(Message):
    """One fiscal year's figures."""

    fiscal_year: int = Field(ge=2019, le=2100)
    policy: Policy
    memory: YearMemory = YearMemory()


class FiscalYearStep(Message):
    """One step of the workflow, as the indicators remember it in one transaction.

    `(fiscal_year, number)` is its key: asked twice, it is recorded once.
    """

    fiscal_year: int
    number: int
    at: AwareDatetime
    came_from: str
    state: str
    command: YearCommand | None = None
    """The act that made the step; None for a date that came."""
    cause: str | None = None
    """`started`, `month-ended`, or the `Policy` field that lapsed."""
    freezes: Freeze | None = None
    """Freeze the figures as they stand into a new version of this kind."""
    month: int | None = Field(None, ge=1, le=12)
    """Of a monthly report: the calendar month that is over."""
    decides: Literal["in-force", "returned"] | None = None
    """What becomes of the version that was proposed."""
    waits_until: AwareDatetime | None = None
