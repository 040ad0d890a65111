"""What people see: lists, pages, forms, and that nobody sees what is not theirs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from contracts.cases import Kind
from contracts.events import new_id
from contracts.life import Role
from contracts.steps import TaskToOpen
from services.coordination import labels
from services.coordination.consent_forms import text_hash
from services.coordination.forms import MODELS, fields_of, schema_of
from tests.services.conftest import Tokens
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import ICHIRO, Case, Desk, a_plan, act_of

Headers = dict[str, str]


async def waiting(desk: Desk, due: datetime | None, agency: str | None = None) -> Case:
    """A case with one open task."""
    case = await desk.open()
    asked = TaskToOpen(
        task_id=new_id(),
        owner=Role.AGENCY if agency else Role.COORDINATOR,
        agency=agency,
        asks="確認する",
        acts=("record_progress",),
        due_at=due,
    )
    await desk.step(case, "active", opens=(asked,))
    return case


async def all_pages(get: Get, path: str, as_: Headers, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = (await get(path, as_, **params, **after)).json()
        items += page["items"]
        if page["next"] is None:
            return items
        after = {"after": page["next"]}


async def test_the_list_of_cases_is_paged_without_gaps_or_repeats(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    made = [(await desk.open(state="sk-held")).case_id for _ in range(5)]
    items = await all_pages(get, "/cases", hanako, state="sk-held", limit=2)
    ids = [item["case_id"] for item in items]
    assert len(ids) == len(set(ids))
    assert [one for one in ids if one in {str(case) for case in made}] == [
        str(case) for case in reversed(made)
    ]


async def test_cases_are_found_by_receipt_track_agency_and_urgency(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    plain = await desk.open()
    urgent = await desk.open(state="sk-held", urgent=True, channel="jobota", programme_no=4)

    async def found(**params: Any) -> set[str]:
        return {item["case_id"] for item in await all_pages(get, "/cases", hanako, **params)}

    assert await found(receipt_number=plain.intake.receipt_number) == {str(plain.case_id)}
    for params, there, not_there in (
        ({"track": "sk"}, urgent, plain),
        ({"track": "main"}, plain, urgent),
        ({"urgent": True}, urgent, plain),
        ({"agency": "jobota"}, urgent, plain),
        ({"agency": "chiiki-fukushi-omori", "urgent": False}, plain, urgent),
    ):
        ids = await found(**params, limit=200)
        assert str(there.case_id) in ids
        assert str(not_there.case_id) not in ids


async def test_the_list_and_the_search_choose_an_agencys_cases_alike(
    desk: Desk, get: Get, post: Post, hanako: Headers
) -> None:
    own = await desk.open(channel="jobota", programme_no=4)
    other = await desk.open()
    made = {str(own.case_id), str(other.case_id)}
    for agency in ("jobota", "chiiki-fukushi-omori"):
        listed = await all_pages(get, "/cases", hanako, agency=agency, limit=200)
        answer = await post("/cases/search", {"agency": agency, "limit": 200}, hanako)
        searched = {item["case_id"] for item in answer.json()["items"]}
        assert {item["case_id"] for item in listed} & made == searched & made != set()


async def test_an_agency_sees_the_cases_it_takes_part_in_and_no_other(
    desk: Desk, get: Get, sapota: Headers, jobota: Headers
) -> None:
    case = await desk.open()
    await desk.outreach(case, "sapota")
    path = f"/cases/{case.case_id}"
    assert (await get(path, sapota)).status_code == 200
    for hidden in ("", "/timeline", "/persons", "/records", "/disclosures"):
        answer = await get(path + hidden, jobota)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    seen = {item["case_id"] for item in await all_pages(get, "/cases", jobota, limit=200)}
    assert str(case.case_id) not in seen


@pytest.mark.parametrize("role", ["operator", "statistics"])
async def test_those_without_casework_are_told_so(get: Get, tokens: Tokens, role: str) -> None:
    other = tokens.bearer("other", roles=(role,))
    for path in ("/cases", "/tasks", "/staff"):
        assert (await get(path, other)).status_code == 403


async def test_the_case_page_shows_where_it_stands_and_what_may_be_done(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    case = await desk.open()
    await desk.consent(case)
    plan = await desk.plan(case)
    await desk.step(case, "to-accept", act_of("approve_plan"), kind=Kind.PLAN, key=plan, by=ICHIRO)
    meeting = await desk.meeting(case)
    page = (await get(f"/cases/{case.case_id}", hanako)).json()
    assert (page["state_label"], page["track"]) == ("重層的支援会議", "main")
    assert page["persons"] == [str(case.person)]
    [shown] = page["plans"]
    assert (shown["state_label"], shown["decided_by"]["sub"]) == ("本人のプラン同意待ち", ICHIRO)
    assert {role["agency"] for role in shown["roles"]} == {"jobota", "houkatsu"}
    [held] = page["meetings"]
    assert (held["state_label"], held["legal_basis_label"]) == ("開催準備", "本人の同意")
    kinds = {(life["kind"], life["state"]) for life in page["lives"]}
    assert {("case", "meeting"), ("plan", "to-accept"), ("meeting", "preparing")} <= kinds
    acts = {(one["act"], one["target"]["kind"]) for one in page["next"]}
    assert ("hold_meeting", "meeting") in acts
    assert ("record_acceptance", "plan") in acts
    assert ("approve_plan", "plan") not in acts
    assert str(meeting) in {one["target"]["id"] for one in page["next"]}


async def test_an_act_comes_with_its_form_in_japanese(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    case = await desk.open(state="consent")
    page = (await get(f"/cases/{case.case_id}", hanako)).json()
    [consent] = [one for one in page["next"] if one["act"] == "record_consent"]
    fields = {field["name"]: field for field in consent["fields"]}
    assert fields["person_id"]["choices"] == [
        {"value": str(case.person), "label": str(case.person)}
    ]
    assert fields["method"]["required"]
    assert {"value": "signature", "label": "署名"} in fields["method"]["choices"]
    assert fields["note"]["private"]
    assert consent["schema"]["properties"]["method"]["title"] == "同意の方法"
    assert {exit_["state"] for exit_ in consent["leads_to"]} == {"consent", "assess"}


async def test_the_timeline_reads_as_lines_of_japanese(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    case = await desk.open()
    await desk.step(case, "consent", act_of("ask_consent"))
    items = await all_pages(get, f"/cases/{case.case_id}/timeline", hanako, limit=1)
    assert items[0]["line"] == "ケースを開始: 受付"
    assert items[-1]["line"].endswith(": スクリーニング → 本人同意確認")
    assert "本人同意の確認へ進む" in items[-1]["line"]


async def test_the_worklist_by_due_date_with_its_tabs(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    now = datetime.now(UTC)
    late = await waiting(desk, now - timedelta(days=3))
    soon = await waiting(desk, now + timedelta(seconds=1))
    never = await waiting(desk, None)
    items = await all_pages(get, "/tasks", hanako, limit=3)
    ours = {str(case.case_id) for case in (late, soon, never)}
    order = [item["case_id"] for item in items if item["case_id"] in ours]
    assert order == [str(late.case_id), str(soon.case_id), str(never.case_id)]
    assert len({item["task_id"] for item in items}) == len(items)
    overdue = await all_pages(get, "/tasks", hanako, overdue=True, limit=200)
    assert str(late.case_id) in {item["case_id"] for item in overdue}
    assert all(item["overdue"] for item in overdue)
    page = (await get("/tasks", hanako, case_id=str(late.case_id))).json()
    counts = {name: count for name, count in page["counts"].items() if count}
    assert counts == {"open": 1, "overdue": 1, "unassigned": 1, "team": 1}


async def test_a_closed_task_is_found_with_who_did_it(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    case = await desk.open(state=None)
    await desk.step(case, "triage", came_from="received", cause="started", ask=True)
    await desk.step(case, "consent", act_of("ask_consent"))
    page = (await get("/tasks", hanako, state="closed", case_id=str(case.case_id))).json()
    [task] = page["items"]
    assert (task["closed_by"]["sub"], task["closing_act_label"]) == (
        "hanako",
        "本人同意の確認へ進む",
    )
    shown = (await get(f"/tasks/{task['task_id']}", hanako)).json()
    assert shown["next"] == []


async def test_an_agency_sees_its_own_tasks(
    desk: Desk, get: Get, sapota: Headers, jobota: Headers
) -> None:
    case = await waiting(desk, datetime.now(UTC), "sapota")
    await desk.referral(case, "jobota")

    async def asks(as_: Headers) -> list[str]:
        page = (await get("/tasks", as_, case_id=str(case.case_id))).json()
        return [task["agency"] for task in page["items"]]

    assert await asks(jobota) == ["jobota"]
    assert "jobota" not in await asks(sapota)


async def test_a_cursor_we_never_gave_is_refused(get: Get, hanako: Headers) -> None:
    for path in ("/cases", "/tasks"):
        answer = await get(path, hanako, after="bm9uc2Vuc2U=")
        assert (answer.status_code, answer.json()["field"]) == (422, "after")


async def test_looking_at_a_case_is_audited(desk: Desk, get: Get, hanako: Headers) -> None:
    case = await desk.open()
    for part in ("", "/persons", "/disclosures"):
        await get(f"/cases/{case.case_id}{part}", hanako)
    async with desk.context.database.transaction() as session:
        actions = await session.scalars(
            text("SELECT action FROM audit WHERE subject_id = :case ORDER BY id"),
            {"case": str(case.case_id)},
        )
        assert actions.all() == ["case.read", "consent.read", "disclosure.read"]


async def test_the_consent_form_is_shown_with_the_hash_a_consent_keeps(
    get: Get, hanako: Headers
) -> None:
    forms = (await get("/consent-forms", hanako)).json()["items"]
    [form] = [form for form in forms if form["form_version"] == "consent-r8-1"]
    assert form["text_hash"] == text_hash("consent-r8-1")
    assert "いつでも" in form["text"]


async def test_a_command_is_shown_to_whoever_gave_it_and_to_the_ward(
    desk: Desk, get: Get, hanako: Headers, sapota: Headers
) -> None:
    case = await desk.open()
    async with desk.context.database.transaction() as session:
        command = await session.scalar(
            text("SELECT command_id FROM command WHERE case_id = :case"), {"case": case.case_id}
        )
    assert (await get(f"/commands/{command}", hanako)).status_code == 200
    assert (await get(f"/commands/{command}", sapota)).status_code == 404


async def test_the_interface_describes_itself(http: httpx.AsyncClient) -> None:
    document = (await http.get("/api/coordination/v1/openapi.json")).json()
    assert "/api/coordination/v1/tasks/{task_id}/complete" in document["paths"]
    acts = document["components"]["schemas"]["Completion"]["properties"]["act"]["oneOf"]
    assert {act["properties"]["act"]["const"] for act in acts} == set(MODELS)


# --- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(MODELS))
def test_every_act_every_field_and_every_value_has_a_japanese_word(code: str) -> None:
    assert labels.act(code) != code
    for field in fields_of(code, {}, ()):
        assert labels.field(code, field.name) != field.name, field.name
        if field.type in ("choice", "choices"):
            values = _values(schema_of(code)["properties"][field.name])
            assert values == {choice.value for choice in field.choices}, field.name


def _values(schema: Any) -> set[str]:
    if isinstance(schema, dict):
        found = set(schema.get("enum", ())) | ({schema["const"]} if "const" in schema else set())
        return found.union(*(_values(part) for part in schema.values()))
    if isinstance(schema, list):
        return set().union(*(_values(part) for part in schema))
    return set()


def test_what_has_no_word_is_shown_as_it_is() -> None:
    assert labels.cause("something-new") == "something-new"
    assert labels.cause("meeting:done") == "会議: 完了"
    assert labels.cause("monitoring_every") == "期限到来: モニタリングの時期"
    assert labels.agency("nobody") == "nobody"
    assert labels.channel("nowhere") == "nowhere"
    assert labels.state("case", "elsewhere") == "elsewhere"


def test_a_plan_asks_for_roles_and_its_private_words() -> None:
    fields = {field.name: field for field in fields_of(a_plan().code, {}, ())}
    assert fields["roles"].type == "roles"
    assert {name for name, field in fields.items() if field.private} == {
        "wishes",
        "note",
    }
    assert {column.name for column in fields["goals"].columns if column.private} == {
        "text",
        "measure",
    }
