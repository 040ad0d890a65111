"""アンケート and 地域課題 after the minutes: for a term, without a word once papers are closed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from contracts.cases import Kind
from services.coordination.models import CommunityIssue, Feedback, Meeting
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import ICHIRO, Case, Desk, act_of

pytestmark = pytest.mark.usefixtures("relay")

Headers = dict[str, str]
ISSUE = {"act": "raise_community_issue", "theme": "isolation", "wanted_kinds": ["ibasho"]}
FELT = {"shared_view": "yes", "roles_clear": "partly", "time_fit": "yes"}
FEEDBACK = {"act": "submit_feedback", "agency": "sapota", **FELT}


async def done(desk: Desk, days: int = 30, basis: str = "law-106-6") -> tuple[Case, UUID]:
    """A meeting whose minutes are approved; something may be said of it for some days."""
    case = await desk.open()
    if basis == "consent":
        await desk.consent(case)
    key = await desk.meeting(case, basis=basis)
    for agency in ("sapota", "jobota") if basis == "law-106-6" else ():
        word = act_of("acknowledge_secrecy", agency=agency)
        await desk.step(case, "preparing", word, kind=Kind.MEETING, key=key)
    held = act_of("hold_meeting", present=["sapota", "jobota"])
    await desk.step(case, "held", held, kind=Kind.MEETING, key=key)
    until = datetime.now(UTC) + timedelta(days=days)
    approve = act_of("approve_minutes")
    await desk.step(case, "done", approve, kind=Kind.MEETING, key=key, by=ICHIRO, acts_until=until)
    return case, key


async def said(post: Post, case: Case, key: UUID, who: Headers, act: Any) -> tuple[int, str | None]:
    body = {"act": act, "target": {"kind": "meeting", "id": str(key)}}
    answer = await post(f"/cases/{case.case_id}/acts", body, who)
    return answer.status_code, answer.json().get("code")


async def test_they_are_taken_and_offered_for_a_term_after_the_minutes(
    desk: Desk, post: Post, get: Get, hanako: Headers, sapota: Headers
) -> None:
    case, key = await done(desk)
    offered = {one["act"] for one in (await get(f"/meetings/{key}", hanako)).json()["next"]}
    assert {"submit_feedback", "raise_community_issue"} <= offered
    assert await said(post, case, key, sapota, FEEDBACK) == (200, None)
    assert await said(post, case, key, hanako, ISSUE) == (200, None)
    assert (await desk.row(Feedback, meeting_id=key)).shared_view == "yes"
    assert (await desk.row(CommunityIssue, meeting_id=key)).theme == "isolation"


async def test_after_the_term_they_are_refused_and_not_offered(
    desk: Desk, post: Post, get: Get, hanako: Headers
) -> None:
    case, key = await done(desk, days=-1)
    assert await said(post, case, key, hanako, ISSUE) == (409, "act-not-allowed")
    assert (await get(f"/meetings/{key}", hanako)).json()["next"] == []


async def test_of_closed_papers_nothing_is_said_in_words(
    desk: Desk, post: Post, hanako: Headers, sapota: Headers
) -> None:
    """法106条の6: what identifies somebody gets in nowhere, and no word is lost unread."""
    case, key = await done(desk)
    async with desk.context.database.transaction() as session:
        past = datetime.now(UTC) - timedelta(minutes=1)
        await session.execute(
            update(Meeting).where(col(Meeting.meeting_id) == key).values(papers_close_at=past)
        )
    spoken = {**FEEDBACK, "opinion": "見本一郎さんの話が長かった"}
    assert await said(post, case, key, sapota, spoken) == (422, "act-incomplete")
    assert await said(post, case, key, hanako, {**ISSUE, "note": "馬込の方"}) == (
        422,
        "act-incomplete",
    )
    assert await said(post, case, key, sapota, FEEDBACK) == (200, None)
    assert await said(post, case, key, hanako, ISSUE) == (200, None)
