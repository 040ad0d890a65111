"""The scenarios of all acts, gathered."""

from tests.services.coordination.scenarios import (
    beside,
    closing,
    consent,
    dates,
    household,
    meeting,
    outcome,
    participation,
    plan,
    screening,
    support,
)
from tests.services.coordination.scenarios.registry import SCENARIOS

__all__ = [
    "SCENARIOS",
    "beside",
    "closing",
    "consent",
    "dates",
    "household",
    "meeting",
    "outcome",
    "participation",
    "plan",
    "screening",
    "support",
]
