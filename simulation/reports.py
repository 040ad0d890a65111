"""What programmes report by number: a few lines for every kind, one corrected, one withdrawn."""

from datetime import timedelta
from uuid import uuid4

from contracts.calendar import fiscal_year, today
from contracts.catalogue import ActivityKind, activity_kinds
from contracts.venues import venues
from simulation.stage import INTAKE, Cast, Expected

LINES = 3
QUANTITY = 12
MISTAKE = 90
"""What a line is reported as at first, before it is corrected to QUANTITY."""

FROM_CASES_OR_DIRECTORY = ("resource-registration",)
"""Kinds whose figure comes from elsewhere, so that nobody reports it by hand."""


async def report_activities(cast: Cast, expected: Expected) -> int:
    """Report for every kind; the number of lines that stand."""
    standing = 0
    for kind in activity_kinds().values():
        if kind.kind not in FROM_CASES_OR_DIRECTORY and kind.holds(today()):
            standing += await _report(cast, expected, kind)
    return standing


async def _report(cast: Cast, expected: Expected, kind: ActivityKind) -> int:
    on = today()
    earlier = on - timedelta(days=1)
    before = earlier if fiscal_year(earlier) == fiscal_year(on) else on
    places = [v.venue for v in venues(on).values() if kind.channels[0] in v.channels]
    run = uuid4().hex[:10]
    lines = [
        {
            "line_ref": f"{kind.kind}-{run}-{number}",
            "channel": kind.channels[0],
            "kind": kind.kind,
            "date": (before if number else on).isoformat(),
            "quantity": MISTAKE if number == 1 else QUANTITY,
            "venue": places[number % len(places)] if places else None,
            "daily_area": cast.residents.area(),
            "flags": list(kind.flags[:1]) if number == 0 else [],
            **({"group": f"group-{run}-{number}"} if kind.needs_group else {}),
        }
        for number in range(LINES + 1)
    ]
    taken = await cast.frontline.post(f"{INTAKE}/activity-reports", {"lines": lines})
    by_row = {line["row"]: line["line_id"] for line in taken["lines"]}
    at = f"{INTAKE}/activity-reports/{taken['report_id']}/lines"
    await cast.frontline.post(
        f"{at}/{by_row[2]}/correction", {"reason": "typing-error", "quantity": QUANTITY}
    )
    await cast.frontline.post(f"{at}/{by_row[LINES + 1]}/withdrawal", {"reason": "entered-twice"})
    _expect(expected, kind)
    return LINES


def _expect(expected: Expected, kind: ActivityKind) -> None:
    if kind.needs_group:
        expected.count(kind.indicator_id, LINES)
    else:
        expected.count(kind.indicator_id, LINES * QUANTITY, sub=QUANTITY if kind.flags else 0)
