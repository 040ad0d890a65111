"""Why a case waits, for whom, until when: one line for every case, open or not."""

from datetime import datetime
from typing import Any

from contracts.calendar import today, tokyo_date, wareki
from contracts.life import CaseState
from services.coordination import labels, views
from services.coordination.models import CaseFile
from services.coordination.reading.names import Names
from services.coordination.reading.tasks import day_begins


def waiting_view(case: CaseFile, names: Names) -> views.Waiting:
    """「本人同意を確認する(調整担当・大森地域福祉課・令和8年12月7日(月)まで)」"""
    waiting, paused = _waiting(case, names), _paused(case)
    if paused is None:
        return waiting
    return waiting.model_copy(update={"line": f"{waiting.line}。{paused}", "paused": paused})


def _paused(case: CaseFile) -> str | None:
    if case.recheck_paused_at is None:
        return None
    since = _day(case.recheck_paused_at)
    ask = labels.act("recheck_consent")
    return f"同意の再確認は休止中({since}に拒否。関係のよい接触の記録か「{ask}」で再開)"


def _waiting(case: CaseFile, names: Names) -> views.Waiting:
    until = case.waiting_until
    agency = case.waiting_agency or case.coordinator_agency
    role = case.waiting_role or "coordinator"
    who = names.maybe(case.waiting_assignee)
    told: dict[str, Any] = {
        "until": until,
        "agency": agency,
        "agency_name": labels.agency(agency),
        "role": role,
        "role_label": labels.role(role),
        "assignee": who,
        "kind": case.waiting_kind,
        "state": case.waiting_state,
    }
    if case.waiting_asks is not None:
        about = _joined(
            told["role_label"], told["agency_name"], who.name if who else None, _until(until)
        )
        return views.Waiting(
            **told,
            line=f"{case.waiting_asks}({about})",
            asks=case.waiting_asks,
            overdue=until is not None and until < day_begins(today()),
        )
    if until is None and case.state == CaseState.CLOSED:
        state = labels.state("case", case.state)
        return views.Waiting(line=f"{state}: 待つ仕事はありません")
    return views.Waiting(**told, line=f"{_cause(case)}({_joined(told['agency_name'])})")


def _cause(case: CaseFile) -> str:
    """Why nobody is asked for anything just now."""
    if case.waiting_until is not None:
        kind = case.waiting_kind or "case"
        state = labels.state(kind, case.waiting_state or case.state)
        what = state if kind == "case" else f"{labels.kind(kind)}「{state}」"
        return f"{what}: 次の期日は{_day(case.waiting_until)}"
    if case.state == CaseState.RECEIVED:
        return "受付: ケースの手続きを始めています"
    return f"{labels.state('case', case.state)}: 次にすることを決めてください"


def _until(at: datetime | None) -> str | None:
    return f"{_day(at)}まで" if at else None


def _day(at: datetime) -> str:
    return wareki(tokyo_date(at))


def _joined(*parts: str | None) -> str:
    return "・".join(part for part in parts if part)
