"""Community issues: from a meeting or a 気づき to the answer, as one chain, naming nobody."""

from typing import Any

import pytest
from sqlalchemy import text

from chassis.bus import Outcome, deliver
from chassis.context import Context
from chassis.records import RawRecord
from contracts.events import Event, new_id
from contracts.events.coordination import CommunityIssueRaised
from services.participation.anonymous import identifies
from services.participation.events import events
from tests.services.participation.conftest import Enter, told
from tests.services.participation.hand import YESTERDAY, Hand

NOTICE = {
    "noticed_by": "branch-office",
    "on": YESTERDAY.isoformat(),
    "theme": "isolation",
    "daily_area": "馬込",
    "words": "集合住宅で人の出入りが減っている",
}


def raised(**more: Any) -> CommunityIssueRaised:
    told = {
        "community_issue_id": new_id(),
        "on": YESTERDAY,
        "theme": "mobility",
        "basic_area": "大森",
        "wanted_kinds": ("food",),
    }
    return CommunityIssueRaised.model_validate(told | more)


def record_of(event: Event) -> RawRecord:
    headers = {"ce_id": str(event.event_id), "ce_type": event.type}
    return RawRecord(
        topic=event.topic,
        partition=0,
        offset=0,
        key=event.subject.encode(),
        value=event.model_dump_json().encode(),
        headers=tuple((name, value.encode()) for name, value in headers.items()),
    )


async def test_an_issue_of_a_meeting_enters_the_register_once(hand: Hand, context: Context) -> None:
    event = raised()
    outcomes = [await deliver(context.database, events, record_of(event)) for _ in range(2)]
    again = event.model_copy(update={"event_id": new_id()})
    outcomes.append(await deliver(context.database, events, record_of(again)))
    assert outcomes == [Outcome.APPLIED, Outcome.DUPLICATE, Outcome.APPLIED]
    (issue,) = (await hand.read("/issues"))["issues"]
    assert (issue["source"], issue["theme_label"], issue["wanted_labels"]) == (
        "meeting",
        "移動・買い物",
        ["食堂・食を通じた場"],
    )


async def test_the_loop_from_case_to_community_is_a_chain(
    hand: Hand, context: Context, enter: Enter
) -> None:
    event = raised()
    await deliver(context.database, events, record_of(event))
    notice = await hand.write("/issues", **NOTICE)
    ids = [str(event.community_issue_id), notice["issue_id"]]
    chain = await hand.write(
        "/issue-groups", title="坂の上の買い物", theme="mobility", basic_area="大森", issue_ids=ids
    )
    at = f"/issue-groups/{chain['issue_group_id']}"
    await hand.write(f"{at}/notes", on=YESTERDAY, kind="discussion", words="町会と話し合った")
    place = await enter(name="見本の移動販売")
    await hand.write(
        f"{at}/answer",
        version=1,
        on=YESTERDAY,
        answer="resource",
        resource_id=place["resource_id"],
        words="月二回の移動販売が始まった",
    )
    whole = await hand.read(at)
    assert [issue["status"] for issue in whole["issues"]] == ["answered", "answered"]
    assert [note["kind"] for note in whole["notes"]] == ["discussion", "answer"]
    assert (whole["status"], whole["answered_by"]) == ("answered", "見本の移動販売")
    said = [f for f in await told(context) if f["type"] == "kasane.community-issue.answered.v1"]
    assert sorted(fact["community_issue_id"] for fact in said) == sorted(ids)
    assert {(fact["answer"], fact["resource_id"]) for fact in said} == {
        ("resource", place["resource_id"])
    }
    assert "移動販売" not in str(said)
    late = await hand.write("/issues", **NOTICE)
    assert await hand.refused(
        f"/issues/{late['issue_id']}/group", issue_group_id=chain["issue_group_id"]
    ) == (409, "already-answered", "issue_group_id")


async def test_an_answer_names_the_place_or_activity_that_takes_it_up(hand: Hand) -> None:
    notice = await hand.write("/issues", **NOTICE)
    chain = await hand.write(
        "/issue-groups", title="孤立", theme="isolation", issue_ids=[notice["issue_id"]]
    )
    at = f"/issue-groups/{chain['issue_group_id']}/answer"
    body = {"version": 1, "on": YESTERDAY, "words": "見守り"}
    for kind in ("resource", "activity"):
        assert await hand.refused(at, **body, answer=kind) == (
            422,
            "answer-unknown",
            f"{kind}_id",
        )
    assert (await hand.refused(at, **body | {"version": 9}, answer="other"))[1] == "version-changed"
    await hand.write(at, **body, answer="declined")
    assert await hand.refused(at, **body | {"version": 2}, answer="other") == (
        409,
        "already-answered",
        None,
    )


async def test_an_issue_is_in_one_group_only(hand: Hand) -> None:
    notice = await hand.write("/issues", **NOTICE)
    body = {"title": "孤立", "theme": "isolation", "issue_ids": [notice["issue_id"]]}
    await hand.write("/issue-groups", **body)
    assert await hand.refused("/issue-groups", **body) == (409, "already-grouped", "issue_ids")


async def test_a_notice_can_become_an_intake_and_keeps_the_receipt_number(hand: Hand) -> None:
    notice = await hand.write("/issues", **NOTICE)
    at = f"/issues/{notice['issue_id']}/intake"
    kept = await hand.write(at, receipt_number="R8-大森-00012")
    assert (kept["status"], kept["receipt_number"]) == ("intake", "R8-大森-00012")
    assert (await hand.refused(at, receipt_number="大森 12"))[1] == "invalid"


@pytest.mark.parametrize(
    "words",
    [
        "03-1234-5678に電話",
        "０９０ー１２３４ー５６７８",
        "mihon@example.jp",
        "馬込1丁目2-3の家",
        "中央2-10-1",
        "201号室の方",
    ],
)
async def test_words_that_lead_to_somebody_are_refused(hand: Hand, words: str) -> None:
    assert identifies(words)
    assert await hand.refused("/issues", **NOTICE | {"words": words}) == (
        422,
        "identifies-somebody",
        "words",
    )


@pytest.mark.parametrize("words", ["馬込2丁目の坂が急", "週2-3回", "2026-06-01から", "10番バス"])
def test_words_about_a_neighbourhood_are_not_mistaken_for_an_address(words: str) -> None:
    assert not identifies(words)


async def test_the_words_of_the_register_are_sealed(hand: Hand, context: Context) -> None:
    notice = await hand.write("/issues", **NOTICE)
    shown = await hand.read(f"/issues/{notice['issue_id']}")
    assert shown["words"] == NOTICE["words"]
    async with context.database.transaction() as session:
        plain = await session.scalar(
            text("SELECT count(*) FROM issue i WHERE i::text LIKE '%集合住宅%'")
        )
    assert plain == 0
