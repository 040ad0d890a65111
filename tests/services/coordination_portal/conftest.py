"""A portal with one case on its database, and the real services behind its front door."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import itsdangerous
import pytest
from pydantic import SecretStr

from chassis.context import Context
from chassis.db import Database
from chassis.settings import Settings
from contracts.calendar import TOKYO, today
from contracts.cases import Kind, case_workflow_id
from contracts.events import new_id
from contracts.life import CASE, CaseState
from services.coordination.app import create_app
from services.coordination.models import (
    CaseFile,
    CasePerson,
    Strand,
    Task,
)
from services.coordination.portal.access import CSRF_FIELD, SESSION_COOKIE
from services.coordination.portal.elsewhere import Elsewhere
from services.indicators.app import create_app as create_indicators
from services.intake.app import create_app as create_intake
from services.participation.app import create_app as create_participation
from tests.services.conftest import Tokens

SECRET = "a secret of the tests alone"
CSRF = "the-secret-of-this-session"


class FrontDoor(httpx.AsyncBaseTransport):
    """The other services by path, without a network. `away` are those that do not answer."""

    def __init__(self, services: dict[str, httpx.AsyncBaseTransport]) -> None:
        self._services = services
        self.away: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.split("/")[2]
        if name in self.away or name not in self._services:
            raise httpx.ConnectError("away", request=request)
        return await self._services[name].handle_async_request(request)


@dataclass
class Portal:
    """The portal as a browser meets it."""

    client: httpx.AsyncClient
    context: Context
    door: FrontDoor
    tokens: Tokens
    intake: httpx.AsyncClient

    @property
    def database(self) -> Database:
        return self.context.database

    def as_(self, sub: str, *roles: str, agency: str = "ward", **claims: Any) -> "Browser":
        header = self.tokens.bearer(sub, roles=roles, agency=agency, name=f"{sub} さん", **claims)
        return Browser(self.client, header["Authorization"].removeprefix("Bearer "))


@dataclass
class Browser:
    """Somebody who is logged in, at a browser without JavaScript."""

    client: httpx.AsyncClient
    token: str
    cookie: str = field(init=False)

    def __post_init__(self) -> None:
        self.cookie = session_cookie(token=self.token, csrf=CSRF, sub="somebody")

    async def get(self, path: str) -> httpx.Response:
        return await self._send("GET", path)

    async def post(
        self, path: str, data: dict[str, Any] | None = None, *, csrf: str = CSRF, **headers: str
    ) -> httpx.Response:
        form = {**(data or {}), CSRF_FIELD: csrf}
        return await self._send("POST", path, data=form, headers=headers)

    async def follow(self, answer: httpx.Response) -> httpx.Response:
        assert answer.status_code == 303, answer.text
        return await self.get(answer.headers["location"])

    async def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Sec-Fetch-Site": "same-origin", **more.pop("headers", {})}
        headers["Cookie"] = f"{SESSION_COOKIE}={self.cookie}"
        answer = await self.client.request(method, path, headers=headers, **more)
        self.client.cookies.clear()
        if SESSION_COOKIE in answer.cookies:
            self.cookie = answer.cookies[SESSION_COOKIE]
        return answer


def session_cookie(**session: Any) -> str:
    """A session as the portal signs it."""
    signer = itsdangerous.TimestampSigner(SECRET)
    return signer.sign(base64.b64encode(json.dumps(session).encode())).decode()


@pytest.fixture(scope="session")
async def portal(served: Any, tokens: Tokens) -> AsyncIterator[Portal]:
    def create(settings: Settings) -> Any:
        return create_app(settings.model_copy(update={"session_secret": SecretStr(SECRET)}))

    async with AsyncExitStack() as running:
        client, context = await running.enter_async_context(served(create))
        intake, _ = await running.enter_async_context(served(create_intake))
        indicators, _ = await running.enter_async_context(served(create_indicators))
        participation, _ = await running.enter_async_context(served(create_participation))
        apps = {
            "coordination": client,
            "intake": intake,
            "indicators": indicators,
            "participation": participation,
        }
        door = FrontDoor({name: one._transport for name, one in apps.items()})
        app = client._transport.app  # type: ignore[attr-defined]
        app.state.elsewhere = Elsewhere("http://kasane.test", door)
        yield Portal(client, context, door, tokens, intake)


@pytest.fixture(autouse=True)
def _everybody_answers(portal: Portal) -> None:
    portal.door.away.clear()


@dataclass(frozen=True)
class Seeded:
    """A case with one open task."""

    case_id: UUID
    task_id: UUID
    person_id: UUID
    receipt_number: str


@pytest.fixture
async def taken_in(portal: Portal) -> dict[str, Any]:
    """An intake with one person, at the real intake."""
    answer = await portal.intake.post(
        "/api/intake/v1/intakes",
        headers={**portal.tokens.frontline(), "Idempotency-Key": str(new_id())},
        json={
            "channel": "jobota",
            "received_on": today().isoformat(),
            "daily_area": "馬込",
            "persons": [{"name": "見本 一郎", "kana": "ミホン イチロウ"}],
        },
    )
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
async def seeded(portal: Portal, taken_in: dict[str, Any]) -> Seeded:
    """A case that waits for the person's consent, five days late."""
    return await seed(portal, taken_in, CaseState.CONSENT, late_days=7)


async def seed(
    portal: Portal, taken_in: dict[str, Any], state: CaseState, *, late_days: int = -7
) -> Seeded:
    made = Seeded(new_id(), new_id(), UUID(taken_in["person_ids"][0]), taken_in["receipt_number"])
    now = datetime.now(TOKYO)
    async with portal.database.transaction() as session:
        session.add(
            CaseFile(
                case_id=made.case_id,
                intake_id=UUID(taken_in["intake_id"]),
                receipt_number=made.receipt_number,
                channel="jobota",
                programme_no=4,
                basic_area="大森",
                received_on=today(),
                opened_at=now,
                state=state,
                since=now,
                coordinator_agency="chiiki-fukushi-omori",
            )
        )
        await session.flush()
        stage = CASE[state]
        workflow = case_workflow_id(made.case_id)
        session.add_all(
            [
                CasePerson(case_id=made.case_id, person_id=made.person_id),
                Strand(
                    workflow_id=workflow,
                    kind=Kind.CASE,
                    entity_id=made.case_id,
                    case_id=made.case_id,
                    state=state,
                    since=now,
                ),
                Task(
                    task_id=made.task_id,
                    case_id=made.case_id,
                    workflow_id=workflow,
                    kind=Kind.CASE,
                    entity_id=made.case_id,
                    state=state,
                    asks=stage.task or "",
                    acts=list(stage.acts),
                    owner=stage.owner,
                    agency="chiiki-fukushi-omori",
                    opened_at=now,
                    due_at=now - timedelta(days=late_days),
                ),
            ]
        )
    return made


@pytest.fixture
def coordinator(portal: Portal) -> Browser:
    return portal.as_("coordinator", "coordinator")
