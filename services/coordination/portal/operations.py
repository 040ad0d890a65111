"""What operations staff see: each service's health and backlog, and what is parked, to put back."""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response

from chassis.auth import not_allowed
from chassis.problems import Problem
from services.coordination.portal.access import Looking, Sent, Viewer
from services.coordination.portal.elsewhere import Elsewhere
from services.coordination.portal.pages import render, see

router = APIRouter()

ServiceName = Literal["intake", "coordination", "participation", "indicators"]
SERVICES: dict[ServiceName, str] = {
    "intake": "受付",
    "coordination": "調整",
    "participation": "参加支援",
    "indicators": "指標",
}
COORDINATION = "/api/coordination/v1/operations"
OK = "ok"


@dataclass(frozen=True)
class Seen:
    """One service as its own operations page tells it."""

    name: str
    label: str
    up: bool
    report: dict[str, Any]
    letters: list[dict[str, Any]]

    @property
    def troubled(self) -> list[tuple[str, str]]:
        checks = self.report.get("checks", {})
        return [(part, said) for part, said in checks.items() if said != OK]


def _operator(looking: Viewer) -> None:
    if not looking.principal.has("operator"):
        raise not_allowed(ja="運用の画面は運用担当だけが見られます", needed=["operator"])


@router.get("/operations")
async def operations(looking: Looking, request: Request) -> Response:
    _operator(looking)
    ask = request.app.state.elsewhere
    seen = await asyncio.gather(
        *(_seen(ask, looking.token, name, label) for name, label in SERVICES.items())
    )
    answered, mails = await ask.status(looking.token, f"{COORDINATION}/mails")
    return render(request, "operations.html", seen=seen, mails=mails if answered == 200 else None)


@router.post("/operations/mails/{mail_id}/retry")
async def send_again(sent: Sent, request: Request, mail_id: UUID) -> Response:
    """The same letter once more, under the same Message-ID."""
    _operator(sent.viewer)
    try:
        await request.app.state.elsewhere.post(
            sent.viewer.token, f"{COORDINATION}/mails/{mail_id}/retry", str(uuid4()), {}
        )
        said = "通知をもう一度送ります"
    except Problem as problem:
        if problem.status not in (404, 503):
            raise
        said = f"通知を送り直せませんでした: {problem.ja}"
    return see(request, "/operations", said)


async def _seen(ask: Elsewhere, token: str, name: str, label: str) -> Seen:
    base = f"/api/{name}/v1/operations"
    (status, report), (found, parked) = await asyncio.gather(
        ask.status(token, base), ask.status(token, f"{base}/dead-letters")
    )
    letters = parked.get("dead_letters", []) if found == 200 else []
    return Seen(name, label, status == 200, report if status == 200 else {}, letters)


@router.post("/operations/{service}/dead-letters/{letter_id}/retry")
async def retry(sent: Sent, request: Request, service: ServiceName, letter_id: int) -> Response:
    """Puts a parked record back; its effect happens at most once."""
    _operator(sent.viewer)
    try:
        await request.app.state.elsewhere.post(
            sent.viewer.token,
            f"/api/{service}/v1/operations/dead-letters/{letter_id}/retry",
            str(uuid4()),
            {},
        )
        said = f"{SERVICES[service]}の保留記録 {letter_id} を処理し直しました"
    except Problem as problem:
        if problem.status not in (404, 409, 503):
            raise
        said = f"{SERVICES[service]}の保留記録 {letter_id}: {problem.ja}"
    return see(request, "/operations", said)
