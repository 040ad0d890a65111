"""A case on stage: what the players need to push it through its life over the public API."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.calendar import today
from simulation.residents import Residents
from simulation.web import Refused, Web

INTAKE = "/api/intake/v1"
COORDINATION = "/api/coordination/v1"
PARTICIPATION = "/api/participation/v1"

POLL_SECONDS = 0.4
DAYS_OF_PATIENCE = 400
"""Days of the case's clock that a player waits for something the clock brings."""
LEAST_PATIENCE_SECONDS = 45.0
STALE = ("act-not-allowed", "task-done", "task-in-progress")
"""Refusals that come of having looked a moment too early; looking again settles them."""

NOT_YET_THEIRS = "not-found"
"""An agency sees a case once it has work in it."""


@dataclass(frozen=True)
class Cast:
    """Everybody who plays: the frontline systems' client, and staff by user name."""

    frontline: Web
    staff: dict[str, Web]
    residents: Residents
    day_seconds: float
    """Length of a day of the cases' clock, in seconds."""

    @property
    def patience(self) -> float:
        return max(LEAST_PATIENCE_SECONDS, DAYS_OF_PATIENCE * self.day_seconds)


@dataclass
class Expected:
    """What a run adds to the indicators, as the players know it from what they did."""

    figures: dict[str, int] = field(default_factory=dict)

    def count(self, indicator_id: str, quantity: int = 1, *, sub: int = 0) -> None:
        for key, more in ((indicator_id, quantity), (f"{indicator_id}/sub", sub)):
            if more:
                self.figures[key] = self.figures.get(key, 0) + more


@dataclass
class Case:
    """One case and the people around it."""

    cast: Cast
    expected: Expected
    told: Callable[[str], None]
    """Shows the audience where the case is."""
    intake_id: str = ""
    receipt_number: str = ""
    case_id: str = ""
    persons: tuple[str, ...] = ()

    async def arrive(
        self, channel: str, *people: dict[str, Any], text: str = "", **more: Any
    ) -> None:
        """Come in at a channel; returns when coordination has opened the case."""
        body = {
            "channel": channel,
            "received_on": today().isoformat(),
            "daily_area": self.cast.residents.area(),
            "persons": list(people),
            "text": text,
            **more,
        }
        taken = await self.cast.frontline.post(f"{INTAKE}/intakes", body)
        self.intake_id = taken["intake_id"]
        self.receipt_number = taken["receipt_number"]
        self.persons = tuple(taken["person_ids"])
        self.told("受付")
        self.case_id = await self.until(self._opened, "the case to open")

    async def do(self, who: str, act: str, *, kind: str | None = None, **fields: Any) -> Any:
        """Somebody does an act as soon as the case asks for it or allows it.

        `kind` names the workflow it is meant for, where two of a case take the same act.
        """
        acting = self.cast.staff[who]

        async def tried() -> Any:
            target = await self._target(acting, act, kind)
            if target is None:
                return None
            path, extra = target
            try:
                return await acting.post(path, {"act": {"act": act, **fields}, **extra})
            except Refused as refusal:
                if refusal.code in STALE:
                    return None
                raise

        command = await self.until(tried, f"`{act}` to be possible")
        if command["status"] == "pending":
            command = await self.until(
                lambda: self._settled(acting, command["command_id"]), f"`{act}` to be applied"
            )
        if command["status"] == "refused":
            raise Refused({"status": 409, "code": command["refusal"]["code"], "title_en": act})
        self.told(command["case"]["state_label"])
        return command

    async def reaches(self, *states: str) -> str:
        """Wait until the clock, or somebody else, has brought the case to one of the states."""

        async def arrived() -> str | None:
            shown = await self._show()
            return shown["state"] if shown["state"] in states else None

        return str(await self.until(arrived, f"the state {'/'.join(states)}"))

    async def show(self) -> dict[str, Any]:
        shown: dict[str, Any] = await self._show()
        return shown

    async def _show(self) -> Any:
        shown = await self.cast.staff["coordinator"].get(f"{COORDINATION}/cases/{self.case_id}")
        self.told(shown["state_label"])
        return shown

    async def _opened(self) -> str | None:
        found = await self.cast.staff["coordinator"].get(
            f"{COORDINATION}/cases", receipt_number=self.receipt_number
        )
        opened = [row for row in found["items"] if row["state"] != "received"]
        return opened[0]["case_id"] if opened else None

    async def _target(
        self, acting: Web, act: str, kind: str | None
    ) -> tuple[str, dict[str, Any]] | None:
        """Where to post an act: the open task that asks for it, or the life that allows it."""
        try:
            shown = await acting.get(f"{COORDINATION}/cases/{self.case_id}")
        except Refused as refusal:
            if refusal.code == NOT_YET_THEIRS:
                return None
            raise
        for allowed in shown["next"]:
            if allowed["act"] != act or (kind and allowed["target"]["kind"] != kind):
                continue
            if allowed["task_id"]:
                return f"{COORDINATION}/tasks/{allowed['task_id']}/complete", {}
            return f"{COORDINATION}/cases/{self.case_id}/acts", {"target": allowed["target"]}
        return None

    async def _settled(self, acting: Web, command_id: str) -> Any:
        command = await acting.get(f"{COORDINATION}/commands/{command_id}")
        return command if command["status"] != "pending" else None

    async def until(self, look: Callable[[], Any], what: str) -> Any:
        """Look again and again until there is something to see. Raises TimeoutError."""
        until = time.monotonic() + self.cast.patience
        while True:
            found = await look()
            if found:
                return found
            if time.monotonic() > until:
                raise TimeoutError(f"{self.receipt_number or 'case'}: waited in vain for {what}")
            await asyncio.sleep(POLL_SECONDS)


def expect(holds: bool, otherwise: str) -> None:
    """Raise RuntimeError if the product did otherwise than the story tells."""
    if not holds:
        raise RuntimeError(otherwise)


def soon() -> str:
    """A meeting's time: still to come however slow the stage is; it may be held before."""
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat()
