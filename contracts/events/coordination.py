"""Facts that the coordination service tells: what became of a case, by identifiers and codes."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from contracts.events.envelope import Event, fact
from contracts.message import Code


class CaseEvent(Event):
    """The base of coordination's facts. `on` is the Tokyo date that counts."""

    topic: ClassVar[str] = "kasane.coordination"

    case_id: UUID
    receipt_number: str
    on: date
    channel: Code
    programme_no: int
    basic_area: str | None = None


@fact
class CaseOpened(CaseEvent):
    type: ClassVar[str] = "kasane.case.opened.v1"

    intake_id: UUID
    episode: int = 1


@fact
class CaseMoved(CaseEvent):
    """A case entered another state."""

    type: ClassVar[str] = "kasane.case.moved.v1"

    came_from: str
    state: str


@fact
class CaseClosed(CaseEvent):
    type: ClassVar[str] = "kasane.case.closed.v1"

    reason: str
    lead_agency: Code | None = None
    """主担当: who stays."""
    episode: int = 1


@fact
class CaseReopened(CaseEvent):
    type: ClassVar[str] = "kasane.case.reopened.v1"

    episode: int


@fact
class CaseMerged(CaseEvent):
    """The case was a duplicate; its people are helped under another one."""

    type: ClassVar[str] = "kasane.case.merged.v1"

    into_case_id: UUID


@fact
class ConsentGiven(CaseEvent):
    type: ClassVar[str] = "kasane.consent.given.v1"

    person_id: UUID
    kind: Literal["sharing", "support"]


@fact
class ConsentRefused(CaseEvent):
    type: ClassVar[str] = "kasane.consent.refused.v1"

    person_id: UUID
    kind: Literal["sharing", "support"]
    reason: str


@fact
class ConsentWithdrawn(CaseEvent):
    type: ClassVar[str] = "kasane.consent.withdrawn.v1"

    person_id: UUID
    kind: Literal["sharing", "support"]


@fact
class MeetingScheduled(CaseEvent):
    type: ClassVar[str] = "kasane.meeting.scheduled.v1"

    meeting_id: UUID
    legal_basis: Literal["consent", "law-106-6"]


@fact
class MeetingHeld(CaseEvent):
    """A meeting took place; counts for 3.5.support-meetings-held."""

    type: ClassVar[str] = "kasane.meeting.held.v1"

    meeting_id: UUID
    legal_basis: Literal["consent", "law-106-6"]
    present: tuple[Code, ...] = ()
    """The agencies that were there."""


@fact
class PlanAdopted(CaseEvent):
    """A meeting adopted a version of a plan; outreach plans count for 3.5.outreach-plans."""

    type: ClassVar[str] = "kasane.plan.adopted.v1"

    plan_id: UUID
    kind: Literal["support", "outreach"]
    version: int
    renewal: bool
    """再プラン (True) or 新規 (False): counted apart."""


@fact
class PlanDecided(CaseEvent):
    """支援決定: somebody other than the author approved the plan."""

    type: ClassVar[str] = "kasane.plan.decided.v1"

    plan_id: UUID
    version: int


@fact
class ContactMade(CaseEvent):
    """One support contact; counts for 1.6.outreach-support where SAPOTA made it."""

    type: ClassVar[str] = "kasane.contact.made.v1"

    contact_id: UUID
    agency: Code
    outcome: str
    first: bool
    """The agency's first contact in this case (うち新規相談)."""
    first_in_year: bool = False
    """The agency's first contact in this case in the fiscal year of its date (process E(b))."""


@fact
class SupportRecorded(CaseEvent):
    """One agency's support under a plan; jointly done ones count for 3.4.joint-support."""

    type: ClassVar[str] = "kasane.support.recorded.v1"

    progress_id: UUID
    agency: Code
    joint_with: tuple[Code, ...] = ()


@fact
class ReferralAsked(CaseEvent):
    type: ClassVar[str] = "kasane.referral.asked.v1"

    referral_id: UUID
    agency: Code


@fact
class ReferralAnswered(CaseEvent):
    type: ClassVar[str] = "kasane.referral.answered.v1"

    referral_id: UUID
    agency: Code
    accepted: bool


@fact
class ReferralFinished(CaseEvent):
    type: ClassVar[str] = "kasane.referral.finished.v1"

    referral_id: UUID
    agency: Code
    result: Literal["done", "failed"]


@fact
class ReferralReturned(CaseEvent):
    """退回: the agency cannot do anything with the request as it is."""

    type: ClassVar[str] = "kasane.referral.returned.v1"

    referral_id: UUID
    agency: Code
    reason: str


@fact
class CaseReassigned(CaseEvent):
    """Another office coordinates the case from now on, by a transfer or by a bulk reassignment."""

    type: ClassVar[str] = "kasane.case.reassigned.v1"

    from_agency: Code
    to_agency: Code


@fact
class HandoverCompleted(CaseEvent):
    """A handover at 18, 40 or 65 is over: both sides confirmed it, and the overlap has passed."""

    type: ClassVar[str] = "kasane.handover.completed.v1"

    handover_id: UUID
    person_id: UUID
    age: Literal[18, 40, 65]


@fact
class CommunityIssueRaised(Event):
    """A meeting saw a trouble of the neighbourhood behind a case (plan §7(3): 地域課題の抽出).

    It says nothing of a case or a person: what leads back stays with coordination. The words of
    the register are participation's own.
    """

    topic: ClassVar[str] = "kasane.coordination"
    type: ClassVar[str] = "kasane.community-issue.raised.v1"
    subject_field: ClassVar[str] = "community_issue_id"

    community_issue_id: UUID
    on: date
    theme: Code
    """What it is about, by `contracts/data/community_themes.csv`."""
    basic_area: str | None = None
    daily_area: str | None = None
    wanted_kinds: tuple[Code, ...] = ()
    """Kinds of places that are missing (資源の不足), by the catalogue's resource kinds."""
