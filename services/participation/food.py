"""How food is shared out, and what may still be handed over: rules, and no I/O.

The rule of allocation: what must be eaten first goes first; each lot is shared among the groups by
the number of households they serve, and what is left over goes where the share was cut most
(largest remainder). A ward may hand out differently: the proposal is only what a form begins with.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from contracts.policies import Period


class Offered(NamedTuple):
    """A lot that may be shared out."""

    lot_id: UUID
    on_hand: int
    best_before: date | None


class Asking(NamedTuple):
    """A group at a pantry, and for how many households it takes food."""

    group_id: UUID
    households: int


class Share(NamedTuple):
    group_id: UUID
    lot_id: UUID
    quantity: int


def keeps(best_before: date | None, on: date, margin: Period) -> bool:
    """Whether food may be handed over on a day: its date is at least the margin away."""
    return best_before is None or best_before >= on + timedelta(days=margin.count)


def order(lots: Sequence[Offered]) -> list[Offered]:
    """What must be eaten first goes first; what has no date goes last."""
    return sorted(lots, key=lambda lot: (lot.best_before or date.max, lot.lot_id))


def allocate(lots: Sequence[Offered], groups: Sequence[Asking]) -> list[Share]:
    """A share of every lot for every group. Deterministic; never more than is there."""
    shares = []
    for lot in order(lots):
        for group_id, quantity in _split(lot.on_hand, groups):
            if quantity:
                shares.append(Share(group_id, lot.lot_id, quantity))
    return shares


def _split(amount: int, groups: Sequence[Asking]) -> list[tuple[UUID, int]]:
    households = sum(group.households for group in groups)
    if not households:
        return []
    exact = [(group, amount * group.households) for group in groups]
    given = {group.group_id: weight // households for group, weight in exact}
    left = amount - sum(given.values())
    by_remainder = sorted(exact, key=lambda one: (-(one[1] % households), one[0].group_id))
    for group, _ in by_remainder[:left]:
        given[group.group_id] += 1
    return [(group.group_id, given[group.group_id]) for group in groups]
