"""紹介・依頼: the requests that the caller's own agency sent, and what became of them.

Whoever asked sees that a request was taken up, until when it is due, and that it ended. How it
ended is a disclosure of its own (peers B4, 18): it is shown where it was told, which consent
decides when the loop is closed (`effects.loop`).
"""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.audit import audit
from chassis.auth import Principal
from contracts.cases import Kind
from services.coordination import labels, views
from services.coordination.models import CaseFile, Referral, Referrer, Strand, Task
from services.coordination.permissions import visible, works_with_cases
from services.coordination.reading.paging import Cursor, no_case_work
from services.coordination.reading.referral_parts import ACTS

ENDED = "ended"
"""What stands for the state of a request whose end is withheld."""


async def sent_referrals(
    session: AsyncSession,
    principal: Principal,
    *,
    open_only: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> views.SentReferrals:
    """The latest first; the looking is audited. Raises Problem 403, 422."""
    if not works_with_cases(principal) or principal.agency is None:
        raise no_case_work()
    since, key = col(Referrer.since), col(Referrer.referral_id)
    terms = [col(Referrer.agency) == principal.agency]
    if open_only:
        terms.append(col(Referrer.told).is_(None))
    if after:
        at, last_id = Cursor.read(after)
        terms.append(tuple_(since, key) < tuple_(literal(at), literal(last_id)))
    found = await session.execute(
        select(Referrer, Referral, CaseFile, col(Strand.state))
        .join(Referral, col(Referral.referral_id) == key)
        .join(CaseFile, col(CaseFile.case_id) == col(Referral.case_id))
        .join(
            Strand,
            (col(Strand.entity_id) == col(Referral.referral_id))
            & (col(Strand.kind) == Kind.REFERRAL),
            isouter=True,
        )
        .where(*terms)
        .order_by(since.desc(), key.desc())
        .limit(limit + 1)
    )
    rows = found.tuples().all()
    page = rows[:limit]
    cases = [referral.case_id for _, referral, _, _ in page]
    seen = set(
        await session.scalars(
            select(col(CaseFile.case_id)).where(
                col(CaseFile.case_id).in_(cases), visible(principal)
            )
        )
    )
    tasks = {
        task.entity_id: task
        for task in await session.scalars(
            select(Task).where(
                col(Task.kind) == Kind.REFERRAL,
                col(Task.entity_id).in_([referral.referral_id for _, referral, _, _ in page]),
                col(Task.closed_at).is_(None),
            )
        )
    }
    await audit(session, principal, "referrals.read", "agency", principal.agency, shown=len(page))
    last = page[-1][0] if page else None
    return views.SentReferrals(
        items=tuple(
            _view(waits, referral, case, state or "asked", tasks.get(referral.referral_id), seen)
            for waits, referral, case, state in page
        ),
        next=Cursor.write(last.since, last.referral_id) if last and len(rows) > limit else None,
    )


def _view(
    waits: Referrer,
    referral: Referral,
    case: CaseFile,
    state: str,
    task: Task | None,
    seen: set[UUID],
) -> views.SentReferral:
    told = waits.told == "told"
    withheld = waits.told == "withheld"
    act = ACTS.get(referral.result or "declined", "decline_referral")
    due_at = None if waits.told or task is None else task.due_at
    return views.SentReferral(
        referral_id=referral.referral_id,
        case_id=case.case_id if case.case_id in seen else None,
        receipt_number=case.receipt_number,
        agency=referral.agency,
        agency_name=labels.agency(referral.agency, referral.finished_at),
        sent_at=waits.since,
        state=ENDED if withheld else state,
        state_label="終了" if withheld else labels.state(Kind.REFERRAL, state),
        due_at=due_at,
        due_on=referral.due_on,
        overdue=due_at is not None and due_at < datetime.now(UTC),
        ended_at=waits.told_at,
        end=waits.told,
        result=referral.result if told else None,
        result_label=labels.value("result", referral.result, act)
        if told and referral.result
        else None,
        reason_label=labels.value("reason", referral.reason, act)
        if told and referral.reason
        else None,
    )
