"""地域づくり in the portal: pages, entry without JavaScript, refusals that lose nothing."""

import html
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.calendar import today
from services.coordination.portal.access import CSRF_FIELD
from services.coordination.portal.record_forms import FORMS
from tests.services.coordination_portal.conftest import CSRF, Browser, Portal
from tests.services.coordination_portal.test_pages import is_a_page

YESTERDAY = (today() - timedelta(days=1)).isoformat()
FAR = (today() + timedelta(days=90)).isoformat()


@pytest.fixture
def keeper(portal: Portal) -> Browser:
    return portal.as_("shakyo-1", "agency", agency="shakyo")


async def written(keeper: Browser, form: str, at: str = "", /, **values: Any) -> str:
    """A record that the form takes; the page that follows."""
    answer = await keeper.post(f"/community/forms/{form}?id={at}", values | {"_key": str(uuid4())})
    assert answer.status_code == 303, re.findall(r'class="fault"[^<]*>[^<]*|<h2>[^<]*', answer.text)
    page = await keeper.follow(answer)
    is_a_page(page)
    return page.text


async def issue_with(keeper: Browser, words: str, page: str) -> str:
    """The id of the issue with these words, of those that a page lists."""
    for one in re.findall(r"/community/issues/([0-9a-f-]{36})", page):
        if words in (await keeper.get(f"/community/issues/{one}")).text:
            return str(one)
    raise AssertionError(words)


def code() -> str:
    """Something new, in letters only: a run of digits might pass for somebody's telephone."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in uuid4().hex[:11])


def last(pattern: str, page: str) -> str:
    found = re.findall(pattern, page)
    assert found, pattern
    return str(found[-1])


async def a_venue(keeper: Browser) -> str:
    name = f"見本ひろば{code()}"
    page = await written(
        keeper,
        "venue",
        code=code(),
        name=name,
        channel="kosodate-hiroba",
        daily_area="馬込",
        weekdays=["0", "1"],
        opened_on="2024-04-01",
        way="records",
        from_on="2024-04-01",
        unreported="true",
    )
    return last(rf'/community/venues/([0-9a-f-]{{36}})">{name}', page)


async def test_the_hub_leads_to_every_part(keeper: Browser) -> None:
    hub = await keeper.get("/community")
    is_a_page(hub)
    assert 'aria-current="page">地域づくり' in hub.text
    for path in sorted(set(re.findall(r'href="(/community/[a-z/-]+)"', hub.text))):
        is_a_page(await keeper.get(path))


@pytest.mark.parametrize("name", sorted(FORMS))
async def test_every_form_is_drawn_from_the_api(keeper: Browser, name: str) -> None:
    answer = await keeper.get(f"/community/forms/{name}?id={uuid4()}")
    is_a_page(answer)
    assert answer.status_code == 200
    for label in re.findall(r"<(?:label for=[^>]*|legend)>([^<]+)", answer.text):
        assert not label.strip().isascii(), f"{name}: {label} has no Japanese title"


async def test_a_day_sheet_is_entered_and_corrected(keeper: Browser) -> None:
    at = f"/community/venues/{await a_venue(keeper)}/days/{YESTERDAY}"
    blank = await keeper.get(at)
    is_a_page(blank)
    assert "保護者" in blank.text
    numbers = {"values.adults": "12", "values.children": "15", "_key": str(uuid4())}
    kept = await keeper.follow(await keeper.post(at, numbers))
    assert 'value="12"' in kept.text
    sheet = last(r'name="_sheet" value="([^"]+)', kept.text)
    change = numbers | {
        "values.children": "16",
        "_key": str(uuid4()),
        "_sheet": sheet,
        "_version": "1",
        "reason": "typing-error",
    }
    corrected = await keeper.follow(await keeper.post(at, change))
    assert "こども 15" in corrected.text
    assert "入力の誤り(shakyo-1)" in corrected.text


async def test_a_refused_day_sheet_keeps_what_was_typed(keeper: Browser) -> None:
    at = f"/community/venues/{await a_venue(keeper)}/days/{YESTERDAY}"
    wrong = {"values.adults": "たくさん", "values.children": "7", "remark": "雨", "_key": code()}
    answer = await keeper.post(at, wrong)
    assert answer.status_code == 422
    is_a_page(answer)
    assert 'aria-invalid="true"' in answer.text
    assert 'value="たくさん"' in answer.text
    assert "雨" in answer.text


async def test_a_refused_record_comes_back_with_its_reason(keeper: Browser) -> None:
    taken = {"form": "activity", "name": "見本サロン", "started_on": "2024-04-01"}
    page = await written(keeper, "activity", **taken)
    activity = last(r'/community/activities/([0-9a-f-]{36})">見本サロン', page)
    hours = {"on": FAR, "starts_at": "12:00", "ends_at": "10:00", "_key": code()}
    answer = await keeper.post(f"/community/forms/session?id={activity}", hours)
    assert answer.status_code == 422
    assert "終わりが始まりより前です" in answer.text
    assert 'value="12:00"' in answer.text


async def test_a_volunteer_is_engaged_for_a_session(keeper: Browser) -> None:
    name = f"手芸{code()}"
    page = await written(
        keeper, "activity", form="activity", name=name, started_on="2024-04-01", skills="crafts"
    )
    activity = last(rf'/community/activities/([0-9a-f-]{{36}})">{name}', page)
    page = await written(
        keeper,
        "session",
        activity,
        on=FAR,
        starts_at="10:00",
        ends_at="12:00",
        volunteers_wanted="1",
    )
    session = last(r"/community/sessions/([0-9a-f-]{36})", page)
    person = f"架空{code()}"
    await written(keeper, "volunteer", name=person, kana=person, skills="crafts", role="volunteer")
    shown = await keeper.get(f"/community/sessions/{session}")
    is_a_page(shown)
    row = shown.text[shown.text.index(person) :]
    volunteer = re.findall(r'name="volunteer_id" value="([^"]+)', row)[0]
    body = {"volunteer_id": volunteer, "status": "engaged", "_key": code()}
    engaged = await keeper.follow(await keeper.post(f"/community/sessions/{session}", body))
    assert "1 / 1人" in engaged.text
    assert "参加予定" in engaged.text


async def test_food_is_taken_in_and_handed_over(keeper: Browser) -> None:
    item, group = f"見本の米{code()}", f"見本食堂{code()}"
    await written(
        keeper,
        "food-lot",
        category="rice",
        item=item,
        quantity="9",
        unit="個",
        best_before=FAR,
        storage="倉庫",
        received_on=YESTERDAY,
    )
    await written(keeper, "group", code=code(), name=group, purposes="pantry", households="3")
    page = await written(keeper, "pantry", on=YESTERDAY, place="見本会館")
    at = f"/community/pantries/{last(r'/community/pantries/([0-9a-f-]{36})', page)}"
    chosen = re.findall(rf'<option value="([^"]+)"[^>]*>{group}', (await keeper.get(at)).text)[0]
    proposal = await keeper.get(f"{at}?group_id={chosen}")
    is_a_page(proposal)
    lot = re.findall(rf'for="f-([^"]+)">{item}', proposal.text)[0]
    body = {"group_id": chosen, "households": "3", f"lot.{lot}": "99", "_key": code()}
    refused = await keeper.post(at, body)
    assert refused.status_code == 409
    assert "在庫が足りません" in refused.text
    assert 'value="99"' in refused.text
    given = await keeper.follow(await keeper.post(at, body | {f"lot.{lot}": "2", "_key": code()}))
    assert f"{item} 2個" in given.text


async def test_a_notice_becomes_an_intake_and_the_chain_keeps_its_number(
    portal: Portal, coordinator: Browser
) -> None:
    page = await written(
        coordinator,
        "notice",
        noticed_by="branch-office",
        on=YESTERDAY,
        theme="isolation",
        daily_area="馬込",
        words="出入りが減っている",
    )
    issue = await issue_with(coordinator, "出入りが減っている", page)
    shown = await coordinator.get(f"/community/issues/{issue}")
    is_a_page(shown)
    link = last(r'href="(/intakes/new\?[^"]+)', shown.text).replace("&amp;", "&")
    blank = await coordinator.get(link)
    assert f'value="{YESTERDAY}"' in blank.text
    action = last(r'action="(/intakes/new[^"]+)', blank.text).replace("&amp;", "&")
    body = {"received_on": YESTERDAY, "daily_area": "馬込", "_rows": "1", "_key": str(uuid4())}
    made = await coordinator.post(action, body)
    assert "気づきに受付番号を書き留めました" in made.text, made.text
    receipt = last(r"<strong>(R[^<]+)", made.text)
    assert receipt in (await coordinator.get(f"/community/issues/{issue}")).text


async def test_issues_are_grouped_discussed_and_answered(keeper: Browser) -> None:
    notice = {"noticed_by": "other", "on": YESTERDAY, "theme": "mobility", "words": code()}
    page = await written(keeper, "notice", **notice)
    issue = await issue_with(keeper, notice["words"], page)
    title = f"買い物{code()}"
    page = await written(keeper, "issue-group", title=title, theme="mobility", issue_ids=issue)
    group = last(rf'/community/issue-groups/([0-9a-f-]{{36}})">{title}', page)
    await written(keeper, "issue-note", group, on=YESTERDAY, kind="discussion", words="話した")
    chain = await written(
        keeper,
        "issue-answer",
        group,
        _version="1",
        on=YESTERDAY,
        answer="other",
        words="見守ることにした",
    )
    assert "回答済み" in chain
    assert chain.index("話した") < chain.index("見守ることにした")


async def test_attendance_leads_to_a_certificate_that_prints(keeper: Browser) -> None:
    title, person = f"虐待防止{code()}", f"架空{code()}"
    page = await written(
        keeper,
        "course",
        code=code(),
        title=title,
        purpose="training",
        subject="abuse-prevention",
        capacity="5",
    )
    course = last(rf'/community/courses/([0-9a-f-]{{36}})">{title}', page)
    await written(
        keeper, "learner", agency="shakyo", reference=code(), job="counsellor", name=person
    )
    form = (await keeper.get(f"/community/forms/registration?id={course}")).text
    learner = re.findall(rf'<option value="([^"]+)"[^>]*>{person}', form)[0]
    await written(keeper, "registration", course, learner_id=learner)
    hours = {"on": YESTERDAY, "starts_at": "10:00", "ends_at": "12:00", "place": code()}
    page = await written(keeper, "course-session", course, **hours)
    session = last(rf"/community/courses/{course}/sessions/([0-9a-f-]{{36}})", page)
    there = {"learner": learner, "present": learner, "_key": code()}
    at = f"/community/courses/{course}"
    await keeper.follow(await keeper.post(f"{at}/sessions/{session}", there))
    page = await written(keeper, "completion", course, on=YESTERDAY)
    certificate = last(r"/community/certificates/([0-9a-f-]{36})", page)
    printed = await keeper.get(f"/community/certificates/{certificate}")
    is_a_page(printed)
    assert person in printed.text
    assert title in printed.text


async def test_a_list_is_tried_mended_and_taken_in(keeper: Browser) -> None:
    at, number = "/community/imports/donors", code()
    is_a_page(await keeper.get(at))
    good = f"{number},企業,架空{number},\r\n"
    content = f"整理番号,種別,名前,連絡先\r\n{good}x-{number},宇宙,架空,\r\n"
    form = {CSRF_FIELD: CSRF, "dry_run": "true"}
    file = {"file": ("名簿.csv", content.encode("cp932"), "text/csv")}
    tried = await keeper._send("POST", at, data=form, files=file)
    is_a_page(tried)
    assert "取り込める行 1" in tried.text
    assert "種別" in tried.text
    rows = html.unescape(last(r'name="mending" value="([^"]+)', tried.text))
    saved = await keeper.post("/community/mending", {"mending": rows})
    assert saved.headers["content-disposition"].startswith("attachment")
    assert "宇宙" in saved.text
    taken = await keeper._send("POST", at, data={CSRF_FIELD: CSRF}, files=file)
    assert "新しく取り込んだ行 1" in taken.text
    assert f"架空{number}" in (await keeper.get("/community/donors")).text
    empty = await keeper.post(at)
    assert "ファイルを選んでください" in empty.text


async def test_who_may_not_write_is_told_so(portal: Portal) -> None:
    reader = portal.as_("stat", "statistics")
    assert 'href="/community"' not in (await reader.get("/indicators")).text
    answer = await reader.post(
        "/community/forms/notice",
        {"noticed_by": "other", "on": YESTERDAY, "theme": "other", "_key": code()},
    )
    assert answer.status_code == 403
    is_a_page(answer)
