"""What people see in the portal, and what it refuses."""

import re
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import func, select
from sqlmodel import col

from contracts.calendar import today
from contracts.events import new_id
from services.coordination.models import CommandRow, Staff, Task
from services.coordination.portal import worklist
from services.coordination.portal.access import CSRF_FIELD, own_path
from services.coordination.portal.one_figure import FACTS
from tests.services.coordination_portal.conftest import Browser, Portal, Seeded, session_cookie


async def commands_of(portal: Portal, case: Seeded) -> int:
    async with portal.database.transaction() as session:
        counted = await session.scalar(
            select(func.count()).where(col(CommandRow.case_id) == case.case_id)
        )
    return counted or 0


def consent(case: Seeded) -> dict[str, Any]:
    return {
        "person_id": str(case.person_id),
        "kinds": ["sharing", "support"],
        "purposes": ["plan-making"],
        "categories": ["basic"],
        "given_by": "self",
        "method": "signature",
        "form_version": "consent-r8-1",
        "note": "本人が<落ち着いて>話した\r\n次回は来月",
        "_key": str(new_id()),
    }


def is_a_page(answer: httpx.Response) -> None:
    """What every page owes a reader, whatever it says."""
    assert answer.headers["content-type"].startswith("text/html")
    assert '<html lang="ja">' in answer.text
    assert answer.text.count("<h1") == 1
    assert 'href="#content"' in answer.text
    assert "<script" not in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/", "/tasks", "/cases", "/indicators", "/operations", "/intakes/new"]
)
async def test_nobody_sees_a_page_without_a_login(portal: Portal, path: str) -> None:
    answer = await portal.client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")


async def test_a_frontline_systems_token_is_no_login(portal: Portal) -> None:
    browser = portal.as_("machine", "coordinator", kind="frontline")
    assert (await browser.get("/tasks")).status_code == 303


async def test_unknown_addresses_of_the_apis_stay_problem_details(portal: Portal) -> None:
    answer = await portal.client.get("/api/coordination/v1/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_unknown_address_is_a_page_that_says_what_to_do(coordinator: Browser) -> None:
    for path in ("/nowhere", f"/cases/{new_id()}", "/cases/not-an-id", f"/tasks/{new_id()}"):
        answer = await coordinator.get(path)
        assert answer.status_code == 404
        is_a_page(answer)
        assert "見つかりません" in answer.text


async def test_the_worklist_says_in_words_that_a_task_is_late(
    coordinator: Browser, seeded: Seeded
) -> None:
    answer = await coordinator.get("/tasks?tab=overdue")
    is_a_page(answer)
    assert seeded.receipt_number in answer.text
    assert "営業日超過" in answer.text
    assert "本人同意を確認する" in answer.text


@pytest.mark.parametrize(
    "tab",
    [
        "mine",
        "group",
        "unassigned",
        "overdue",
        "today",
        "coming",
        "escalated",
        "snoozed",
        "all",
        "nonsense",
    ],
)
async def test_every_tab_of_the_worklist_opens(coordinator: Browser, tab: str) -> None:
    is_a_page(await coordinator.get(f"/tasks?tab={tab}"))


async def test_an_agencys_staff_see_their_own_agencys_tasks_and_cases(
    portal: Portal, seeded: Seeded
) -> None:
    own = portal.as_("own", "agency", agency="chiiki-fukushi-omori")
    other = portal.as_("other", "agency", agency="shakyo")
    for tab in ("group", "all", "overdue", "unassigned", "mine"):
        is_a_page(await own.get(f"/tasks?tab={tab}"))
    assert seeded.receipt_number in (await own.get("/tasks")).text
    assert (await own.get(f"/cases/{seeded.case_id}")).status_code == 200
    assert (await own.get(f"/tasks/{seeded.task_id}")).status_code == 200
    assert seeded.receipt_number not in (await other.get("/tasks?tab=all")).text
    for path in (f"/cases/{seeded.case_id}", f"/tasks/{seeded.task_id}"):
        assert (await other.get(path)).status_code == 404


async def test_a_page_that_fails_says_so_in_japanese(
    coordinator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(worklist, "find_tasks", broken)
    answer = await coordinator.get("/tasks")
    assert answer.status_code == 500
    is_a_page(answer)
    assert "処理できませんでした" in answer.text


async def test_a_case_page_names_people_by_intakes_word(
    coordinator: Browser, seeded: Seeded
) -> None:
    answer = await coordinator.get(f"/cases/{seeded.case_id}")
    is_a_page(answer)
    assert "見本 一郎" in answer.text
    assert "情報共有の同意" in answer.text
    assert "ワークフローを見る" not in answer.text


async def test_a_case_page_goes_on_without_names(
    portal: Portal, coordinator: Browser, seeded: Seeded
) -> None:
    portal.door.away.add("intake")
    answer = await coordinator.get(f"/cases/{seeded.case_id}")
    assert answer.status_code == 200
    assert "氏名を取得できません" in answer.text
    assert "見本 一郎" not in answer.text


async def test_operators_of_a_case_find_its_trace_and_workflow(
    portal: Portal, seeded: Seeded
) -> None:
    browser = portal.as_("both", "coordinator", "operator")
    answer = await browser.get(f"/cases/{seeded.case_id}")
    assert "トレースを見る" in answer.text
    assert f"/workflows/case:{seeded.case_id}" in answer.text


async def test_a_receipt_number_leads_straight_to_its_case(
    coordinator: Browser, seeded: Seeded
) -> None:
    answer = await coordinator.get(f"/cases?receipt={seeded.receipt_number}")
    assert answer.headers["location"] == f"/cases/{seeded.case_id}"


async def test_an_act_on_its_way_says_so_and_is_looked_at_again(
    portal: Portal, coordinator: Browser, seeded: Seeded
) -> None:
    path = f"/tasks/{seeded.task_id}/acts/record_consent"
    form = consent(seeded)
    assert 'name="kinds"' in (await coordinator.get(path)).text
    page = await coordinator.follow(await coordinator.post(path, form))
    is_a_page(page)
    assert "処理中です" in page.text
    assert int(page.headers["refresh"]) > 0
    again = await coordinator.post(path, form)
    assert again.status_code == 303
    assert await commands_of(portal, seeded) == 1


async def test_a_refused_form_keeps_everything_typed_and_names_the_field(
    portal: Portal, coordinator: Browser, seeded: Seeded
) -> None:
    form = consent(seeded)
    del form["method"], form["kinds"]
    answer = await coordinator.post(f"/tasks/{seeded.task_id}/acts/record_consent", form)
    assert answer.status_code == 422
    is_a_page(answer)
    assert 'role="alert"' in answer.text
    assert 'href="#f-method"' in answer.text
    assert "本人が&lt;落ち着いて&gt;話した" in answer.text
    assert f'value="{seeded.person_id}" checked' in answer.text
    assert await commands_of(portal, seeded) == 0


async def test_a_form_without_the_sessions_secret_does_nothing_and_loses_nothing(
    portal: Portal, coordinator: Browser, seeded: Seeded
) -> None:
    path = f"/tasks/{seeded.task_id}/acts/record_consent"
    answer = await coordinator.post(path, consent(seeded), csrf="forged")
    assert answer.status_code == 403
    is_a_page(answer)
    assert "もう一度送信してください" in answer.text
    assert "本人が&lt;落ち着いて&gt;話した" in answer.text
    assert await commands_of(portal, seeded) == 0


async def test_another_sites_form_is_refused_and_not_shown(
    portal: Portal, coordinator: Browser, seeded: Seeded
) -> None:
    answer = await coordinator.post(
        f"/tasks/{seeded.task_id}/acts/record_consent",
        consent(seeded),
        csrf="forged",
        **{"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert "落ち着いて" not in answer.text
    assert await commands_of(portal, seeded) == 0


async def test_what_was_typed_survives_a_login_that_ran_out(
    portal: Portal, coordinator: Browser, seeded: Seeded
) -> None:
    path = f"/tasks/{seeded.task_id}/acts/record_consent"
    stale = portal.as_("coordinator", "coordinator", exp=1)
    answer = await stale.post(path, consent(seeded))
    assert answer.status_code == 401
    is_a_page(answer)
    assert "ログインし直してください" in answer.text
    kept = re.findall(r'<textarea hidden name="([^"]+)"[^>]*>\n([^<]*)</textarea>', answer.text)
    fields: dict[str, list[str]] = {}
    for name, value in kept:
        fields.setdefault(name, []).append(value.replace("&lt;", "<").replace("&gt;", ">"))
    assert CSRF_FIELD not in fields
    assert (await coordinator.post(path, fields)).status_code == 303
    assert await commands_of(portal, seeded) == 1


async def test_a_task_that_somebody_else_has_done_says_who_and_when(
    portal: Portal, coordinator: Browser, seeded: Seeded
) -> None:
    now = datetime.now(UTC)
    async with portal.database.transaction() as session:
        await session.merge(
            Staff(sub="colleague", name="同僚 進", roles="coordinator", seen_at=now)
        )
        task = await session.get_one(Task, seeded.task_id)
        task.closed_at, task.closed_by, task.closing_act = now, "colleague", "record_refusal"
    shown = await coordinator.get(f"/tasks/{seeded.task_id}")
    assert "同僚 進さん" in shown.text
    assert "不同意を記録する" in shown.text
    answer = await coordinator.post(f"/tasks/{seeded.task_id}/acts/record_consent", consent(seeded))
    assert answer.status_code == 409
    is_a_page(answer)
    assert "同僚 進さん" in answer.text


async def test_an_act_that_the_state_does_not_allow_says_so(
    coordinator: Browser, seeded: Seeded
) -> None:
    path = f"/cases/{seeded.case_id}/acts/approve_closure"
    for answer in (await coordinator.get(path), await coordinator.post(path)):
        assert answer.status_code == 409
        is_a_page(answer)
        assert "今の状態では行えません" in answer.text


async def test_an_unknown_receipt_number_to_merge_into_is_said_at_its_field(
    coordinator: Browser, seeded: Seeded
) -> None:
    path = f"/cases/{seeded.case_id}/acts/merge_into"
    answer = await coordinator.post(path, {"into_case_id": "R8-大森-99999", "_key": "k1"})
    assert answer.status_code == 422
    assert "この受付番号のケースは見つかりません" in answer.text
    assert 'value="R8-大森-99999"' in answer.text


async def test_every_act_offered_on_a_case_opens_its_form(
    coordinator: Browser, seeded: Seeded
) -> None:
    page = await coordinator.get(f"/cases/{seeded.case_id}")
    links = set(re.findall(rf'href="(/cases/{seeded.case_id}/acts/[^"]+)"', page.text))
    assert len(links) >= 5
    for link in links:
        answer = await coordinator.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200, link
        is_a_page(answer)


async def test_a_task_is_taken_and_given_back(coordinator: Browser, seeded: Seeded) -> None:
    path = f"/tasks/{seeded.task_id}/assign"
    page = await coordinator.follow(await coordinator.post(path, {"assignee": "me"}))
    assert "担当を変更しました" in page.text
    assert "担当を変更しました" not in (await coordinator.get(f"/tasks/{seeded.task_id}")).text
    page = await coordinator.follow(
        await coordinator.post(path, {"assignee": "", "comment": "引継ぎ済み"})
    )
    assert "担当を外しました" in page.text
    assert "引継ぎ済み" in page.text


@pytest.mark.parametrize(
    ("roles", "path"),
    [
        (("statistics",), "/cases"),
        (("coordinator",), "/operations"),
        (("operator",), "/tasks"),
    ],
)
async def test_a_page_of_another_role_is_refused(
    portal: Portal, roles: tuple[str, ...], path: str
) -> None:
    answer = await portal.as_("other", *roles).get(path)
    assert answer.status_code == 403
    is_a_page(answer)
    assert "権限がありません" in answer.text


async def test_the_first_page_is_the_one_a_role_has_a_use_for(portal: Portal) -> None:
    for role, first in (
        ("coordinator", "/tasks"),
        ("statistics", "/indicators"),
        ("operator", "/operations"),
    ):
        answer = await portal.as_("somebody", role).get("/")
        assert answer.headers["location"] == first


async def test_the_indicators_page_shows_all_22_rows_and_26_figures(
    coordinator: Browser,
) -> None:
    answer = await coordinator.get("/indicators")
    is_a_page(answer)
    assert "22項目・26件" in answer.text
    links = re.findall(r'href="(/indicators/[^"?]+\?year=\d+(?:&amp;sub=true)?)"', answer.text)
    assert len(links) == 26
    events = await coordinator.get(links[0])
    is_a_page(events)
    csv = await coordinator.get("/indicators.csv")
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert csv.content.startswith(b"\xef\xbb\xbf")


async def test_a_service_that_is_away_is_a_page_that_says_so(
    portal: Portal, coordinator: Browser
) -> None:
    portal.door.away.add("indicators")
    answer = await coordinator.get("/indicators")
    assert answer.status_code == 503
    is_a_page(answer)
    assert "しばらく" in answer.text


async def test_operations_show_who_answers_and_who_does_not(portal: Portal) -> None:
    portal.door.away.add("participation")
    operator = portal.as_("operator", "operator")
    answer = await operator.get("/operations")
    is_a_page(answer)
    assert "応答がありません" in answer.text
    assert "保留中の記録はありません" in answer.text
    gone = await operator.follow(await operator.post("/operations/intake/dead-letters/1/retry"))
    assert "保留中の記録がありません" in gone.text


async def test_a_consultation_is_entered_by_hand(coordinator: Browser) -> None:
    assert "/intakes/new?channel=jobota" in (await coordinator.get("/intakes/new")).text
    blank = await coordinator.get("/intakes/new?channel=jobota")
    is_a_page(blank)
    assert 'name="persons.0.name"' in blank.text
    key = str(new_id())
    form = {
        "received_on": today().isoformat(),
        "persons.0.name": "見本 花子",
        "persons.0.relation": "head",
        "text": "相談の内容",
        "_rows": "1",
        "_key": key,
    }
    more = await coordinator.post("/intakes/new?channel=jobota", {**form, "_more": "persons"})
    assert 'name="persons.1.name"' in more.text
    assert "見本 花子" in more.text
    wrong = await coordinator.post(
        "/intakes/new?channel=jobota", {**form, "received_on": "2999-01-01"}
    )
    assert wrong.status_code == 422
    is_a_page(wrong)
    assert 'href="#f-received_on"' in wrong.text
    assert "見本 花子" in wrong.text
    made = await coordinator.post("/intakes/new?channel=jobota", form)
    is_a_page(made)
    assert "受け付けました" in made.text
    number = re.search(r"R\d+-[^<\s]+-\d{5}", made.text)
    twice = await coordinator.post("/intakes/new?channel=jobota", form)
    assert number is not None
    assert number[0] in twice.text


@pytest.mark.parametrize(
    "target", ["//evil.test", "https://evil.test", "/\\evil.test", "/logout", "evil", ""]
)
def test_a_login_never_leads_to_another_site(target: str) -> None:
    assert own_path(target) == "/"


async def test_a_login_remembers_the_page_that_was_asked_for(portal: Portal) -> None:
    answer = await portal.client.get("/tasks?tab=all")
    wanted = parse_qs(urlsplit(answer.headers["location"]).query)["next"]
    assert wanted == ["/tasks?tab=all"]


async def test_a_login_while_the_issuer_is_away_says_so(portal: Portal) -> None:
    answer = await portal.client.get("/login")
    assert answer.status_code == 503
    is_a_page(answer)


async def test_a_forged_cookie_is_no_login(portal: Portal, coordinator: Browser) -> None:
    body, _, _ = session_cookie(token=coordinator.token).partition(".")
    coordinator.cookie = f"{body}.AAAAAA.forged"
    assert (await coordinator.get("/tasks")).status_code == 303


def test_every_fact_that_a_figure_counts_has_a_japanese_name() -> None:
    measures = (files("services.indicators.measures") / "measures.json").read_text("utf-8")
    counted = set(re.findall(r'"(kasane\.[a-z.]+\.v\d+)"', measures))
    assert counted
    assert counted <= set(FACTS)
