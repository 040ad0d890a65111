"""What cannot be is refused on the page where it was typed, and nothing of it is lost.

Two people at one task and a form that is past stand in `test_at_once`.
"""

from datetime import timedelta
from typing import Any

import pytest

from contracts.calendar import TOKYO, today
from contracts.events import new_id
from services.coordination.models import Meeting
from services.coordination.portal.acts import KEY_FIELD
from tests.services.coordination.desk import Desk
from tests.services.coordination.scenarios.dates import open_dates
from tests.services.coordination_portal.conftest import Browser, Portal
from tests.services.coordination_portal.test_pages import is_a_page

TYPED = "会場は二階の会議室"


@pytest.fixture
def desk(portal: Portal) -> Desk:
    return Desk(portal.context)


@pytest.fixture
def organiser(portal: Portal) -> Browser:
    return portal.as_("hanako", "coordinator", agency="chiiki-fukushi-omori")


def called(**changes: Any) -> dict[str, Any]:
    """A form that calls a meeting."""
    return {
        "starts_at": f"{open_dates()[0].astimezone(TOKYO):%Y-%m-%dT%H:%M}",
        "attendees": ["sapota", "jobota"],
        "venue": "ward-office",
        "note": TYPED,
        KEY_FIELD: str(new_id()),
        **changes,
    }


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("starts_at", "2026-04-01T10:00", "これから先の日時"),
        ("attendees", ["sapota", "keisatsu"], "警察署"),
    ],
    ids=["a meeting in the past", "an attendee without access"],
)
async def test_a_meeting_that_cannot_be_is_refused_at_its_field(
    desk: Desk, organiser: Browser, field: str, value: Any, said: str
) -> None:
    case = await desk.open(state="sk-accepted")
    address = f"/cases/{case.case_id}/acts/schedule_meeting?kind=case&id={case.case_id}"
    refused = await organiser.post(address, called(**{field: value}))
    assert refused.status_code == 422
    is_a_page(refused)
    assert said in refused.text
    assert f'href="#f-{field}"' in refused.text
    assert TYPED in refused.text
    assert 'value="sapota" checked' in refused.text
    assert await desk.rows(Meeting, case_id=case.case_id) == []


async def test_an_adopted_plan_is_not_edited_and_what_was_typed_can_still_be_read(
    desk: Desk, organiser: Browser
) -> None:
    case = await desk.open()
    plan = await desk.plan(case)
    before = (await organiser.get(f"/cases/{case.case_id}")).text
    address = f"/cases/{case.case_id}/acts/revise_draft?kind=plan&id={plan}"
    assert address.replace("&", "&amp;") not in before, "it is not offered"
    answer = await organiser.post(
        address,
        {
            "wishes": TYPED,
            "starts_on": today().isoformat(),
            "ends_on": (today() + timedelta(days=90)).isoformat(),
            "roles.agency": ["jobota"],
            "roles.role": ["lead"],
            "based_on": "1",
            KEY_FIELD: str(new_id()),
        },
    )
    assert answer.status_code == 409
    is_a_page(answer)
    assert TYPED in answer.text
    assert "今の状態では行えません" in answer.text
