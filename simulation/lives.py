"""The parts of a life that several stories share: how staff bring a case from step to step."""

import asyncio
from datetime import datetime, time, timedelta
from typing import Any

from contracts.calendar import TOKYO, add_business_days, add_months, today
from simulation.stage import COORDINATION, Case, soon

LEAD = {"agency": "jobota", "role": "lead"}
DAYS_BEFORE_18 = 120
"""Within the half year in which a handover is prepared (process A12)."""
TEAM = ["chiiki-fukushi-omori", "jobota", "houkatsu"]


async def give_consent(case: Case, *, who: str = "coordinator", method: str = "signature") -> None:
    """Everybody in the household consents to sharing and to support."""
    for person in case.persons:
        await case.do(
            who, "record_consent", person_id=person, kinds=["sharing", "support"], method=method
        )


async def witnesses(case: Case) -> list[str]:
    """Two of the staff, who hear an oral consent."""
    known = await case.cast.staff["coordinator"].get(f"{COORDINATION}/staff")
    return [one["sub"] for one in known["items"][:2]]


async def plan(case: Case, *, act: str = "draft_plan", note: str | None = None) -> None:
    """A plan with two agencies' roles, for half a year."""
    begins = today()
    await case.do(
        "coordinator",
        act,
        roles=[LEAD, {"agency": "houkatsu", "role": "support"}],
        starts_on=begins.isoformat(),
        ends_on=(begins + timedelta(days=365)).isoformat(),
        wishes="家族で落ち着いて暮らしたい",
        long_goal="生活の見通しが立つ",
        short_goal="月に一度は相談に来られる",
        note=note,
    )


async def meet(case: Case, verdict: str = "adopted", **called: Any) -> None:
    """A 重層的支援会議: set, prepared, held, decided, its minutes approved."""
    called = {"starts_at": soon(), **called}
    await case.do("coordinator", "schedule_meeting", attendees=TEAM, **called)
    await case.do(
        "jobota", "submit_sheet", agency="jobota", household_view="世帯像", requests="同行を依頼"
    )
    await case.do("coordinator", "hold_meeting", present=TEAM, minutes="話し合いの記録")
    case.expected.count("3.5.support-meetings-held")
    await case.do("coordinator", "decide_plan", verdict=verdict)
    await case.do("manager", "approve_minutes")


async def meet_on_a_found_date(case: Case) -> None:
    """A 重層的支援会議 whose date the agencies find; it leaves advice and duties behind."""
    days = [add_business_days(today(), ahead) for ahead in (11, 12)]
    slots = [datetime.combine(day, time(10), TOKYO).isoformat() for day in days]
    invited = [*TEAM, "supervisor-law"]
    await case.do("coordinator", "propose_dates", slots=slots, attendees=invited)
    await case.do("jobota", "answer_dates", agency="jobota", yes=slots)
    await case.do("houkatsu", "answer_dates", agency="houkatsu", yes=slots[1:], if_needed=slots[:1])
    await case.do("coordinator", "choose_date", starts_at=slots[1])
    await case.do("coordinator", "hold_meeting", present=invited, minutes="話し合いの記録")
    case.expected.count("3.5.support-meetings-held")
    await case.do("coordinator", "record_advice", agency="supervisor-law", advice="契約の見直しを")
    await case.do(
        "coordinator",
        "assign_duty",
        agency="houkatsu",
        duty="visit",
        due_on=add_business_days(today(), 10).isoformat(),
    )
    await case.do("coordinator", "raise_community_issue", theme="isolation", wanted_kinds=["salon"])
    await case.do("coordinator", "decide_plan", verdict="adopted")
    await case.do(
        "jobota",
        "submit_feedback",
        agency="jobota",
        shared_view="yes",
        roles_clear="yes",
        time_fit="partly",
    )
    await case.do("manager", "approve_minutes")


def soon_18() -> str:
    """The birth date of somebody who comes of age in some months: a handover is due."""
    return add_months(today() + timedelta(days=DAYS_BEFORE_18), -18 * 12).isoformat()


async def hand_over_at_18(case: Case) -> None:
    """制度切替: who gives and who receives, the papers, and both sides' word."""
    giving, receiving = "kodomo-katei-center", "jobota"
    await case.do("coordinator", "name_sides", giving=giving, receiving=receiving)
    papers = [{"item": name, "basis": "consent"} for name in ("assessment", "plan", "progress")]
    await case.do("coordinator", "pack_handover", items=papers)
    await case.do("coordinator", "confirm_handover", side="giving", agency=giving)
    await case.do("jobota", "confirm_handover", side="receiving", agency=receiving)


async def decide(case: Case) -> None:
    """支援決定 by the manager, then the persons' own agreement."""
    await case.do("manager", "approve_plan")
    for person in case.persons:
        await case.do("coordinator", "record_acceptance", person_id=person)
    await case.reaches("active")


async def to_active(case: Case) -> None:
    """From consent asked for to support under way."""
    await case.do("coordinator", "ask_consent")
    await give_consent(case)
    await case.do("coordinator", "complete_assessment", issues=["income", "family"])
    await plan(case)
    await meet(case)
    await decide(case)


async def monitor(case: Case, result: str) -> None:
    await case.do("coordinator", "record_monitoring", result=result)


async def close(case: Case, *, reason: str = "roles-agreed") -> None:
    """終結: evaluated, then decided by somebody else, with the agency that stays."""
    await case.do(
        "coordinator",
        "evaluate_closure",
        reason=reason,
        achievement="mostly-met",
        lead_agency="jobota",
        remaining="見守りを続ける",
    )
    await case.do("manager", "approve_closure")
    await case.reaches("closed")


async def support_meeting(case: Case, decision: str, **fields: Any) -> None:
    """A 支援会議 (法106条の6): decided by the ward, everybody bound to secrecy."""
    await case.do("ward", "accept_support_meeting")
    attendees = ["chiiki-fukushi-omori", "sapota"]
    await case.do("coordinator", "schedule_meeting", starts_at=soon(), attendees=attendees)
    for who, agency in (("coordinator", attendees[0]), ("outreach", attendees[1])):
        await case.do(who, "acknowledge_secrecy", agency=agency)
    # Whoever approves the minutes reads them, and is bound as everybody else.
    await case.do("manager", "acknowledge_secrecy", agency=attendees[0])
    await case.do("coordinator", "hold_meeting", present=attendees, minutes="支援会議の記録")
    case.expected.count("3.5.support-meetings-held")
    if decision == "outreach-plan":
        begins = today()
        fields = {
            "agency": "sapota",
            "starts_on": begins.isoformat(),
            "ends_on": (begins + timedelta(days=180)).isoformat(),
        }
        case.expected.count("3.5.outreach-plans")
    await case.do("coordinator", "decide_support", decision=decision, **fields)
    await case.do("manager", "approve_minutes")


async def visit(case: Case, outcome: str, *, method: str = "visit", first: bool = False) -> None:
    """One try of SAPOTA to reach the person."""
    await case.do(
        "outreach",
        "record_contact",
        agency="sapota",
        on=today().isoformat(),
        method=method,
        outcome=outcome,
    )
    case.expected.count("1.6.outreach-support", sub=int(first))


async def ask_again(case: Case) -> None:
    """The worker whom the person trusts asks for consent again, unless the clock comes first."""
    ways = [
        asyncio.ensure_future(case.do("outreach", "recheck_consent")),
        asyncio.ensure_future(case.reaches("consent-recheck")),
    ]
    done, late = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for one in late:
        one.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for one in done:
        one.result()


async def settle(case: Case, resource_id: str, *, refuse_first: str | None = None) -> None:
    """参加支援: from the wish to a place where the person settles."""
    await case.do(
        "coordinator",
        "start_participation",
        person_id=case.persons[0],
        kinds=["ibasho"],
        wish="週に一度、静かに過ごせる場所がほしい",
    )
    if refuse_first:
        await case.do("community", "approach", resource_id=refuse_first)
        await case.do("community", "record_answer", accepted=False)
    await settle_at(case, resource_id)


async def settle_at(case: Case, resource_id: str) -> None:
    """From the approach to a host, over 見学 and 体験, until the person is at home there."""
    on, who = today().isoformat(), "community"
    await case.do(who, "approach", resource_id=resource_id)
    await case.do(who, "record_answer", accepted=True)
    await case.do(who, "record_visit", liked=True, on=on)
    await case.do(who, "record_trial", liked=True, on=on)
    await case.do(who, "record_link", on=on)
    case.expected.count("1.7.linked-to-resources")
    await case.do(who, "record_settling", settled=True)
    for _ in range(3):
        await case.do(who, "record_follow_up", kind="placement", result="stable")
