"""Every duration in a case's life, as one frozen value that goes into the workflow as input.

No statutory figure was found for most of them; the defaults are process A12's and each can be set
by the ward. A running case keeps the policy it began with. `workflows.policies` turns a period
into an instant, and this module a date; on a compressed clock (demonstrations) every day, open or
closed, lasts `day_seconds`, and nothing else in the product knows about compression.
"""

from datetime import date, datetime, time, timedelta
from typing import Literal

from pydantic import Field

from contracts.calendar import TOKYO, tokyo_date
from contracts.message import Message


class Period(Message):
    """A length of time as the ward's rules put it."""

    count: int = Field(ge=0)
    unit: Literal["days", "business-days", "months"] = "days"


def days(count: int) -> Period:
    return Period(count=count)


def business_days(count: int) -> Period:
    """営業日: days on which the ward's offices are open."""
    return Period(count=count, unit="business-days")


def months(count: int) -> Period:
    return Period(count=count, unit="months")


class Policy(Message):
    """The ward's deadlines. Source: process A12 unless a field says otherwise."""

    triage_due: Period = business_days(3)
    triage_escalation: Period = business_days(5)
    """Screening not done: the 係長 is told."""

    consent_reminder: Period = days(7)
    consent_due: Period = days(14)
    """By then consent is decided: given, refused, or a 支援会議 asked for."""

    consent_expiry_warning: Period = days(30)
    """A consent that ends is renewed in time: the coordinator is asked this long before."""

    reminder_escalation: Period = business_days(5)
    """Whoever was asked whether a consent or a 支援措置 is to be renewed has this long to answer,
    and at most until it ends; then a superior is told."""

    address_protection: Period = months(12)
    """支援措置 lasts a year from the day on which it was asked for (住民基本台帳事務処理要領)."""
    address_protection_renewal: Period = months(1)
    """It can be renewed from this long before its last day."""
    staff_safety: Period = months(6)
    """A warning to visiting staff is looked at anew after this; it ends by itself."""

    assessment_due: Period = days(30)
    plan_draft_due: Period = days(14)
    meeting_scheduling_due: Period = days(14)
    invitation_lead: Period = business_days(10)
    """A meeting is announced at least this long ahead; a shorter notice is flagged."""
    availability_reminder: Period = business_days(3)
    availability_due: Period = business_days(5)
    """日程調整: by then the agencies have answered and a date is chosen."""
    meeting_minutes: int = Field(60, ge=15)
    """How long a meeting takes (process A3: about one hour); what an invitation says."""
    sheet_lead: Period = business_days(3)
    """準備シート are due this long before the meeting."""
    minutes_due: Period = business_days(5)
    duty_due: Period = business_days(10)
    """What an agency takes on at a meeting is done by then, unless the meeting names a day."""
    papers_close: Period = business_days(1)
    """Papers of a 支援会議 close by themselves this long after the minutes."""

    after_meeting: Period = days(30)
    """After the minutes アンケート and 地域課題 are still taken for so long."""

    decision_due: Period = business_days(5)
    acceptance_due: Period = days(14)
    monitoring_every: Period = months(3)
    monitoring_escalation: Period = days(14)
    """Overdue monitoring is escalated."""

    closure_review_due: Period = days(30)
    closure_approval_due: Period = business_days(5)
    suspension_review: Period = months(3)
    suspension_hard_stop: Period = months(12)
    """A suspended case goes to the closing evaluation after this."""
    follow_ups: tuple[Period, ...] = (months(1), months(3), months(6))
    """After closing; also after settling in a place."""

    support_meeting_decision: Period = business_days(5)
    """The ward decides whether a 支援会議 sits."""
    support_meeting_scheduling: Period = business_days(10)
    next_support_meeting: Period = months(3)
    """見守り: the meeting sits again by then (process: within one to three months)."""

    outreach_next_try: Period = days(14)
    outreach_without_contact: Period = days(60)
    """No contact in this time: back to the 支援会議."""
    consent_recheck_every: Period = days(30)
    refusals_before_suspension: int = Field(3, ge=1)
    """Refusals at the re-check after which the case is suspended with 見守り."""

    referral_answer_due: Period = business_days(5)
    referral_done_due: Period = months(1)
    placement_step_due: Period = days(14)
    waiting_list_review: Period = months(1)
    """Somebody on a host's waiting list is looked at again: other places may do."""
    settling_due: Period = months(1)

    resource_assurance_lasts: Period = days(182)
    """Half a year after somebody made sure of it a listing is stale. The directories' complaint is
    old information passed on (peers B3); no source gives a figure."""
    resource_check_notice: Period = days(30)
    """So long before it turns stale a listing is on the list of those to be made sure of."""

    handover_notices: tuple[Period, ...] = (days(180), days(90), days(30))
    """Before an age of 18, 40 or 65 is reached (process A12)."""
    handover_overlap: Period = days(90)
    """Both sides stay after it."""

    transfer_answer_due: Period = business_days(5)
    """移管の打診に答えるまで."""
    birth_date_due: Period = days(30)
    """By then a birth date that is not known is asked for."""
    look_ahead_every: Period = months(12)
    """How often a case asks intake anew when its persons reach 18, 40 or 65."""
    prepared_plan_review: Period = months(3)
    """A plan prepared in advance is looked at again while it waits for consent."""
    plan_period: Period = months(12)
    """プランの期間, where a draft is suggested (open question of process E(d))."""
    food_margin: Period = days(7)
    """Food is handed over only if its date is at least this far away, so that it can be eaten."""

    escalation: Period = business_days(5)
    """A task without an escalation of its own goes to a superior this long after it was due."""

    worklist_ahead: Period = business_days(5)
    """What is due after today and by then stands under これから of the worklist."""
    snooze_longest: Period = months(1)
    """How long a task without a due date may be laid aside; never past a deadline or escalation."""
    fiscal_year_month_report: Period = business_days(5)
    """After the end of each month its report is made (expectation C11; no rule was found)."""
    fiscal_year_provisional: Period = days(20)
    """After 31 March: 速報, on 20 April (expectation C11)."""
    fiscal_year_cut_off: Period = months(2)
    """After 31 March: what comes later waits; 31 May ends the 出納整理期間 (地方自治法235条の5)."""
    fiscal_year_proposal_due: Period = days(30)
    """After the cut-off the final figures are proposed."""
    fiscal_year_approval_due: Period = business_days(5)
    fiscal_year_publication_due: Period = months(9)
    """From 確定 until the plan's revision in March, which prints the figures."""
    fiscal_year_kept: Period = months(60)
    """After the publication figures can be restated for this long."""

    day_seconds: float | None = Field(None, gt=0)
    """Length of a day on a compressed clock, in seconds; None on the real one."""


DAY_SECONDS = 86400.0
"""Length of a day on the real clock."""


def start_of(policy: Policy, on: date, now: datetime) -> datetime:
    """When a date begins in Tokyo; on a compressed clock, as many short days from now."""
    if policy.day_seconds is None:
        return datetime.combine(on, time(), TOKYO)
    return now + timedelta(days=(on - tokyo_date(now)).days) * (policy.day_seconds / DAY_SECONDS)


def end_of(policy: Policy, on: date, now: datetime) -> datetime:
    """When a date is over in Tokyo: when the next one begins."""
    return start_of(policy, on + timedelta(days=1), now)
