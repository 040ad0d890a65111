"""What the lives beside a case's main course begin with: errands, transfers to another office."""

from datetime import date
from uuid import UUID, uuid5

from contracts.acts.errand import ErrandTopic
from contracts.cases import Carried
from contracts.life import Role
from contracts.message import Code, Message
from contracts.policies import Policy


def task_errand_id(plan_id: UUID, number: int) -> UUID:
    """The errand of a plan's task, by the task's number from 1 on."""
    return uuid5(plan_id, f"task-{number}")


def review_errand_id(plan_id: UUID) -> UUID:
    """The errand by which a plan that was prepared in advance is first looked at again."""
    return uuid5(plan_id, "review")


class ErrandInput(Message):
    """One wait for a person beside the state of another life."""

    errand_id: UUID
    case_id: UUID
    topic: ErrandTopic
    owner: Role = Role.COORDINATOR
    agency: Code | None = None
    plan_id: UUID | None = None
    """The plan whose task it is, or that waits for consent."""
    meeting_id: UUID | None = None
    """The meeting at which the agency took it on."""
    person_id: UUID | None = None
    due_on: date | None = None
    """None: `Policy.birth_date_due`, `duty_due` or `escalation` from now, by its topic."""
    policy: Policy
    carried: Carried = Carried()


class TransferInput(Message):
    """A case is to be taken over by another office."""

    transfer_id: UUID
    case_id: UUID
    agency: Code
    proposed_by: str
    policy: Policy
    carried: Carried = Carried()
