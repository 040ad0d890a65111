"""Consent, refusal, withdrawal."""

from datetime import timedelta

from contracts.calendar import today
from services.coordination.consent_forms import text_hash
from services.coordination.models import (
    Consent,
    ConsentRefusal,
)
from tests.services.coordination.desk import (
    Case,
    Desk,
    act_of,
)
from tests.services.coordination.scenarios.registry import effect


@effect
async def record_consent(desk: Desk) -> Case:
    case = await desk.open()
    await desk.consent(case, recipients=["sapota"], expires_on=today() + timedelta(days=365))
    given = {row.kind: row for row in await desk.rows(Consent, case_id=case.case_id)}
    assert set(given) == {"sharing", "support"}
    assert given["sharing"].recipients == ["sapota"]
    assert given["sharing"].text_hash == text_hash("consent-r8-1")
    facts = [fact for fact in await desk.facts(case) if fact["type"] == "consent.given"]
    assert {fact["kind"] for fact in facts} == {"sharing", "support"}
    return case


@effect
async def record_refusal(desk: Desk) -> Case:
    case = await desk.open()
    await desk.consent(case)
    act = act_of("record_refusal", person_id=case.person, reason="refused")
    await desk.step(case, "sk-requested", act)
    assert (await desk.row(ConsentRefusal, case_id=case.case_id)).reason == "refused"
    assert (await desk.fact(case, "consent.refused"))["kind"] == "sharing"
    withdrawn = await desk.row(Consent, case_id=case.case_id, kind="sharing")
    assert withdrawn.withdrawn_at is not None, "a no ends a yes"
    return case


@effect
async def withdraw_consent(desk: Desk) -> Case:
    case = await desk.open()
    await desk.consent(case)
    act = act_of("withdraw_consent", person_id=case.person)
    await desk.step(case, "sk-requested", act)
    rows = await desk.rows(Consent, case_id=case.case_id)
    assert all(row.withdrawn_at for row in rows)
    facts = [fact["kind"] for fact in await desk.facts(case) if fact["type"] == "consent.withdrawn"]
    assert sorted(facts) == ["sharing", "support"]
    return case


@effect
async def recheck_consent(desk: Desk) -> Case:
    case = await desk.open(state="outreach")
    await desk.step(case, "consent-recheck", act_of("recheck_consent"))
    assert (await desk.file(case)).state == "consent-recheck"
    return case
