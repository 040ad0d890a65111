"""An agency that referred sees its requests: state, deadline, and the end where consent allows."""

from typing import Any
from uuid import UUID, uuid4

from contracts.calendar import today
from contracts.cases import Kind
from tests.services.coordination.conftest import Get
from tests.services.coordination.desk import Case, Desk, act_of

Headers = dict[str, str]


async def referred(desk: Desk, agency: str) -> tuple[Case, UUID]:
    """An agency has asked JOBOTA, which has not answered yet."""
    case, key = await desk.open(), uuid4()
    ask = act_of("request_referral", agency="jobota", due_on=today())
    await desk.step(case, "triage", ask, of=agency, created_id=key, agency="jobota")
    await desk.step(
        case, "asked", kind=Kind.REFERRAL, key=key, cause="started", agency="jobota", ask=True
    )
    return case, key


async def seen(get: Get, who: Headers, key: UUID) -> dict[str, Any]:
    items = (await get("/referrals/sent", who)).json()["items"]
    [found] = [one for one in items if one["referral_id"] == str(key)]
    row: dict[str, Any] = found
    return row


async def ended(desk: Desk, case: Case, key: UUID) -> None:
    await desk.step(case, "accepted", act_of("accept_referral"), kind=Kind.REFERRAL, key=key)
    done = act_of("finish_referral", result="done")
    await desk.step(case, "done", done, kind=Kind.REFERRAL, key=key)


async def test_who_asked_sees_how_it_stands_and_until_when(
    desk: Desk, get: Get, sapota: Headers, jobota: Headers
) -> None:
    case, key = await referred(desk, "sapota")
    row = await seen(get, sapota, key)
    assert (row["agency"], row["state"], row["due_on"]) == ("jobota", "asked", str(today()))
    assert row["due_at"]
    assert row["case_id"] is None, "the list shows no case that the agency does not see"
    others = (await get("/referrals/sent", jobota)).json()["items"]
    assert str(key) not in {one["referral_id"] for one in others}
    await desk.step(case, "accepted", act_of("accept_referral"), kind=Kind.REFERRAL, key=key)
    assert (await seen(get, sapota, key))["state"] == "accepted"


async def test_the_end_is_shown_where_consent_allows(desk: Desk, get: Get, sapota: Headers) -> None:
    case, key = await referred(desk, "sapota")
    await desk.consent(case)
    await ended(desk, case, key)
    row = await seen(get, sapota, key)
    assert (row["end"], row["state"], row["result"]) == ("told", "done", "done")
    open_ones = (await get("/referrals/sent", sapota, open="true")).json()["items"]
    assert str(key) not in {one["referral_id"] for one in open_ones}


async def test_without_consent_it_is_shown_that_it_ended_and_nothing_more(
    desk: Desk, get: Get, sapota: Headers
) -> None:
    case, key = await referred(desk, "sapota")
    await ended(desk, case, key)
    row = await seen(get, sapota, key)
    assert (row["end"], row["state"], row["result"]) == ("withheld", "ended", None)
    assert row["ended_at"]


async def test_the_list_is_read_page_by_page(desk: Desk, get: Get, tokens: Any) -> None:
    flat = tokens.bearer("flat-1", roles=("agency",), agency="flat-ota")
    keys = {str((await referred(desk, "flat-ota"))[1]) for _ in range(3)}
    first = (await get("/referrals/sent", flat, limit="2")).json()
    rest = (await get("/referrals/sent", flat, limit="2", after=first["next"])).json()
    assert keys <= {one["referral_id"] for one in (*first["items"], *rest["items"])}
