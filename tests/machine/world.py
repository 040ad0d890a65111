"""What the machine acts on: people at the API, workflows on an engine, rows in a database."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text
from temporalio import activity

from chassis.context import Context
from contracts.calendar import today
from contracts.events import new_id
from contracts.events.intake import IntakeAccepted
from contracts.steps import AgeBoundaries, AgeBoundary, Step
from services.coordination.activities import Activities
from services.coordination.commands import relay_of
from tests.services.conftest import Tokens
from tests.services.coordination.desk import Desk
from tests.workflows.ward import Ward

PATIENCE_SECONDS = 10.0
DAYS_BEFORE_18 = 120
"""Within the half year in which a handover is prepared."""
API = "/api/coordination/v1"
Answer = TypeVar("Answer")

PEOPLE = {
    "hanako": ("coordinator", "chiiki-fukushi-omori"),
    "jiro": ("coordinator", "chiiki-fukushi-omori"),
    "ichiro": ("manager", "fukushi-kanri"),
    "shuko": ("ward", "fukushi-kanri"),
    "sapota-1": ("agency", "sapota"),
    "jobota-1": ("agency", "jobota"),
    "stranger": ("agency", "shakyo"),
}
"""Who acts: role and agency. The stranger's agency is asked for nothing."""


class Recorder(Activities):
    """The service's own activities; the ward hears of every step, to know when all is at rest."""

    def __init__(self, context: Context, ward: Ward) -> None:
        super().__init__(context)
        self._ward = ward

    @activity.defn
    async def record_step(self, step: Step) -> None:
        await super().record_step(step)
        self._ward.steps[step.workflow_id].append(step)
        self._ward.tell()


class World:
    """One case at a time, and everything around it."""

    engine: Any

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        http: httpx.AsyncClient,
        context: Context,
        tokens: Tokens,
    ) -> None:
        self.loop, self.http, self.context = loop, http, context
        self.ward: Ward | None = None
        self.people = {
            sub: tokens.bearer(sub, roles=(role,), agency=agency, name=sub)
            for sub, (role, agency) in PEOPLE.items()
        }

    def run(self, doing: Coroutine[Any, Any, Answer]) -> Answer:
        """Let the world go on until this is done."""
        return self.loop.run_until_complete(doing)

    async def open(self, persons: int, *, soon_18: bool = False) -> UUID:
        """A case of an intake as the bus brings it, screened next; one may soon come of age."""
        await self.engine.begin()
        intake = IntakeAccepted(
            intake_id=new_id(),
            receipt_number=f"R8-大森-{uuid4().hex[:8]}",
            channel="jobota",
            programme_no=4,
            received_on=today(),
            person_ids=tuple(new_id() for _ in range(persons)),
            basic_area="大森",
        )
        soon = (await self.at_work.now()).date() + timedelta(days=DAYS_BEFORE_18)
        coming = AgeBoundary(person_id=intake.person_ids[0], age=18, reached_on=soon)
        self.at_work.ages = AgeBoundaries(boundaries=(coming,) if soon_18 else ())
        await Desk(self.context).hear(intake)
        found = "SELECT case_id FROM case_file WHERE intake_id = :id"
        [row] = await self.rows(found, id=intake.intake_id)
        case_id: UUID = row["case_id"]
        ward = self.at_work
        await ward.until(lambda: ward.steps.get(f"case:{case_id}"), "the case's first step")
        await ward.settle()
        return case_id

    @property
    def at_work(self) -> Ward:
        assert self.ward is not None
        return self.ward

    async def get(self, path: str, sub: str) -> httpx.Response:
        return await self.http.get(API + path, headers=self.people[sub])

    async def act(self, case_id: UUID, sub: str, body: dict[str, Any]) -> httpx.Response:
        headers = {**self.people[sub], "Idempotency-Key": str(uuid4())}
        return await self.http.post(f"{API}/cases/{case_id}/acts", json=body, headers=headers)

    async def rest(self) -> None:
        """Wait until no command is on its way and no workflow has anything left to do."""
        relay = relay_of(self.context)
        for row in await self.rows("SELECT command_id FROM command WHERE status = 'pending'"):
            await relay.settled(row["command_id"], PATIENCE_SECONDS)
        await self.at_work.settle()

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        async with self.context.database.transaction() as session:
            return [dict(row) for row in (await session.execute(text(query), values)).mappings()]
