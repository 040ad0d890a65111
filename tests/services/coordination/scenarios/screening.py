"""At the front."""

from uuid import uuid4

from services.coordination.models import (
    Disclosure,
    Referral,
    SupportRequest,
    UrgentMeasure,
)
from tests.services.coordination.desk import (
    HANAKO,
    ICHIRO,
    Case,
    Desk,
    act_of,
)
from tests.services.coordination.scenarios.registry import effect


@effect
async def end_with_information(desk: Desk) -> Case:
    case = await desk.open()
    await desk.step(case, "closed", act_of("end_with_information"), result="information")
    file = await desk.file(case)
    assert (file.state, file.closure_reason) == ("closed", "information")
    assert (await desk.fact(case, "case.closed"))["reason"] == "information"
    return case


@effect
async def refer_to_agency(desk: Desk) -> Case:
    case = await desk.open()
    key = uuid4()
    act = act_of("refer_to_agency", agency="jobota")
    await desk.step(case, "single-agency", act, created_id=key, agency="jobota")
    referral = await desk.row(Referral, referral_id=key)
    assert (referral.agency, referral.sole, referral.asked_by) == ("jobota", True, HANAKO)
    assert (await desk.fact(case, "referral.asked"))["agency"] == "jobota"
    told = await desk.row(Disclosure, case_id=case.case_id)
    assert (told.to_agency, told.legal_basis) == ("jobota", "appi-69-2-2")
    return case


@effect
async def merge_into(desk: Desk) -> Case:
    other, case = await desk.open(), await desk.open()
    await desk.step(case, "closed", act_of("merge_into", into_case_id=other.case_id))
    file = await desk.file(case)
    assert (file.merged_into, file.closure_reason) == (other.case_id, "merged")
    assert (await desk.fact(case, "case.merged"))["into_case_id"] == str(other.case_id)
    assert (await desk.fact(case, "case.closed"))["reason"] == "merged"
    return case


@effect
async def respond_urgently(desk: Desk) -> Case:
    case = await desk.open()
    await desk.step(case, "triage", act_of("respond_urgently", measure="food"))
    assert (await desk.row(UrgentMeasure, case_id=case.case_id)).measure == "food"
    return case


@effect
async def ask_consent(desk: Desk) -> Case:
    case = await desk.open()
    await desk.step(case, "consent", act_of("ask_consent"), ask=True)
    file = await desk.file(case)
    assert (file.state, file.waiting_asks) == ("consent", "本人同意を確認する")
    moved = await desk.fact(case, "case.moved")
    assert (moved["came_from"], moved["state"]) == ("triage", "consent")
    return case


@effect
async def request_support_meeting(desk: Desk) -> Case:
    case = await desk.open()
    act = act_of("request_support_meeting", reason="unsafe")
    await desk.step(case, "sk-requested", act, of="sapota")
    asked = await desk.row(SupportRequest, case_id=case.case_id)
    assert (asked.reason, asked.agency, asked.accepted) == ("unsafe", "sapota", None)
    return case


@effect
async def accept_support_meeting(desk: Desk) -> Case:
    case = await request_support_meeting(desk)
    await desk.step(case, "sk-accepted", act_of("accept_support_meeting"), by=ICHIRO)
    asked = await desk.row(SupportRequest, case_id=case.case_id)
    assert (asked.accepted, asked.answered_by) == (True, ICHIRO)
    return case


@effect
async def decline_support_meeting(desk: Desk) -> Case:
    case = await request_support_meeting(desk)
    await desk.step(case, "consent", act_of("decline_support_meeting"), by=ICHIRO)
    assert (await desk.row(SupportRequest, case_id=case.case_id)).accepted is False
    return case
