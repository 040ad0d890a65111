"""Bulk reassignments as people see them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.coordination import labels, views
from services.coordination.models import CaseFile, ReassignedCase, Reassignment
from services.coordination.reading.names import Names

Preview = tuple[Sequence[CaseFile], Mapping[UUID, int]]


async def reassignment_views(
    session: AsyncSession,
    acts: Sequence[Reassignment],
    *,
    done: Mapping[UUID, Sequence[ReassignedCase]] | None = None,
    preview: Preview | None = None,
) -> tuple[views.ReassignmentView, ...]:
    """Acts with their cases: those that were moved, or of a preview those that would be."""
    rows = {act.reassignment_id: (done or {}).get(act.reassignment_id, ()) for act in acts}
    if preview is not None:
        rows = {act.reassignment_id: _would_be(act, preview) for act in acts}
    ids = {row.case_id for some in rows.values() for row in some}
    found = await session.scalars(select(CaseFile).where(col(CaseFile.case_id).in_(ids)))
    cases = {case.case_id: case for case in found}
    subs = [sub for act in acts for sub in (act.by, act.from_coordinator, act.to_coordinator)]
    subs += [sub for some in rows.values() for row in some for sub in _subs(row)]
    names = await Names.of(session, subs)
    return tuple(
        _view(act, rows[act.reassignment_id], cases, names, preview is not None) for act in acts
    )


def _subs(row: ReassignedCase) -> tuple[str | None, str | None]:
    return row.from_coordinator, row.to_coordinator


def _would_be(act: Reassignment, preview: Preview) -> list[ReassignedCase]:
    cases, tasks = preview
    return [
        ReassignedCase(
            reassignment_id=act.reassignment_id,
            case_id=case.case_id,
            outcome="",
            tasks=tasks.get(case.case_id, 0),
            from_coordinator=case.coordinator,
            from_agency=case.coordinator_agency,
            to_coordinator=act.to_coordinator,
            to_agency=act.to_agency or case.coordinator_agency,
        )
        for case in cases
    ]


def _view(
    act: Reassignment,
    rows: Sequence[ReassignedCase],
    cases: Mapping[UUID, CaseFile],
    names: Names,
    preview: bool,
) -> views.ReassignmentView:
    return views.ReassignmentView(
        reassignment_id=None if preview else act.reassignment_id,
        status="preview" if preview else act.status,
        by=names.staff(act.by),
        at=act.at,
        reason=act.reason,
        effective_on=act.effective_on,
        from_coordinator=names.maybe(act.from_coordinator),
        from_agency=act.from_agency,
        from_agency_name=labels.agency(act.from_agency) if act.from_agency else None,
        to_coordinator=names.maybe(act.to_coordinator),
        to_agency=act.to_agency,
        to_agency_name=labels.agency(act.to_agency) if act.to_agency else None,
        undoes=act.undoes,
        done_at=act.done_at,
        counts=dict(Counter(row.outcome for row in rows if row.outcome)),
        cases=tuple(_case(row, cases.get(row.case_id), names) for row in rows),
    )


def _case(row: ReassignedCase, case: CaseFile | None, names: Names) -> views.ReassignedCaseView:
    return views.ReassignedCaseView(
        case_id=row.case_id,
        receipt_number=case.receipt_number if case else None,
        state_label=labels.state("case", case.state) if case else None,
        outcome=row.outcome or None,
        tasks=row.tasks,
        from_coordinator=names.maybe(row.from_coordinator),
        from_agency=row.from_agency,
        to_coordinator=names.maybe(row.to_coordinator),
        to_agency=row.to_agency,
    )
