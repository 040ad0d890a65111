"""What is told, and on which ground: the end of a referral, a package of papers, a transfer."""

from uuid import UUID, uuid4

import pytest

from contracts.calendar import today
from contracts.cases import Kind
from contracts.events.intake import IntakeCorrected
from services.coordination.handing_over import proposed_sides
from services.coordination.models import CommandRow, Disclosure, Referrer
from tests.services.conftest import Tokens
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Case, Desk, act_of
from tests.services.coordination.scenarios.beside import (
    a_handover,
    a_transfer,
    between_two,
    packed,
)
from tests.services.coordination.scenarios.registry import team


async def referred_on(desk: Desk) -> tuple[Case, UUID]:
    """JOBOTA was asked, and sent the request on to 地域包括支援センター."""
    case = await desk.open()
    key = await desk.referral(case, "jobota")
    on = act_of("refer_on", agency="houkatsu")
    await desk.step(case, "asked", on, kind=Kind.REFERRAL, key=key, of="jobota", agency="houkatsu")
    accepted = act_of("accept_referral")
    await desk.step(case, "accepted", accepted, kind=Kind.REFERRAL, key=key, of="houkatsu")
    return case, key


async def ended(desk: Desk, case: Case, key: UUID) -> Referrer:
    done = act_of("finish_referral", result="done")
    await desk.step(case, "done", done, kind=Kind.REFERRAL, key=key, of="houkatsu")
    return await desk.row(Referrer, referral_id=key, agency="jobota")


async def test_whoever_referred_hears_the_end_where_consent_allows_it(desk: Desk) -> None:
    case, key = await referred_on(desk)
    await desk.consent(case)
    waiting = await ended(desk, case, key)
    assert (waiting.told, waiting.legal_basis) == ("told", "consent")
    told = await desk.rows(Disclosure, case_id=case.case_id, what="referral-end")
    assert [(row.to_agency, row.legal_basis) for row in told] == [("jobota", "consent")]


async def test_without_consent_the_end_is_withheld_and_said_to_be(desk: Desk) -> None:
    case, key = await referred_on(desk)
    waiting = await ended(desk, case, key)
    assert (waiting.told, waiting.legal_basis) == ("withheld", None)
    assert not await desk.rows(Disclosure, case_id=case.case_id, what="referral-end")


async def test_on_consent_only_what_the_person_agreed_to_is_handed_over(desk: Desk) -> None:
    case, key = await a_handover(desk)
    await between_two(desk, case, key, "jido-sodan", "flat-ota")
    with pytest.raises(Exception, match="consent-missing"):
        await packed(desk, case, key, "consent")
    await desk.consent(case, categories=["basic"])
    await packed(desk, case, key, "consent")
    health = act_of("pack_handover", items=[{"item": "health", "basis": "consent"}])
    with pytest.raises(Exception, match="consent-missing"):
        await desk.step(case, "preparing", health, kind=Kind.HANDOVER, key=key)


async def test_the_receiving_side_confirms_only_a_whole_package(desk: Desk) -> None:
    case, key = await a_handover(desk)
    await between_two(desk, case, key, "jido-sodan", "flat-ota")
    confirmed = act_of("confirm_handover", side="receiving", agency="flat-ota")
    with pytest.raises(Exception, match="package-incomplete"):
        await desk.step(case, "preparing", confirmed, kind=Kind.HANDOVER, key=key)
    await packed(desk, case, key)
    await desk.step(case, "overlap", confirmed, kind=Kind.HANDOVER, key=key)
    await desk.step(case, "done", kind=Kind.HANDOVER, key=key, cause="handover_overlap")
    assert (await desk.fact(case, "handover.completed"))["age"] == 18


async def test_nothing_is_packed_before_somebody_is_named_to_take_it(desk: Desk) -> None:
    """Of a handover that began before sides were proposed, nobody knows them."""
    with pytest.raises(Exception, match="sides-missing"):
        await packed(desk, await desk.open(), uuid4())


async def test_the_same_agency_does_not_stand_on_both_sides(desk: Desk) -> None:
    case, key = await a_handover(desk)
    with pytest.raises(Exception, match="act-incomplete"):
        await between_two(desk, case, key, "jobota", "jobota")


async def test_only_the_office_that_is_asked_takes_a_case_over(desk: Desk) -> None:
    case, key = await a_transfer(desk)
    with pytest.raises(Exception, match="not-the-receiver"):
        await desk.step(
            case,
            "accepted",
            act_of("accept_transfer"),
            kind=Kind.TRANSFER,
            key=key,
            of="chiiki-fukushi-chofu",
        )


@pytest.mark.parametrize(
    ("age", "team", "giving", "receiving"),
    [
        (18, (), "kodomo-katei-center", "jobota"),
        (18, ("jido-sodan", "shogai-support-center"), "jido-sodan", "shogai-support-center"),
        (40, (), "flat-ota", "houkatsu"),
        (65, (), "jobota", "houkatsu"),
        (65, ("shogai-support-center",), "shogai-support-center", "houkatsu"),
    ],
)
def test_who_gives_and_who_receives_is_proposed_from_the_data(
    age: int, team: tuple[str, ...], giving: str, receiving: str
) -> None:
    sides = proposed_sides(age, today(), team)
    assert (sides.giving, sides.receiving) == (giving, receiving)


async def test_a_case_hears_that_a_birth_date_was_entered(desk: Desk) -> None:
    case = await desk.open()
    told = IntakeCorrected(
        intake_id=case.intake.intake_id,
        receipt_number=case.intake.receipt_number,
        received_on=today(),
        birth_dates_of=(case.person,),
    )
    await desk.hear(told)
    await desk.hear(told.model_copy(update={"event_id": uuid4(), "birth_dates_of": ()}))
    rows = await desk.rows(CommandRow, case_id=case.case_id, what="signal")
    assert [row.act for row in rows] == ["look_again"]


@pytest.mark.usefixtures("relay")
async def test_a_named_side_sees_the_case_and_confirms_for_itself(
    desk: Desk, get: Get, post: Post, tokens: Tokens
) -> None:
    flat_ota = tokens.bearer("flat-1", roles=("agency",), agency="flat-ota", name="引継 三郎")
    case, key = await a_handover(desk)
    page = f"/cases/{case.case_id}"
    assert (await get(page, flat_ota)).status_code == 404, "proposed by the data is not named"
    await between_two(desk, case, key, "jido-sodan", "flat-ota")
    told = await desk.rows(Disclosure, case_id=case.case_id, what="handover")
    assert {row.to_agency for row in told} == {"jido-sodan", "flat-ota"}
    await packed(desk, case, key)
    shown = (await get(page, flat_ota)).json()
    assert "confirm_handover" in {one["act"] for one in shown["next"]}
    body = {
        "act": {"act": "confirm_handover", "side": "receiving", "agency": "flat-ota"},
        "target": {"kind": "handover", "id": str(key)},
    }
    assert (await post(f"{page}/acts", body, flat_ota)).status_code == 200
    await between_two(desk, case, key, "jido-sodan", "jobota")
    await desk.step(case, "done", kind=Kind.HANDOVER, key=key, cause="handover_overlap")
    assert "handover" not in {role for _, role in await team(desk, case)}
