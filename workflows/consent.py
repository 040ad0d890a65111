"""Who has consented to what, as a case remembers it (process A4, invariants 1 and 3).

Pure functions over `CaseMemory`; each gives the fields that change.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from contracts.acts import RecordConsent
from contracts.awaited import ConsentExpiry
from contracts.cases import CaseMemory

Changes = dict[str, object]


def missing(memory: CaseMemory, persons: Iterable[UUID]) -> tuple[UUID, ...]:
    """The persons without a live consent to sharing."""
    return tuple(person for person in persons if person not in memory.sharing)


def live(memory: CaseMemory, person: UUID, kinds: Iterable[str]) -> tuple[str, ...]:
    """Those of the kinds to which a person has consented."""
    return tuple(kind for kind in kinds if person in getattr(memory, kind))


def given(memory: CaseMemory, act: RecordConsent, until: datetime | None) -> Changes:
    """A consent replaces the person's earlier one of the same kind, with its expiry."""
    person = act.person_id
    changes: Changes = {
        kind.value: (*_others(getattr(memory, kind.value), person), person) for kind in act.kinds
    }
    kept = _expiries_but(memory, person, act.kinds)
    new = (ConsentExpiry(person_id=person, kind=k.value, at=until) for k in act.kinds if until)
    return {**changes, "expiries": (*kept, *new)}


def without(memory: CaseMemory, person: UUID, kinds: Collection[str]) -> Changes:
    """A person's consents of some kinds are gone, by withdrawal or by their date."""
    gone = {kind: _others(getattr(memory, kind), person) for kind in map(str, kinds)}
    return {**gone, "expiries": _expiries_but(memory, person, kinds)}


def _others(persons: tuple[UUID, ...], person: UUID) -> tuple[UUID, ...]:
    return tuple(other for other in persons if other != person)


def _expiries_but(
    memory: CaseMemory, person: UUID, kinds: Collection[str]
) -> tuple[ConsentExpiry, ...]:
    return tuple(e for e in memory.expiries if e.person_id != person or e.kind not in kinds)
