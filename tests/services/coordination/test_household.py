"""A case's household: members become subjects, the consent matrix follows, flags expire."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from contracts.calendar import today
from contracts.events import new_id
from contracts.events.household import (
    FlagKind,
    HouseholdMemberAdded,
    PersonFlagEnded,
    PersonFlagged,
)
from services.coordination.models import CasePerson, GuardFlag
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Case, Desk, tomorrow

pytestmark = pytest.mark.usefixtures("relay")

Headers = dict[str, str]


async def known(desk: Desk, case: Case) -> UUID:
    """A member of the household of whom intake tells."""
    told = HouseholdMemberAdded(
        intake_id=case.intake.intake_id, household_id=new_id(), person_id=new_id()
    )
    await desk.hear(told)
    await desk.hear(told)
    return told.person_id


async def test_a_member_of_the_household_becomes_a_subject_and_the_consent_matrix_follows(
    desk: Desk, post: Post, get: Get, hanako: Headers
) -> None:
    case = await desk.open(state="meeting")
    await desk.consent(case)
    member = await known(desk, case)
    shown = (await get(f"/cases/{case.case_id}", hanako)).json()
    assert (shown["persons"], shown["members"]) == ([str(case.person)], [str(member)])
    [offered] = [one for one in shown["next"] if one["act"] == "add_person"]
    [field] = [one for one in offered["fields"] if one["name"] == "person_id"]
    assert [choice["value"] for choice in field["choices"]] == [str(member)]
    act = {"act": "add_person", "person_id": str(member)}
    done = await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)
    assert (done.status_code, done.json()["state"]) == (200, "meeting")
    rows = await desk.rows(CasePerson, case_id=case.case_id)
    assert {row.person_id for row in rows} == {case.person, member}
    matrix = (await get(f"/cases/{case.case_id}/persons", hanako)).json()["items"]
    assert {one["person_id"]: bool(one["sharing"]) for one in matrix} == {
        str(case.person): True,
        str(member): False,
    }
    meeting = {
        "act": "schedule_meeting",
        "starts_at": tomorrow(),
        "attendees": ["sapota", "jobota"],
    }
    refused = await post(f"/cases/{case.case_id}/acts", {"act": meeting}, hanako)
    assert refused.json()["persons"] == [str(member)], "invariant 1 holds for the new subject"
    again = await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)
    assert again.status_code == 409


async def test_nobody_becomes_a_subject_who_is_not_of_the_household(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case, other = await desk.open(), await desk.open()
    elsewhere = await known(desk, other)
    for stranger in (new_id(), elsewhere):
        act = {"act": "add_person", "person_id": str(stranger)}
        refused = await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown-person")


async def test_without_anybody_else_in_the_household_nothing_is_offered(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    case = await desk.open()
    shown = (await get(f"/cases/{case.case_id}", hanako)).json()
    assert "add_person" not in {one["act"] for one in shown["next"]}


def flagged(case: Case, kind: FlagKind, last: date, flag: UUID | None = None) -> PersonFlagged:
    return PersonFlagged(
        intake_id=case.intake.intake_id,
        household_id=new_id(),
        person_id=case.person,
        flag_id=flag or new_id(),
        kind=kind,
        starts_on=today() - timedelta(days=360),
        expires_on=last,
    )


async def test_flags_are_shown_on_the_case_until_they_expire_or_are_ended(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    case = await desk.open()
    day = timedelta(days=1)
    safety = flagged(case, "staff-safety", today())
    await desk.hear(safety)
    await desk.hear(flagged(case, "address-protection", today() - day))

    async def shown() -> list[str]:
        found = (await get(f"/cases/{case.case_id}", hanako)).json()["flags"]
        return [one["label"] for one in found]

    assert await shown() == ["訪問時の安全に注意"], "one past its last day is none"
    renewed = flagged(case, "staff-safety", today() + 180 * day, safety.flag_id)
    await desk.hear(renewed)
    row = await desk.row(GuardFlag, flag_id=safety.flag_id)
    assert row.expires_on == today() + 180 * day
    await desk.hear(
        PersonFlagEnded(
            **renewed.model_dump(
                include={"intake_id", "household_id", "person_id", "flag_id", "kind"}
            ),
            on=today(),
        )
    )
    assert await shown() == []


async def test_who_saw_a_case_is_answered_for_any_time(
    desk: Desk, get: Get, hanako: Headers, ichiro: Headers, sapota: Headers
) -> None:
    case = await desk.open()
    meeting = await desk.meeting(case, basis="law-106-6")
    await get(f"/cases/{case.case_id}", ichiro)
    await get(f"/meetings/{meeting}/papers", ichiro)
    looks = f"/cases/{case.case_id}/looks"
    seen = (await get(looks, hanako)).json()["items"]
    told = [(one["by"]["sub"], one["action"], one["outcome"], one["reason"]) for one in seen]
    assert told == [
        ("ichiro", "papers.read", "refused", "not-an-attendee"),
        ("ichiro", "case.read", "allowed", None),
    ]
    assert seen[0]["action_label"] == "支援会議の資料を見る"
    assert (await get(looks, hanako, since="2999-01-01T00:00:00Z")).json()["items"] == []
    assert (await get(looks, sapota)).status_code == 403
