"""While support goes on."""

from datetime import timedelta
from uuid import uuid4

from contracts.calendar import today
from contracts.cases import Kind
from services.coordination.models import (
    Contact,
    Progress,
    Referral,
    Suspension,
)
from tests.services.coordination.desk import (
    Case,
    Desk,
    act_of,
    yesterday,
)
from tests.services.coordination.scenarios.registry import effect, team


@effect
async def record_progress(desk: Desk) -> Case:
    case = await desk.open(state="active")
    act = act_of("record_progress", agency="jobota", on=yesterday(), joint_with=["sapota"])
    await desk.step(case, "active", act)
    assert (await desk.row(Progress, case_id=case.case_id)).joint_with == ["sapota"]
    fact = await desk.fact(case, "support.recorded")
    assert (fact["agency"], fact["joint_with"], fact["on"]) == (
        "jobota",
        ["sapota"],
        yesterday().isoformat(),
    )
    return case


@effect
async def record_contact(desk: Desk) -> Case:
    case = await desk.open()
    key = await desk.outreach(case)
    for on in (today() - timedelta(days=366), today(), today()):
        act = act_of("record_contact", agency="sapota", on=on, method="visit", outcome="talked")
        await desk.step(case, "trying", act, kind=Kind.OUTREACH, key=key)
    contacts = await desk.rows(Contact, case_id=case.case_id)
    assert sorted(row.first for row in contacts) == [False, False, True]
    facts = [fact for fact in await desk.facts(case) if fact["type"] == "contact.made"]
    assert [fact["first"] for fact in facts] == [True, False, False]
    assert [fact["first_in_year"] for fact in facts] == [True, True, False]
    return case


@effect
async def request_referral(desk: Desk) -> Case:
    case = await desk.open(state="active")
    key = uuid4()
    await desk.step(case, "active", act_of("request_referral", agency="houkatsu"), created_id=key)
    assert not (await desk.row(Referral, referral_id=key)).sole
    return case


async def on_referral(desk: Desk, case: Case, state: str, code: str, **fields: object) -> Referral:
    referral = await desk.row(Referral, case_id=case.case_id)
    key = referral.referral_id
    await desk.step(case, state, act_of(code, **fields), kind=Kind.REFERRAL, key=key)
    return await desk.row(Referral, referral_id=key)


@effect
async def accept_referral(desk: Desk) -> Case:
    case = await desk.open()
    await desk.referral(case)
    referral = await on_referral(desk, case, "accepted", "accept_referral")
    assert referral.answered_at is not None
    assert (await desk.fact(case, "referral.answered"))["accepted"] is True
    assert ("jobota", "sole") in await team(desk, case)
    return case


@effect
async def decline_referral(desk: Desk) -> Case:
    case = await desk.open()
    await desk.referral(case)
    referral = await on_referral(desk, case, "declined", "decline_referral", reason="not-in-charge")
    assert referral.reason == "not-in-charge"
    assert (await desk.fact(case, "referral.answered"))["accepted"] is False
    return case


@effect
async def refer_on(desk: Desk) -> Case:
    case = await accept_referral(desk)
    referral = await on_referral(desk, case, "asked", "refer_on", agency="houkatsu")
    assert (referral.agency, referral.answered_at) == ("houkatsu", None)
    assert (await desk.fact(case, "referral.asked"))["agency"] == "houkatsu"
    assert await team(desk, case) == set()
    return case


@effect
async def finish_referral(desk: Desk) -> Case:
    case = await accept_referral(desk)
    referral = await on_referral(desk, case, "done", "finish_referral", result="done")
    assert referral.result == "done"
    assert (await desk.fact(case, "referral.finished"))["result"] == "done"
    return case


@effect
async def report_lost_contact(desk: Desk) -> Case:
    case = await desk.open(state="active")
    await desk.step(case, "suspended", act_of("report_lost_contact"))
    row = await desk.row(Suspension, case_id=case.case_id)
    assert (row.reason, row.suspended_from) == ("lost-contact", "active")
    return case


@effect
async def suspend(desk: Desk) -> Case:
    case = await desk.open(state="assess")
    await desk.step(case, "suspended", act_of("suspend", reason="long-absence"))
    row = await desk.row(Suspension, case_id=case.case_id)
    assert (row.reason, row.suspended_from, row.ended_at) == ("long-absence", "assess", None)
    return case


@effect
async def resume(desk: Desk) -> Case:
    case = await suspend(desk)
    await desk.step(case, "assess", act_of("resume"))
    row = await desk.row(Suspension, case_id=case.case_id)
    assert row.resumed_to == "assess"
    assert row.ended_at is not None
    return case
