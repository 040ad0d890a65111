"""Looking again at a life that has come to rest: after closing (A9), after settling (A8).

Nothing is asked for at first. At each date of `Policy.follow_ups`, counted from the rest, a task
is opened, due within `Policy.escalation`; the next date closes one that nobody did. After the
last, one such period later a superior is told, and after another the life is over.
"""

from collections.abc import Iterator

from temporalio import workflow

from contracts.cases import Timer
from workflows.life import Life
from workflows.moves import Move
from workflows.policies import after
from workflows.waiting import FOLLOW_UPS, Memory


class FollowedUp(Life[Memory]):
    """A life with a state whose due date is `follow_ups`."""

    @property
    def wants_follow_up(self) -> bool:
        return True

    @property
    def follow_ups_left(self) -> int:
        """How many dates are still to come."""
        return sum(timer.does == "follow-up" for timer in self.carried.timers)

    def deadlines(self) -> Iterator[Timer]:
        yield from super().deadlines()
        if self.stage.due != FOLLOW_UPS or not self.wants_follow_up:
            return
        dates = [after(self.policy, period, workflow.now()) for period in self.policy.follow_ups]
        for number, at in enumerate(dates, start=1):
            yield Timer(at=at, does="follow-up", cause=FOLLOW_UPS, detail=str(number))
        if dates:
            due = after(self.policy, "escalation", max(dates))
            told = after(self.policy, "escalation", due)
            over = after(self.policy, "escalation", told)
            yield Timer(at=over, does="lapse", cause=FOLLOW_UPS)

    def lapse(self, timer: Timer) -> Move | None:
        if timer.does == "follow-up":
            return Move(task="renew", cause=timer.cause, result=timer.detail)
        return super().lapse(timer)
