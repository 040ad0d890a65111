"""The workflows' public face: task queues, workflow ids, and the messages in and out.

Ids are business keys, opaque, and made here only. Every workflow takes people's acts through one
Update, `act`, which takes a `Command` and returns an `Outcome`; machines speak by signals.
"""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.awaited import (
    AwaitedAge,
    ConsentExpiry,
    OpenErrand,
    Placed,
    PlannedTask,
    PreparedPlan,
    StopReason,
)
from contracts.message import Code, Message
from contracts.policies import Policy
from contracts.refusals import Refusal as Refusal

WORKFLOW_QUEUE = "kasane-workflows"
INTAKE_QUEUE = "kasane-intake"
COORDINATION_QUEUE = "kasane-coordination"
PARTICIPATION_QUEUE = "kasane-participation"

ACT = "act"
"""The name of the Update by which people act on any workflow."""


class Kind(StrEnum):
    """The kinds of workflow: their types in Temporal, and the keys of `contracts.life.LIVES`."""

    CASE = "case"
    MEETING = "meeting"
    PLAN = "plan"
    OUTREACH = "outreach"
    REFERRAL = "referral"
    PLACEMENT = "placement"
    HANDOVER = "handover"
    ERRAND = "errand"
    TRANSFER = "transfer"


def workflow_id(kind: Kind, key: UUID) -> str:
    """`case:0198…`: the id of the one workflow of a kind for a business key."""
    return f"{kind}:{key}"


def case_workflow_id(case_id: UUID) -> str:
    return workflow_id(Kind.CASE, case_id)


# --- in ---------------------------------------------------------------------------------------


class Timer(Message):
    """An instant at which a life goes on by itself. Absolute, so that a new run waits no longer."""

    at: AwareDatetime
    does: Literal["remind", "escalate", "follow-up", "lapse"]
    cause: str
    """The `Policy` field it comes from, or what happens then: `consent-expired`, `plan-ended`."""
    subject: UUID | None = None
    """Whom it concerns, where it is not the life as a whole."""
    detail: str | None = None


class Carried(Message):
    """What every workflow carries over continue-as-new."""

    state: str = ""
    """Empty at the first start."""
    since: AwareDatetime | None = None
    step: int = 0
    """How many steps were tried; the next step's key is built from it."""
    applied: tuple[UUID, ...] = ()
    """Ids of the latest commands applied: an Update id holds for one run only."""
    timers: tuple[Timer, ...] = ()
    """What is still to ring in this state."""
    task_id: UUID | None = None
    """The open task, if a person is waited for."""
    rests_since: AwareDatetime | None = None
    """Since when nothing rings, because the case is suspended. What is still to ring does so as
    much later as the life has rested."""
    run_length: int = Field(500, ge=1)
    """Steps after which the history is begun anew, also if the server does not suggest it yet."""


class CaseInput(Message):
    """What a case begins with. Coordination starts it when it consumes `intake.accepted`."""

    case_id: UUID
    intake_id: UUID
    receipt_number: str
    channel: Code
    programme_no: int
    person_ids: tuple[UUID, ...] = ()
    urgent: bool = False
    basic_area: str | None = None
    received_on: date
    episode: int = 1
    reopening: bool = False
    """Begun anew for a case that is over: it takes the act that reopens it, or is over at once."""
    policy: Policy
    carried: Carried = Carried()
    memory: "CaseMemory | None" = None


class CaseMemory(Message):
    """What a case workflow remembers beside its state. Ids and codes only."""

    episode: int = 1
    added: tuple[UUID, ...] = ()
    """Members of the household who became subjects after the case had begun."""
    sharing: tuple[UUID, ...] = ()
    """Persons with a live consent to sharing."""
    support: tuple[UUID, ...] = ()
    """Persons with a live consent to support."""
    expiries: tuple[ConsentExpiry, ...] = ()
    plan_id: UUID | None = None
    """The plan whose workflow lives: never more than one."""
    plan_version: int = 0
    """The latest version number given out."""
    prepared: PreparedPlan | None = None
    meeting_id: UUID | None = None
    """The meeting that is being prepared or sits; None once its conclusion is known."""
    outreach_id: UUID | None = None
    outreach_agency: Code | None = None
    outreach_plans: int = 0
    outreach_plan_id: UUID | None = None
    """The アウトリーチ支援プラン whose workflow lives: never more than one."""
    outreach_met: bool = False
    """Its goals are met: the case is evaluated without having come to a consent."""
    relation_good: bool = False
    """The person trusts the outreach worker: consent is asked for again from time to time."""
    recheck_paused: bool = False
    """The person said no when asked again: nobody asks by the calendar until the relation moves."""
    sole_referral_id: UUID | None = None
    """The referral on which the case rests (単独機関で対応)."""
    referral_ids: tuple[UUID, ...] = ()
    """Referrals beside the plan that are under way."""
    placements: tuple[Placed, ...] = ()
    handover_ids: tuple[UUID, ...] = ()
    looked_ahead: bool = False
    """Whether intake was asked when the persons reach 18, 40 or 65."""
    look_again_at: AwareDatetime | None = None
    """When it is asked anew: later ages come into sight, a birth date may be known by now."""
    awaited_ages: tuple[AwaitedAge, ...] = ()
    errands: tuple[OpenErrand, ...] = ()
    transfer_id: UUID | None = None
    """The proposal to another office that is not answered yet."""
    refusals: int = 0
    evaluated_by: str | None = None
    closure_reason: str | None = None
    suspended_from: str | None = None
    children_rest: bool = False
    """Whether what the case has begun for the person rests with it."""
    review_on: date | None = None
    """When the condition under which a suspended case resumes is looked at."""


class MeetingInput(Message):
    """One meeting of either kind."""

    meeting_id: UUID
    case_id: UUID
    legal_basis: Literal["consent", "law-106-6"]
    starts_at: AwareDatetime | None = None
    """None while a date is looked for."""
    attendees: tuple[Code, ...]
    acknowledged: tuple[Code, ...] = ()
    present: tuple[Code, ...] = ()
    held_by: str | None = None
    drafted_by: str | None = None
    """Who last wrote the minutes."""
    outreach_plans: int = 0
    """How many outreach plans the case has had: the next one's version follows."""
    policy: Policy
    carried: Carried = Carried()


class PlanInput(Message):
    """One version of a plan, from its draft on."""

    plan_id: UUID
    case_id: UUID
    version: int = Field(ge=1)
    author: str
    """The `sub` of who drafted it: may not decide it."""
    person_ids: tuple[UUID, ...]
    accepted_by: tuple[UUID, ...] = ()
    starts_on: date
    ends_on: date
    looks_on: tuple[date, ...] = ()
    """Days on which it is monitored beside the regular ones."""
    tasks: tuple[PlannedTask, ...] = ()
    """取組: each an errand of its own while the plan is carried out."""
    undertaken: tuple[UUID, ...] = ()
    """Errands of the tasks that are not reported yet."""
    revisers: tuple[str, ...] = ()
    """Who revised the draft: may not decide it either."""
    outreach: bool = False
    """アウトリーチ支援プラン: decided by its 支援会議, needs nobody's consent, is lived at once."""
    paused_from: str | None = None
    """The state to which it returns when its case is resumed."""
    policy: Policy
    carried: Carried = Carried()


class OutreachInput(Message):
    """Work on the relationship with people who have not consented."""

    outreach_id: UUID
    case_id: UUID
    agency: Code
    policy: Policy
    carried: Carried = Carried()


class ReferralInput(Message):
    """A request to one agency. `sole` where the case rests on it (単独機関で対応)."""

    referral_id: UUID
    case_id: UUID
    agency: Code
    sole: bool
    due_on: date | None = None
    """By when whoever asks needs it done."""
    due_at: AwareDatetime | None = None
    """The same as an instant, once the agency has accepted."""
    policy: Policy
    carried: Carried = Carried()


class PlacementInput(Message):
    """Participation support for one person."""

    placement_id: UUID
    case_id: UUID
    person_id: UUID
    kinds: tuple[Code, ...]
    daily_area: str | None = None
    agency: Code = "shakyo"
    """Whose worker looks after it: the 社協's 地域福祉コーディネーター unless it says otherwise."""
    resource_id: UUID | None = None
    policy: Policy
    carried: Carried = Carried()


class HandoverInput(Message):
    """The handover of one person's support at an age of 18, 40 or 65."""

    handover_id: UUID
    case_id: UUID
    person_id: UUID
    age: Literal[18, 40, 65]
    reached_on: date
    reached_at: AwareDatetime | None = None
    """The instant of that day by the case's clock; set as the life begins."""
    confirmed: tuple[str, ...] = ()
    """The sides that have confirmed: `giving`, `receiving`."""
    policy: Policy
    carried: Carried = Carried()


# --- between workflows ------------------------------------------------------------------------

CHILD_MOVED = "child_moved"
"""The signal by which a child tells its case what has become of it."""

STOP = "stop"
"""The signal by which a case ends a child whose ground is gone."""

INTAKE_WITHDRAWN = "intake_withdrawn"
"""The signal by which coordination tells a case that its intake was taken back."""

MEETING_VERDICT = "meeting_verdict"
"""The signal by which a case tells a plan what the meeting said of it."""

PLACE_OFFERED = "place_offered"
DEVELOPMENT_ANSWERED = "development_answered"
"""The signals by which coordination tells a placement what participation made known: a place at
the host that it waits for, and what became of its request to make one."""

PAUSE = "pause"
RESUME = "resume"
"""The signals by which a suspended case holds its plan and what goes on beside it, and lets them
go on."""


RECHECK_RESUMED = "recheck-resumed"
"""The cause of the step by which a case asks for consent again by the calendar (process A12)."""


class Stop(Message):
    """Why a case ends a child."""

    reason: StopReason


class MeetingSaid(Message):
    """What a 重層的支援会議 said of a plan: a `contracts.acts.PlanVerdict`."""

    verdict: str


class ChildMoved(Message):
    """A child's news for its case."""

    kind: Kind
    child_id: UUID
    state: str
    """The child's new state."""
    result: str | None = None
    """What the state alone does not say: a meeting's verdict or decision, a monitoring result."""
    agency: Code | None = None
    created_id: UUID | None = None
    by: str | None = None
    plan: PreparedPlan | None = None
    """The outreach plan that a 支援会議 has made."""


class CaseOutcome(Message):
    """How a case ended."""

    case_id: UUID
    reason: str
    episode: int


CaseInput.model_rebuild()
