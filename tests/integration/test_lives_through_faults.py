"""One case of each track over the public API while every process is killed once."""

import asyncio
import json

import pytest
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from simulation.demo import Played, figures, figures_after, register_places
from simulation.reports import report_activities
from simulation.stage import Cast, Expected
from simulation.stories import STORIES
from tests.embedded_stack import Stack

pytestmark = pytest.mark.integration

TRACKS = (
    "houkatsu",
    "jidokan",
    "jobota",
    "sapota",
    "chiiki-coordinate",
    "katsudo-shien-center",
    "shinseiji-homon",
    "kodomo-katei-center",
)
"""One life of each kind: information; a referral loop; the main track with a suspension; the 106-6
track to a prepared plan; participation support; consent withdrawn midway; a meeting whose date is
found and a re-plan; a handover at 18."""

VICTIMS = (
    "intake",
    "coordination",
    "worker",
    "temporal",
    "broker",
    "indicators",
    "participation",
    "postgres",
    "caddy",
    "issuer",
    "traces",
)
"""Every process. Killing the broker wipes it: it keeps nothing on disk."""


async def _kill_each(stack: Stack) -> None:
    for part in VICTIMS:
        killed = stack.pid(part)
        stack.kill(part)
        await asyncio.to_thread(stack.wait_until_ready_again, part, killed)


@pytest.fixture(scope="module")
async def played(stack: Stack, cast: Cast) -> tuple[list[Played], dict[str, int], Expected]:
    """The stories, played to their ends while every part was killed once."""
    expected = Expected()
    before = await figures(cast)
    setting = await register_places(cast, expected)
    stories = [Played(story, cast, expected) for story in STORIES if story.channel in TRACKS]
    await asyncio.gather(
        _kill_each(stack),
        report_activities(cast, expected),
        *(one.play(setting) for one in stories),
    )
    return stories, before, expected


async def test_every_case_reaches_its_end_though_every_process_was_killed(
    played: tuple[list[Played], dict[str, int], Expected],
) -> None:
    stories, _, _ = played
    assert {one.story.channel for one in stories} == set(TRACKS)
    assert {one.story.channel: one.failure for one in stories if one.failure} == {}


async def test_the_figures_move_by_exactly_what_was_done(
    cast: Cast, played: tuple[list[Played], dict[str, int], Expected]
) -> None:
    _, before, expected = played
    _, wrong = await figures_after(cast, before, expected)
    assert wrong == []


async def test_nothing_is_left_waiting_or_parked(
    stack: Stack, played: tuple[list[Played], dict[str, int], Expected]
) -> None:
    @retry(retry=retry_if_result(bool), stop=stop_after_delay(30), wait=wait_fixed(0.5))
    def waiting() -> dict[str, object]:
        parts = {part["name"]: part for part in stack.status()["parts"]}
        return {
            name: part["backlog"]
            for name, part in parts.items()
            if any((part.get("backlog") or {}).get(what) for what in ("outbox", "dead_letters"))
        }

    assert await asyncio.to_thread(waiting) == {}
    verified = await asyncio.to_thread(stack.kasane, "indicators", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


async def test_the_figures_are_the_same_from_the_command_line(stack: Stack, cast: Cast) -> None:
    table = await asyncio.to_thread(stack.kasane, "indicators", "table", "--format", "json")
    rows = json.loads(table.stdout)
    rows = rows["indicators"] if isinstance(rows, dict) else rows
    shown = await figures(cast)
    key = "indicator_id" if "indicator_id" in rows[0] else "id"
    assert {row[key]: row["value"] for row in rows} == {
        name: value for name, value in shown.items() if "/" not in name
    }
    assert len(rows) == 22
