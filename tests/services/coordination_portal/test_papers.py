"""The papers of a 支援会議 on screen and on paper, and the consent form."""

from datetime import UTC, datetime
from urllib.parse import unquote
from uuid import UUID

import pytest

from contracts.acts import AcknowledgeSecrecy, SubmitSheet
from contracts.cases import Kind, workflow_id
from contracts.events import new_id
from contracts.life import CaseState
from services.coordination.models import Attendee, CommandRow, Meeting, SecrecyAcknowledgement
from services.coordination.permissions import ROLES
from services.coordination.portal.papers import blocks
from services.coordination.store.cases import lock_case
from services.coordination.store.commands import Addressee, settle, store_act
from tests.services.coordination_portal.conftest import Browser, Portal, seed

WORDS = "家計は姉が一人で支えている"


@pytest.fixture
async def meeting(portal: Portal, taken_in: dict[str, object]) -> UUID:
    """A 支援会議 with one sheet, for which a person of SAPOTA has acknowledged secrecy."""
    case_id = (await seed(portal, taken_in, CaseState.SK_SCHEDULED)).case_id
    made, now = new_id(), datetime.now(UTC)
    async with portal.database.transaction() as session:
        session.add(
            Meeting(
                meeting_id=made,
                case_id=case_id,
                legal_basis="law-106-6",
                starts_at=now,
                venue="ward-office",
                scheduled_by="coordinator",
            )
        )
        await session.flush()
        session.add(Attendee(meeting_id=made, agency="sapota", acknowledged_at=now, sheet_at=now))
        session.add(SecrecyAcknowledgement(meeting_id=made, sub="visitor", agency="sapota", at=now))
        case = await lock_case(session, case_id)
        assert case is not None
        principal = await portal.context.verifier.verify(_visitor(portal).token)
        command_id = await store_act(
            session,
            portal.context.vault,
            case,
            Addressee(Kind.MEETING, made),
            SubmitSheet(agency="sapota", household_view=WORDS),
            principal,
            task_id=None,
            decisive=False,
        )
        await settle(session, command_id, "applied", {"state": "preparing", "at": None})
        row = await session.get_one(CommandRow, command_id)
        assert row.workflow_id == workflow_id(Kind.MEETING, made)
    return made


def _visitor(portal: Portal) -> Browser:
    return portal.as_("visitor", "agency", agency="sapota")


async def test_papers_are_shown_under_a_watermark_of_who_looks_and_when(
    portal: Portal, meeting: UUID
) -> None:
    page = (await _visitor(portal).get(f"/meetings/{meeting}/papers")).text
    assert WORDS in page
    mark = unquote(page.partition("background-image: url('")[2].partition("'")[0])
    assert "visitor さん" in mark
    assert "令和" in mark
    assert 'class="marked noprint"' in page, "looked at on screen alone"


async def test_who_does_not_attend_is_told_why_and_sees_no_paper(
    portal: Portal, meeting: UUID, coordinator: Browser
) -> None:
    answer = await coordinator.get(f"/meetings/{meeting}/papers")
    assert answer.status_code == 403
    assert "出席者ではないため、資料は開けません" in answer.text
    assert WORDS not in answer.text


async def test_a_copy_for_print_has_a_number_and_a_name_and_is_made_once(
    portal: Portal, meeting: UUID
) -> None:
    who = _visitor(portal)
    form = {"_key": str(new_id())}
    first = await who.post(f"/meetings/{meeting}/copies", form)
    again = await who.post(f"/meetings/{meeting}/copies", form)
    assert first.headers["location"] == again.headers["location"]
    page = (await who.follow(first)).text
    assert "写し 第1号" in page
    assert "写し 第1号" in unquote(page)
    assert WORDS in page
    second = await who.post(f"/meetings/{meeting}/copies", {"_key": str(new_id())})
    assert second.headers["location"].endswith("/2")


async def test_the_consent_form_in_force_can_be_printed_with_the_hash_of_its_text(
    portal: Portal, coordinator: Browser
) -> None:
    page = await coordinator.follow(await coordinator.get("/consent-forms"))
    assert "支援に関する同意書" in page.text
    assert "本人の署名" in page.text
    assert "SHA-256" in page.text
    assert (await coordinator.get("/consent-forms/none")).status_code == 404


def test_a_forms_text_is_headings_lists_and_paragraphs() -> None:
    assert blocks("## 一\n\n二\n三\n\n- 四\n- 五\n") == [
        ("h", ["一"]),
        ("p", ["二三"]),
        ("l", ["四", "五"]),
    ]


def test_everybody_may_acknowledge_secrecy_for_their_own_agency() -> None:
    assert "agency" in ROLES[AcknowledgeSecrecy(agency="sapota").code]
