"""Files of activity reports in the portal: tried, taken in and mended without JavaScript."""

from uuid import uuid4

import pytest

from contracts.calendar import today
from services.coordination.portal.access import CSRF_FIELD
from services.intake.file_reader import read_next
from tests.services.coordination_portal.conftest import CSRF, Browser, Portal

HEADINGS = "整理番号,活動の種別,日付,数量,会場"


@pytest.fixture
def sender(portal: Portal) -> Browser:
    return portal.as_("reporter", "coordinator")


async def read_all(portal: Portal) -> None:
    intake = portal.intake._transport.app.state.context  # type: ignore[attr-defined]
    while await read_next(intake):
        pass


async def upload(browser: Browser, content: str, **form: str) -> str:
    answer = await browser._send(
        "POST",
        "/report-files",
        data={**form, CSRF_FIELD: CSRF},
        files={"file": ("report.csv", content.encode())},
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def a_file(*quantities: str) -> str:
    rows = [
        f"t-{uuid4().hex[:10]},hiroba-visit,{today()},{quantity},hiroba-kamata"
        for quantity in quantities
    ]
    return "\r\n".join((HEADINGS, *rows, ""))


async def test_a_file_is_tried_taken_in_and_its_bad_rows_given_back(
    portal: Portal, sender: Browser
) -> None:
    at = await upload(sender, a_file("3", "-1"), dry_run="yes")
    assert "順番を待っています" in (await sender.get(at)).text
    await read_all(portal)
    tried = (await sender.get(at)).text
    assert "確認のみ" in tried
    assert "UTF-8 として読みました" in tried
    assert "数量は0以上の整数です" in tried

    await sender.follow(await sender.post(f"{at}/sending"))
    await read_all(portal)
    taken = (await sender.get(at)).text
    assert "読み終わりました" in taken
    assert "確認のみ" not in taken

    mending = await sender.get(f"{at}/mending.csv?encoding=cp932")
    assert "数量は0以上の整数です" in mending.content.decode("cp932")
    assert "読み終わりました" in (await sender.get("/report-files")).text


async def test_a_file_that_cannot_be_read_says_why(portal: Portal, sender: Browser) -> None:
    at = await upload(sender, "氏名,日付\r\n見本,1\r\n")
    await read_all(portal)
    page = (await sender.get(at)).text
    assert "読めませんでした" in page
    assert "受け付けていない見出しの列があります" in page


async def test_a_form_without_a_file_says_so(sender: Browser) -> None:
    answer = await sender.post("/report-files")
    assert answer.status_code == 422
    assert "ファイルを選んでください" in answer.text


async def test_who_may_not_report_is_told_so(portal: Portal) -> None:
    answer = await portal.as_("reader", "statistics").get("/report-files")
    assert answer.status_code == 403
