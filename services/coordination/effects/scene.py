"""One step in its transaction: the case under its lock, the act, and the facts it makes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.outbox import emit
from contracts.acts import Act
from contracts.calendar import tokyo_date
from contracts.events.coordination import CaseEvent
from contracts.events.envelope import new_id
from contracts.steps import Step
from services.coordination.models import CaseFile

ActT = TypeVar("ActT", bound=Act)


@dataclass(frozen=True)
class Scene:
    """What an effect works with. It adds and changes rows and never commits."""

    session: AsyncSession
    case: CaseFile
    step: Step

    @property
    def by(self) -> str:
        """The `sub` of who acts; `workflow` where a timer or another workflow does."""
        return self.step.command.actor.sub if self.step.command else "workflow"

    @property
    def agency(self) -> str | None:
        return self.step.command.actor.agency if self.step.command else None

    @property
    def on(self) -> date:
        return tokyo_date(self.step.at)

    @property
    def created(self) -> UUID:
        """The id of what the act creates; one of our own where the workflow named none."""
        return self.step.created_id or new_id()

    async def tell(self, fact: type[CaseEvent], *, on: date | None = None, **fields: Any) -> None:
        """Emit a fact about the case; `on` is the date that counts, else the step's."""
        await emit(
            self.session,
            fact(
                case_id=self.case.case_id,
                receipt_number=self.case.receipt_number,
                on=on or self.on,
                channel=self.case.channel,
                programme_no=self.case.programme_no,
                basic_area=self.case.basic_area,
                **fields,
            ),
        )


Effect = Callable[[Scene, Any], Awaitable[None]]

EFFECTS: dict[str, Effect] = {}
"""What each act does to the rows, by its code."""


def effect(
    model: type[ActT],
) -> Callable[[Callable[[Scene, ActT], Awaitable[None]]], Callable[[Scene, ActT], Awaitable[None]]]:
    """Enter the effect of an act in EFFECTS."""

    def enter(
        run: Callable[[Scene, ActT], Awaitable[None]],
    ) -> Callable[[Scene, ActT], Awaitable[None]]:
        EFFECTS[str(model.model_fields["act"].default)] = run
        return run

    return enter
