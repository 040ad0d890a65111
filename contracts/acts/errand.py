"""A wait for a person beside the state of a life: a plan's task, a birth date to be asked for."""

from datetime import date
from enum import StrEnum
from typing import Literal

from contracts.acts.base import Act


class ErrandTopic(StrEnum):
    """What an errand is about."""

    PLAN_TASK = "plan-task"
    """取組: what an agency does under a plan."""
    BIRTH_DATE = "birth-date"
    """A birth date that is asked for, never guessed (plan §7(4))."""
    PREPARED_PLAN = "prepared-plan"
    """A plan that waits for consent grows old: is it still right?"""
    DUTY = "duty"
    """役割分担: what an agency has taken on at a meeting."""


class ReportErrand(Act):
    """個別作業の報告: done, not possible, or later (with the new date)."""

    act: Literal["report_errand"] = "report_errand"
    result: Literal["done", "later", "not-possible"]
    due_on: date | None = None
    """Until when, for `later`."""
