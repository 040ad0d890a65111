"""A fiscal year led by hand: the steps that its workflow would have recorded."""

from datetime import UTC, datetime
from typing import Any

from chassis.db import Database
from contracts.acts import Actor
from contracts.events import new_id
from contracts.fiscal_years import FiscalYearStep, YearCommand
from services.indicators.events import MEASURES
from services.indicators.years import record_step


def command(act: str, sub: str) -> YearCommand:
    return YearCommand.model_validate(
        {"command_id": new_id(), "act": {"act": act}, "actor": Actor(sub=sub), "at": _now()}
    )


class Led:
    """Records one step after the other."""

    def __init__(self, database: Database, year: int = 2026) -> None:
        self.database, self.year = database, year
        self.number, self.state = 0, ""

    async def step(self, state: str, **more: Any) -> FiscalYearStep:
        self.number += 1
        step = FiscalYearStep(
            fiscal_year=self.year,
            number=self.number,
            at=_now(),
            came_from=self.state,
            state=state,
            **more,
        )
        await self.record(step)
        self.state = state
        return step

    async def record(self, step: FiscalYearStep) -> bool:
        async with self.database.transaction() as session:
            return await record_step(session, MEASURES, step)

    async def to_final(self) -> None:
        """Proposed by hanako, approved by ichiro."""
        await self.step("open", cause="started")
        await self.step("provisional", cause="fiscal_year_provisional", freezes="provisional")
        await self.step("cut-off", cause="fiscal_year_cut_off")
        proposed = command("propose_figures", "hanako")
        await self.step("final-proposed", command=proposed, freezes="final")
        approved = command("approve_figures", "ichiro")
        await self.step("final", command=approved, decides="in-force")


def _now() -> datetime:
    return datetime.now(UTC)
