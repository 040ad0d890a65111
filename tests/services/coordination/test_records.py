"""Private texts: who opens them, what is written down, and that they are nowhere else."""

from uuid import UUID

import pytest
from sqlalchemy import text

from services.coordination.models import Disclosure
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Case, Desk, tomorrow, yesterday
from tests.services.coordination.engine import Engine

pytestmark = pytest.mark.usefixtures("relay")

Headers = dict[str, str]
SECRET = "父は半年前から部屋を出ていない"


async def noted(desk: Desk, post: Post, by: Headers, agency: str) -> Case:
    """A case of two agencies in which one has written something down."""
    case = await desk.open(state="active")
    await desk.outreach(case, "sapota")
    await desk.referral(case, "jobota")
    await desk.step(case, "active")
    act = {"act": "record_progress", "agency": agency, "on": yesterday(), "note": SECRET}
    answer = await post(f"/cases/{case.case_id}/acts", {"act": act}, by)
    assert answer.status_code == 200, answer.text
    return case


async def looks(desk: Desk, case_id: UUID) -> list[tuple[str, str, str | None]]:
    """The looks at records in the audit trail."""
    async with desk.context.database.transaction() as session:
        found = await session.execute(
            text(
                "SELECT actor, outcome, reason FROM audit WHERE subject_id = :case"
                " AND action = 'records.read' ORDER BY id"
            ),
            {"case": str(case_id)},
        )
        return [(row[0], row[1], row[2]) for row in found]


async def test_who_coordinates_a_case_reads_its_records_and_that_is_audited(
    desk: Desk, post: Post, get: Get, hanako: Headers, jobota: Headers
) -> None:
    case = await noted(desk, post, jobota, "jobota")
    said = (await get(f"/cases/{case.case_id}/records", hanako)).json()
    [record] = said["items"]
    assert (record["text"], record["label"]) == (SECRET, "記録・特記事項")
    assert (record["by"]["name"], record["agency"]) == ("就労 次郎", "jobota")
    assert ("hanako", "allowed", None) in await looks(desk, case.case_id)
    assert not await desk.rows(Disclosure, case_id=case.case_id, what="records")


async def test_an_agency_reads_what_it_wrote_itself(
    desk: Desk, post: Post, get: Get, jobota: Headers
) -> None:
    case = await noted(desk, post, jobota, "jobota")
    said = (await get(f"/cases/{case.case_id}/records", jobota)).json()
    assert [record["text"] for record in said["items"]] == [SECRET]
    assert not await desk.rows(Disclosure, case_id=case.case_id, what="records")


async def test_without_consent_an_agency_does_not_read_what_others_wrote(
    desk: Desk, post: Post, get: Get, jobota: Headers, sapota: Headers
) -> None:
    case = await noted(desk, post, jobota, "jobota")
    said = (await get(f"/cases/{case.case_id}/records", sapota)).json()
    assert said["items"] == []
    assert said["closed"] == [{"meeting_id": None, "reason": "consent-missing", "categories": []}]
    assert ("sapota-1", "refused", "consent-missing") in await looks(desk, case.case_id)


async def test_with_consent_an_agencys_look_is_a_disclosure_and_withdrawal_ends_it(
    desk: Desk, post: Post, get: Get, jobota: Headers, sapota: Headers, hanako: Headers
) -> None:
    case = await noted(desk, post, jobota, "jobota")
    await desk.consent(case)
    records = f"/cases/{case.case_id}/records"
    assert len((await get(records, sapota)).json()["items"]) == 1
    told = await desk.row(Disclosure, case_id=case.case_id, what="records")
    assert (told.to_agency, told.legal_basis, told.by) == ("sapota", "consent", "sapota-1")
    act = {"act": "withdraw_consent", "person_id": case.person}
    assert (await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)).status_code == 200
    assert (await get(records, sapota)).json()["items"] == []
    log = (await get(f"/cases/{case.case_id}/disclosures", hanako)).json()["items"]
    assert "records" in {row["what"] for row in log}, "the log of the past stays"


async def test_a_consent_that_names_its_recipients_opens_nothing_to_others(
    desk: Desk, post: Post, get: Get, jobota: Headers, sapota: Headers
) -> None:
    case = await noted(desk, post, jobota, "jobota")
    await desk.consent(case, recipients=["houkatsu"])
    records = f"/cases/{case.case_id}/records"
    assert (await get(records, sapota)).json()["items"] == []
    await desk.consent(case, recipients=["sapota"])
    assert len((await get(records, sapota)).json()["items"]) == 1


async def test_the_text_of_an_act_that_was_refused_is_not_a_record(
    desk: Desk, post: Post, get: Get, engine: Engine, hanako: Headers
) -> None:
    case = await desk.open()
    engine.ended.add(f"case:{case.case_id}")
    act = {"act": "respond_urgently", "measure": "food", "note": SECRET}
    assert (await post(f"/cases/{case.case_id}/acts", {"act": act}, hanako)).status_code == 409
    assert (await get(f"/cases/{case.case_id}/records", hanako)).json()["items"] == []


async def test_a_text_is_gone_when_the_key_of_its_case_is_destroyed(
    desk: Desk, post: Post, get: Get, hanako: Headers, jobota: Headers
) -> None:
    case = await noted(desk, post, jobota, "jobota")
    async with desk.context.database.transaction() as session:
        await desk.context.vault.destroy(session, "case", case.case_id)
    [record] = (await get(f"/cases/{case.case_id}/records", hanako)).json()["items"]
    assert record["text"] is None


PLANTED = "植込まれた秘密の言葉"


async def test_private_words_are_nowhere_but_sealed(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case = await desk.open()
    meeting = await desk.meeting(case, basis="law-106-6")
    await desk.step(case, "plan-draft")
    plan = {
        "act": "draft_plan",
        "roles": [{"agency": "jobota", "role": "lead"}],
        "starts_on": tomorrow().date(),
        "ends_on": tomorrow().date(),
        "wishes": PLANTED,
        "long_goal": PLANTED,
        "note": PLANTED,
    }
    answer = await post(f"/cases/{case.case_id}/acts", {"act": plan}, hanako)
    assert answer.status_code == 200, answer.text
    assert PLANTED not in answer.text
    sheet = {
        "act": {"act": "submit_sheet", "agency": "sapota", "requests": PLANTED},
        "target": {"kind": "meeting", "id": str(meeting)},
    }
    assert (await post(f"/cases/{case.case_id}/acts", sheet, hanako)).status_code == 200
    async with desk.context.database.transaction() as session:
        tables = await session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        )
        for table in tables.all():
            found = await session.scalar(
                text(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE :word"),  # noqa: S608
                {"word": f"%{PLANTED}%"},
            )
            assert found == 0, table
        sealed = await session.scalar(
            text("SELECT count(*) FROM private_text WHERE case_id = :case"),
            {"case": case.case_id},
        )
        assert sealed == 3, "the sheet of a 支援会議 is not even counted by who does not attend"
