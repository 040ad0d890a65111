"""Errands, transfers, packages, and the loop of a referral."""

from uuid import UUID, uuid4

from contracts.calendar import today
from contracts.cases import Kind
from services.coordination.models import (
    CaseFile,
    Disclosure,
    Errand,
    Handover,
    HandoverPaper,
    PlanVersion,
    Referral,
    ReferralReport,
    Suspension,
    SuspensionReview,
    Task,
    Transfer,
)
from tests.services.coordination.desk import ICHIRO, Case, Desk, a_plan, act_of
from tests.services.coordination.scenarios.registry import effect

KAMATA = "chiiki-fukushi-kamata"
ALWAYS_IN_PACKAGE = ("plan", "assessment", "progress")


async def at_referral(desk: Desk, state: str, code: str, **fields: object) -> tuple[Case, Referral]:
    case = await desk.open()
    key = await desk.referral(case, "jobota")
    await desk.step(case, "accepted", act_of("accept_referral"), kind=Kind.REFERRAL, key=key)
    await desk.step(case, state, act_of(code, **fields), kind=Kind.REFERRAL, key=key)
    return case, await desk.row(Referral, referral_id=key)


@effect
async def start_referral(desk: Desk) -> Case:
    case, row = await at_referral(desk, "under-way", "start_referral")
    assert row.began_at is not None
    return case


@effect
async def report_referral(desk: Desk) -> Case:
    case, row = await at_referral(desk, "accepted", "report_referral", on=today())
    assert len(await desk.rows(ReferralReport, referral_id=row.referral_id)) == 1
    return case


@effect
async def return_referral(desk: Desk) -> Case:
    case, row = await at_referral(desk, "returned", "return_referral", reason="wrong-addressee")
    assert (row.result, row.reason) == ("returned", "wrong-addressee")
    assert (await desk.fact(case, "referral.returned"))["reason"] == "wrong-addressee"
    return case


@effect
async def revise_draft(desk: Desk) -> Case:
    case = await desk.open()
    key = await desk.plan(case, state="draft")
    goals = [{"term": "long", "text": "働く"}]
    act = a_plan("revise_draft", based_on=1, goals=goals, issues=["work"])
    await desk.step(case, "draft", act, kind=Kind.PLAN, key=key, by=ICHIRO)
    plan = await desk.row(PlanVersion, plan_id=key)
    assert (plan.revision, plan.revisers, plan.issues) == (2, [ICHIRO], ["work"])
    return case


@effect
async def review_suspension(desk: Desk) -> Case:
    case = await desk.open(state="active")
    act = act_of("suspend", reason="long-absence", resume_when=["back-home"])
    await desk.step(case, "suspended", act)
    seen = act_of("review_suspension", condition_met=False)
    await desk.step(case, "suspended", seen)
    suspension = await desk.row(Suspension, case_id=case.case_id)
    assert suspension.resume_when == ["back-home"]
    review = await desk.row(SuspensionReview, suspension_id=suspension.suspension_id)
    assert not review.condition_met
    return case


async def an_errand(desk: Desk) -> tuple[Case, UUID]:
    case, key = await desk.open(), uuid4()
    started = {"cause": "started", "topic": "birth-date", "person_id": case.person}
    await desk.step(case, "open", kind=Kind.ERRAND, key=key, **started)
    return case, key


@effect
async def report_errand(desk: Desk) -> Case:
    case, key = await an_errand(desk)
    later = act_of("report_errand", result="later", due_on=today())
    await desk.step(case, "open", later, kind=Kind.ERRAND, key=key)
    assert (await desk.row(Errand, errand_id=key)).due_on == today()
    done = act_of("report_errand", result="done")
    await desk.step(case, "done", done, kind=Kind.ERRAND, key=key)
    row = await desk.row(Errand, errand_id=key)
    assert (row.topic, row.person_id, row.result) == ("birth-date", case.person, "done")
    assert row.ended_at is not None
    return case


async def a_transfer(desk: Desk) -> tuple[Case, UUID]:
    case, key = await desk.open(state=None), uuid4()
    await desk.step(case, "triage", came_from="received", cause="started", ask=True)
    act = act_of("propose_transfer", agency=KAMATA, reason="workload")
    await desk.step(case, "triage", act, created_id=key)
    await desk.step(case, "proposed", kind=Kind.TRANSFER, key=key, cause="started", agency=KAMATA)
    return case, key


@effect
async def propose_transfer(desk: Desk) -> Case:
    case, key = await a_transfer(desk)
    row = await desk.row(Transfer, transfer_id=key)
    assert (row.from_agency, row.to_agency) == ("chiiki-fukushi-omori", KAMATA)
    return case


@effect
async def accept_transfer(desk: Desk) -> Case:
    """The case and its open task go over; so does what is opened later."""
    case, key = await a_transfer(desk)
    act = act_of("accept_transfer")
    await desk.step(case, "accepted", act, kind=Kind.TRANSFER, key=key, by="taro", of=KAMATA)
    answered = desk.last
    file = await desk.row(CaseFile, case_id=case.case_id)
    assert (file.coordinator, file.coordinator_agency) == ("taro", KAMATA)
    [task] = await desk.rows(Task, case_id=case.case_id)
    assert (task.assignee, task.agency) == ("taro", KAMATA)
    assert (await desk.fact(case, "case.reassigned"))["to_agency"] == KAMATA
    await desk.step(case, "consent", cause="started", ask=True)
    tasks = await desk.rows(Task, case_id=case.case_id)
    assert {(task.assignee, task.agency) for task in tasks} == {("taro", KAMATA)}
    desk.last = answered
    return case


@effect
async def decline_transfer(desk: Desk) -> Case:
    case, key = await a_transfer(desk)
    act = act_of("decline_transfer", reason="no-capacity")
    await desk.step(case, "declined", act, kind=Kind.TRANSFER, key=key, of=KAMATA)
    row = await desk.row(Transfer, transfer_id=key)
    assert (row.outcome, row.decline_reason) == ("declined", "no-capacity")
    assert (await desk.file(case)).coordinator_agency == "chiiki-fukushi-omori"
    return case


@effect
async def withdraw_transfer(desk: Desk) -> Case:
    case, key = await a_transfer(desk)
    await desk.step(case, "withdrawn", act_of("withdraw_transfer"), kind=Kind.TRANSFER, key=key)
    assert (await desk.row(Transfer, transfer_id=key)).outcome == "withdrawn"
    return case


async def a_handover(desk: Desk) -> tuple[Case, UUID]:
    case, key = await desk.open(), uuid4()
    told = {"cause": "started", "person_id": case.person, "age": 18, "on": today()}
    await desk.step(case, "waiting", kind=Kind.HANDOVER, key=key, **told)
    return case, key


async def between_two(desk: Desk, case: Case, key: UUID, giving: str, receiving: str) -> None:
    act = act_of("name_sides", giving=giving, receiving=receiving)
    await desk.step(case, "preparing", act, kind=Kind.HANDOVER, key=key)


async def packed(desk: Desk, case: Case, key: UUID, basis: str = "appi-69-2-3") -> None:
    items = [{"item": code, "basis": basis} for code in ALWAYS_IN_PACKAGE]
    act = act_of("pack_handover", items=items)
    await desk.step(case, "preparing", act, kind=Kind.HANDOVER, key=key)


@effect
async def name_sides(desk: Desk) -> Case:
    case, key = await a_handover(desk)
    proposed = await desk.row(Handover, handover_id=key)
    assert (proposed.giving, proposed.age) == ("kodomo-katei-center", 18)
    await between_two(desk, case, key, "jido-sodan", "flat-ota")
    row = await desk.row(Handover, handover_id=key)
    assert (row.giving, row.receiving) == ("jido-sodan", "flat-ota")
    return case


@effect
async def pack_handover(desk: Desk) -> Case:
    """Each paper is a disclosure on a ground of its own."""
    case, key = await a_handover(desk)
    await between_two(desk, case, key, "jido-sodan", "flat-ota")
    await packed(desk, case, key)
    assert len(await desk.rows(HandoverPaper, handover_id=key)) == 3
    told = {row.what for row in await desk.rows(Disclosure, case_id=case.case_id)}
    assert {f"handover-{code}" for code in ALWAYS_IN_PACKAGE} <= told
    return case
