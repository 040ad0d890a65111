"""Finding cases by several things at once, as far as the reader may see them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.audit import audit
from chassis.auth import Principal
from contracts.calendar import today
from contracts.life import SK_TRACK, CaseState
from services.coordination import views
from services.coordination.models import CaseFile, CasePerson, GuardFlag, Task
from services.coordination.permissions import visible, works_with_cases
from services.coordination.reading.cases import case_rows, newest
from services.coordination.reading.paging import no_case_work
from services.coordination.reading.tasks import day_begins
from services.coordination.receipt import ReceiptTerms, receipt_terms
from services.coordination.terms import has_open_task, of_agency


@dataclass(frozen=True)
class CaseSearch:
    """What a case must be to be found; what is not said does not matter. The newest first."""

    receipt_number: str | None = None
    """Its beginning, its running number, or both, in any width."""
    person_ids: frozenset[UUID] | None = None
    """Who of it is meant; empty: nobody, and nothing is found."""
    agency: str | None = None
    state: str | None = None
    flag: str | None = None
    basic_area: str | None = None
    daily_area: str | None = None
    after: str | None = None
    limit: int = 50

    def told(self) -> list[str]:
        """By which things is searched, without their values: for the audit trail."""
        names = ("receipt_number", "agency", "state", "flag", "basic_area", "daily_area")
        persons = ["person"] if self.person_ids is not None else []
        return persons + [name for name in names if getattr(self, name)]


FLAGS: dict[str, Callable[[], ColumnElement[bool]]] = {
    "urgent": lambda: col(CaseFile.urgent).is_(True),
    "overdue": lambda: and_(
        col(CaseFile.waiting_asks).is_not(None), col(CaseFile.waiting_until) < day_begins(today())
    ),
    "escalated": lambda: has_open_task(col(Task.escalated_at).is_not(None)),
    "unassigned": lambda: col(CaseFile.coordinator).is_(None),
    "sk": lambda: col(CaseFile.state).in_(tuple(SK_TRACK)),
    "open": lambda: col(CaseFile.state) != CaseState.CLOSED,
    "staff-safety": lambda: _guarded("staff-safety"),
    "address-protection": lambda: _guarded("address-protection"),
}
"""What may be marked on a case."""


def _guarded(kind: str) -> ColumnElement[bool]:
    """A flag on somebody of the case that holds today; one that has expired is none."""
    return col(CaseFile.case_id).in_(
        select(col(GuardFlag.case_id)).where(
            col(GuardFlag.kind) == kind,
            col(GuardFlag.starts_on) <= today(),
            col(GuardFlag.expires_on) >= today(),
            col(GuardFlag.ended_on).is_(None),
        )
    )


async def search_cases(
    session: AsyncSession, principal: Principal, chosen: CaseSearch
) -> views.SearchPage:
    """A page of what is found; the search is audited. Raises Problem 403."""
    if not works_with_cases(principal):
        raise no_case_work()
    page, following = await newest(
        session, [visible(principal), *_terms(chosen)], chosen.after, chosen.limit
    )
    await audit(
        session, principal, "case.search", "case", "several", by=chosen.told(), found=len(page)
    )
    persons = await _persons(session, page)
    meant = chosen.person_ids or frozenset()
    return views.SearchPage(
        items=tuple(
            views.FoundCase(
                **dict(row),
                persons=persons.get(row.case_id, ()),
                meant=tuple(one for one in persons.get(row.case_id, ()) if one in meant),
            )
            for row in await case_rows(session, page)
        ),
        next=following,
    )


async def _persons(
    session: AsyncSession, cases: Sequence[CaseFile]
) -> dict[UUID, tuple[UUID, ...]]:
    rows = await session.execute(
        select(col(CasePerson.case_id), func.array_agg(col(CasePerson.person_id)))
        .where(col(CasePerson.case_id).in_([case.case_id for case in cases]))
        .group_by(col(CasePerson.case_id))
    )
    return {case_id: tuple(sorted(persons)) for case_id, persons in rows}


def _terms(chosen: CaseSearch) -> list[ColumnElement[bool]]:
    terms: list[Any] = []
    wanted = receipt_terms(chosen.receipt_number or "")
    if wanted is not None:
        terms.append(_numbered(wanted))
    if chosen.person_ids is not None:
        terms.append(
            col(CaseFile.case_id).in_(
                select(col(CasePerson.case_id)).where(
                    col(CasePerson.person_id) == func.any(_list_of(chosen.person_ids))
                )
            )
        )
    if chosen.state:
        terms.append(col(CaseFile.state) == chosen.state)
    if chosen.basic_area:
        terms.append(col(CaseFile.basic_area) == chosen.basic_area)
    if chosen.daily_area:
        terms.append(col(CaseFile.daily_area) == chosen.daily_area)
    if chosen.agency:
        terms.append(of_agency(chosen.agency))
    if chosen.flag in FLAGS:
        terms.append(FLAGS[chosen.flag]())
    return terms


def _list_of(ids: frozenset[UUID]) -> ColumnElement[Any]:
    """One value instead of thousands: the statement stays the same, whoever is meant."""
    return cast(sorted(ids), ARRAY(Uuid))


def _numbered(wanted: ReceiptTerms) -> ColumnElement[bool]:
    number = col(CaseFile.receipt_number)
    ways: list[ColumnElement[bool]] = []
    if wanted.begins is not None:
        ways.append(number.startswith(wanted.begins, autoescape=True))
    if wanted.equals is not None:
        ways.append(number == wanted.equals)
    if wanted.count is not None:
        counted = func.split_part(number, "-", 3) == wanted.count
        if wanted.area is not None:
            counted = and_(counted, func.split_part(number, "-", 2) == wanted.area)
        ways.append(counted)
    return or_(*ways)
