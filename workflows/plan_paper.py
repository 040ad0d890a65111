"""What of a plan's paper the workflows live by: days to look at it, and tasks of agencies. Pure."""

from datetime import date

from contracts.acts import DecideSupport, DraftPlan
from contracts.awaited import PlannedTask


def looks_on(act: DraftPlan | DecideSupport) -> tuple[date, ...]:
    """The days on which a plan is monitored: those planned, and those of its goals."""
    of_goals = {goal.review_on for goal in act.goals if goal.review_on}
    return tuple(sorted({*act.monitoring_on, *of_goals}))


def tasks(act: DraftPlan | DecideSupport) -> tuple[PlannedTask, ...]:
    return tuple(
        PlannedTask(agency=task.agency, due_on=task.due_on, duty_id=task.duty_id)
        for task in act.tasks
    )
