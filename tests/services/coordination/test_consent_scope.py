"""Consent in full (process A4): its scope is held to, its form, its witnesses, its dates."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from chassis.context import Context
from contracts.calendar import today
from contracts.events import new_id
from services.coordination.consent_forms import form_in_force, known_forms, text_hash
from services.coordination.models import Consent, Disclosure
from services.coordination.reach import Consents, Use
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Case, Desk, tomorrow, yesterday

pytestmark = pytest.mark.usefixtures("relay")

Headers = dict[str, str]
FULL = ["basic", "health", "work-school", "income", "welfare-use"]


async def written(desk: Desk, post: Post, by: Headers, about: list[str]) -> Case:
    """A case of SAPOTA and JOBOTA in which JOBOTA has written something of some categories."""
    case = await desk.open(state="active")
    await desk.outreach(case, "sapota")
    await desk.referral(case, "jobota")
    await desk.step(case, "active")
    act = {
        "act": "record_progress",
        "agency": "jobota",
        "on": yesterday(),
        "note": "記録",
        "about": about,
    }
    answer = await post(f"/cases/{case.case_id}/acts", {"act": act}, by)
    assert answer.status_code == 200, answer.text
    return case


@pytest.mark.parametrize(
    ("about", "agreed", "masked"),
    [
        (["work-school"], ["basic", "work-school"], []),
        (["work-school", "health"], ["basic", "work-school"], ["health"]),
        ([], ["basic"], ["health", "income", "welfare-use", "work-school"]),
        ([], FULL, []),
        (["life-history"], FULL, ["life-history"]),
    ],
)
async def test_a_record_outside_the_categories_agreed_to_is_masked_and_says_so(
    desk: Desk,
    post: Post,
    get: Get,
    jobota: Headers,
    sapota: Headers,
    about: list[str],
    agreed: list[str],
    masked: list[str],
) -> None:
    case = await written(desk, post, jobota, about)
    await desk.consent(case, categories=agreed)
    said = (await get(f"/cases/{case.case_id}/records", sapota)).json()
    told = await desk.rows(Disclosure, case_id=case.case_id, what="records")
    if masked:
        assert said["items"] == []
        assert said["closed"] == [
            {"meeting_id": None, "reason": "outside-scope", "categories": masked}
        ]
        assert not told, "what was not shown was not disclosed"
    else:
        assert [one["text"] for one in said["items"]] == ["記録"]
        assert told[0].categories == sorted(about or FULL)
        assert told[0].purpose == "support"


async def test_a_consent_to_making_plans_alone_opens_no_records(
    desk: Desk, post: Post, get: Get, jobota: Headers, sapota: Headers
) -> None:
    case = await written(desk, post, jobota, ["basic"])
    await desk.consent(case, purposes=["plan-making"])
    said = (await get(f"/cases/{case.case_id}/records", sapota)).json()
    assert said["items"] == []


async def test_a_consent_to_support_alone_opens_no_meeting_and_the_refusal_offers_a_way(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case = await desk.open(state="meeting", persons=2)
    first, second = case.intake.person_ids
    await desk.consent(case, first, purposes=["support"])
    await desk.consent(case, second, recipients=["jobota"])
    act = {"act": "schedule_meeting", "starts_at": tomorrow(), "attendees": ["sapota", "jobota"]}
    answer = await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)
    said = answer.json()
    assert (answer.status_code, said["code"]) == (409, "consent-missing")
    assert said["persons"] == sorted([str(first), str(second)])
    assert said["lacks"] == {
        str(first): ["purpose:plan-making"],
        str(second): ["recipient:sapota"],
    }
    offered = said["offers"][0]
    assert (offered["act"], offered["legal_basis"]) == ("request_support_meeting", "law-106-6")
    taken = {"act": offered["act"], "reason": "refused"}
    done = await post(f"/cases/{case.case_id}/acts", {"act": taken}, hanako)
    assert (done.status_code, done.json()["state"]) == (200, "sk-requested")


def a_consent(**scope: Any) -> Consent:
    return Consent.model_construct(
        **{"purposes": ["support"], "categories": FULL, "recipients": [], **scope}
    )


@pytest.mark.parametrize(
    ("scope", "lacking"),
    [
        ({}, ()),
        ({"recipients": ["sapota"]}, ()),
        ({"recipients": ["jobota"]}, ("recipient:sapota",)),
        ({"purposes": []}, ("purpose:support",)),
        ({"categories": ["basic"], "recipients": ["jobota"]},
         ("category:health", "recipient:sapota")),
    ],
)  # fmt: skip
def test_a_use_must_lie_within_purposes_categories_and_recipients(
    scope: dict[str, Any], lacking: tuple[str, ...]
) -> None:
    person = new_id()
    use = Use(frozenset({"sapota"}), "support", frozenset({"basic", "health"}))
    assert Consents({person: a_consent(**scope)}).reach(use).lacks.get(person, ()) == lacking


def test_nobody_to_consent_is_no_consent() -> None:
    assert not Consents({}).reach(Use()).whole


# --- how it was given -------------------------------------------------------------------------


async def record(post: Post, case: Case, by: Headers, **fields: Any) -> Any:
    act = {
        "act": "record_consent",
        "person_id": case.person,
        "kinds": ["sharing"],
        "method": "signature",
        **fields,
    }
    return await post(f"/cases/{case.case_id}/acts", {"act": act}, by)


async def test_oral_consent_needs_two_named_members_of_staff_who_heard_it(
    desk: Desk, post: Post, get: Get, hanako: Headers, ichiro: Headers
) -> None:
    case = await desk.open(state="consent")
    for who in (hanako, ichiro):
        note = {"act": "respond_urgently", "measure": "food"}
        await post(f"/cases/{case.case_id}/acts", {"act": note}, who)
    oral = {"method": "oral-two-witnesses"}
    for heard in ([], ["hanako"], ["hanako", "hanako"], ["hanako", "nobody-known"]):
        refused = await record(post, case, hanako, **oral, witnesses=heard)
        assert (refused.status_code, refused.json()["field"]) == (422, "act.witnesses"), heard
    done = await record(post, case, hanako, **oral, witnesses=["hanako", "ichiro"])
    assert done.status_code == 200, done.text
    [person] = (await get(f"/cases/{case.case_id}/persons", hanako)).json()["items"]
    assert [one["name"] for one in person["sharing"]["witnesses"]] == ["調整 花子", "決裁 一郎"]


async def test_a_ward_that_takes_no_oral_consent_refuses_it(
    desk: Desk, context: Context, post: Post, http: Any, hanako: Headers
) -> None:
    case = await desk.open(state="consent")
    state = http._transport.app.state
    strict = context.settings.model_copy(update={"oral_consent": False})
    state.context = replace(context, settings=strict)
    try:
        refused = await record(post, case, hanako, method="oral-two-witnesses")
    finally:
        state.context = context
    assert (refused.status_code, refused.json()["field"]) == (422, "act.method")


async def test_a_proxy_says_what_they_are_to_the_person(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case = await desk.open(state="consent")
    refused = await record(post, case, hanako, given_by="proxy")
    assert (refused.status_code, refused.json()["field"]) == (422, "act.relation")
    done = await record(post, case, hanako, given_by="proxy", relation="guardian")
    assert done.status_code == 200


async def test_the_form_is_the_one_in_force_on_the_day_it_was_given(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case = await desk.open(state="consent")
    done = await record(post, case, hanako, document_id="r8-consent-1")
    assert done.status_code == 200, done.text
    given = await desk.row(Consent, case_id=case.case_id, kind="sharing")
    version = form_in_force(today())
    assert (given.form_version, given.text_hash) == (version, text_hash(version or ""))
    assert given.document_id == "r8-consent-1"
    too_early = await record(post, case, hanako, obtained_on=date(2020, 4, 1))
    assert too_early.json()["errors"][0]["field"] == "act.form_version"
    wrong: list[dict[str, Any]] = [
        {"obtained_on": today() + timedelta(days=1)},
        {"expires_on": yesterday()},
        {"form_version": "consent-h31-1"},
    ]
    for fields in wrong:
        refused = await record(post, case, hanako, **fields)
        [field] = fields
        assert (refused.status_code, refused.json()["field"]) == (422, f"act.{field}")


def test_one_version_of_the_form_follows_the_other_without_a_gap() -> None:
    forms = list(known_forms().values())
    assert len(forms) > 1
    for earlier, later in pairwise(forms):
        assert earlier.valid_until is not None
        assert later.valid_from == earlier.valid_until + timedelta(days=1)
    assert forms[-1].valid_until is None


def test_a_version_that_was_shown_is_never_changed() -> None:
    shown = "1214d813c16c35a7"
    assert known_forms()["consent-r8-1"].text_hash.startswith(shown)


@pytest.mark.parametrize(
    ("on", "version"),
    [(date(2026, 3, 31), None), (date(2026, 4, 1), "consent-r8-1"),
     (date(2027, 3, 31), "consent-r8-1"), (date(2027, 4, 1), "consent-r9-1")],
)  # fmt: skip
def test_which_version_is_shown_on_a_day(on: date, version: str | None) -> None:
    assert form_in_force(on) == version
