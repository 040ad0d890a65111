"""Where a consent, a comment and a suspension end: whom they reach, and what they leave alone."""

import pytest
from sqlalchemy import text

from contracts.cases import Kind
from services.coordination.models import Disclosure, PlanVersion, Task, TaskComment
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import ICHIRO, Case, Desk, act_of, yesterday

Headers = dict[str, str]
SECRET = "姉だけが部屋に入れる"
WORD = "本人は電話に出ない"


async def written_by_jobota(desk: Desk, post: Post, jobota: Headers) -> Case:
    """A case of SAPOTA and JOBOTA in which JOBOTA has written something down."""
    case = await desk.open(state="active")
    await desk.outreach(case, "sapota")
    await desk.referral(case, "jobota")
    await desk.step(case, "active")
    act = {"act": "record_progress", "agency": "jobota", "on": yesterday(), "note": SECRET}
    answer = await post(f"/cases/{case.case_id}/acts", {"act": act}, jobota)
    assert answer.status_code == 200, answer.text
    return case


@pytest.mark.usefixtures("relay")
@pytest.mark.parametrize(
    ("recipients", "seen"), [(["houkatsu"], []), (["houkatsu", "sapota"], [SECRET]), ([], [SECRET])]
)
async def test_a_consent_that_names_who_may_be_told_opens_the_records_to_them_alone(
    desk: Desk,
    post: Post,
    get: Get,
    jobota: Headers,
    sapota: Headers,
    recipients: list[str],
    seen: list[str],
) -> None:
    case = await written_by_jobota(desk, post, jobota)
    await desk.consent(case, recipients=recipients)
    said = (await get(f"/cases/{case.case_id}/records", sapota)).json()
    assert [record["text"] for record in said["items"]] == seen
    assert [one["reason"] for one in said["closed"]] == ([] if seen else ["consent-missing"])
    told = await desk.rows(Disclosure, case_id=case.case_id, what="records")
    assert [row.to_agency for row in told] == (["sapota"] if seen else [])


@pytest.mark.usefixtures("relay")
async def test_one_person_who_names_others_keeps_the_records_closed(
    desk: Desk, post: Post, get: Get, jobota: Headers, sapota: Headers
) -> None:
    case = await written_by_jobota(desk, post, jobota)
    await desk.consent(case)
    records = f"/cases/{case.case_id}/records"
    assert (await get(records, sapota)).json()["items"]
    await desk.consent(case, recipients=["houkatsu"])
    assert (await get(records, sapota)).json()["items"] == [], "the newest consent stands"


@pytest.mark.parametrize(
    ("recipients", "basis"),
    [([], "consent"), (["jobota"], "consent"), (["houkatsu"], "appi-69-2-2")],
)
async def test_a_referral_rests_on_consent_only_where_the_agency_may_be_told(
    desk: Desk, recipients: list[str], basis: str
) -> None:
    case = await desk.open()
    await desk.consent(case, recipients=recipients)
    await desk.referral(case, "jobota")
    told = await desk.row(Disclosure, case_id=case.case_id, what="referral")
    assert (told.to_agency, told.legal_basis) == ("jobota", basis)


async def test_the_words_with_a_task_are_not_for_another_agency_of_the_case(
    desk: Desk, post: Post, get: Get, hanako: Headers, sapota: Headers, jobota: Headers
) -> None:
    case = await desk.open()
    await desk.outreach(case, "sapota")
    await desk.referral(case, "jobota")
    [task] = [row for row in await desk.rows(Task, case_id=case.case_id) if row.agency == "jobota"]
    path = f"/tasks/{task.task_id}"
    given = await post(f"{path}/assign", {"assignee": "me", "comment": WORD}, hanako)
    assert given.status_code == 200, given.text
    assert [one["text"] for one in (await get(path, hanako)).json()["comments"]] == [WORD]
    assert [one["text"] for one in (await get(path, jobota)).json()["comments"]] == [WORD]
    assert (await get(path, sapota)).json()["comments"] == []
    kept = await desk.row(TaskComment, task_id=task.task_id)
    assert kept.sealed is not None
    assert WORD.encode() not in kept.sealed
    async with desk.context.database.transaction() as session:
        for table in ("audit", "outbox", "timeline_entry", "command", "task_comment"):
            query = f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE :word"  # noqa: S608
            assert await session.scalar(text(query), {"word": f"%{WORD}%"}) == 0, table


@pytest.mark.parametrize("state", ["draft", "to-decide", "to-accept"])
async def test_a_plan_that_is_not_carried_out_yet_can_be_held_with_its_case(
    desk: Desk, state: str
) -> None:
    case = await desk.open()
    plan = await desk.plan(case, state="draft" if state == "draft" else "to-decide")
    if state == "to-accept":
        approved = act_of("approve_plan")
        await desk.step(case, "to-accept", approved, kind=Kind.PLAN, key=plan, by=ICHIRO)
    await desk.step(case, "paused", kind=Kind.PLAN, key=plan, cause="pause")
    assert not (await desk.row(PlanVersion, plan_id=plan)).current
    await desk.step(case, state, kind=Kind.PLAN, key=plan, cause="resume")
    assert not (await desk.row(PlanVersion, plan_id=plan)).current
    assert [fact["type"] for fact in await desk.facts(case)].count("plan.adopted") == (
        0 if state == "draft" else 1
    )


async def test_holding_a_new_version_does_not_end_the_one_that_is_carried_out(desk: Desk) -> None:
    case = await desk.open()
    first = await desk.plan(case)
    approved = act_of("approve_plan")
    await desk.step(case, "to-accept", approved, kind=Kind.PLAN, key=first, by=ICHIRO)
    await desk.step(case, "active", kind=Kind.PLAN, key=first)
    second = await desk.plan(case)
    await desk.step(case, "paused", kind=Kind.PLAN, key=second, cause="pause")
    current = [row for row in await desk.rows(PlanVersion, case_id=case.case_id) if row.current]
    assert [row.plan_id for row in current] == [first]
