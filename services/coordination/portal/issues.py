"""地域課題: the register, and the chain from what was seen to what came of it."""

from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.coordination.portal.access import Looking
from services.coordination.portal.pages import INTAKE_ENTRY, render
from services.coordination.portal.records import (
    HUB,
    Link,
    Page,
    Table,
    ask,
    following,
    linked,
    on,
    show,
    tagged,
    text,
)

router = APIRouter()

FORM = "/community/forms"
NOTICE_CHANNEL = "chiiki-coordinate"
"""The window by which a 気づき becomes an intake unless another is chosen."""


@router.get("/community/issues")
async def issues(looking: Looking, request: Request, status: str = "", after: str = "") -> Response:
    found = await ask(request, looking, "/issues", status=status, after=after)
    groups = (await ask(request, looking, "/issue-groups"))["groups"]
    rows = [
        [
            linked(f"/community/issues/{row['issue_id']}", row["theme_label"]),
            text(row["noticed_by_label"] or row["source_label"]),
            text(row["daily_area"] or row["basic_area"] or "区全体"),
            on(row["on"]),
            tagged(row["status_label"]),
        ]
        for row in found["issues"]
    ]
    together = [
        [
            linked(f"/community/issue-groups/{row['issue_group_id']}", row["title"]),
            text(row["theme_label"]),
            text(row["basic_area"] or "区全体"),
            tagged(row["status_label"], "good" if row["status"] == "answered" else "state"),
            text(row["answer_label"]),
        ]
        for row in groups
    ]
    more = following("/community/issues", found["next"])
    return show(
        request,
        Page(
            "地域課題",
            "会議で見えた課題と、特別出張所などの気づきです。個人が分かることは書きません。",
            [HUB],
            [
                Link(f"{FORM}/notice", "気づきを登録する", main=True),
                Link(f"{FORM}/issue-group", "課題をまとめる"),
                *more,
            ],
            tables=[
                Table("課題のまとまり", ("課題", "テーマ", "圏域", "状態", "回答"), together),
                Table("課題", ("テーマ", "気づいた人", "圏域", "日付", "状態"), rows),
            ],
        ),
    )


@router.get("/community/issues/{issue_id}")
async def issue(looking: Looking, request: Request, issue_id: UUID) -> Response:
    found = await ask(request, looking, f"/issues/{issue_id}")
    about = f"id={issue_id}"
    links = [
        Link(
            f"{FORM}/issue-description?{about}&version={found['version']}&theme={found['theme']}",
            "内容を書く",
            main=found["words"] is None,
        )
    ]
    if found["issue_group_id"] is None and found["status"] in ("open", "intake"):
        prefilled = urlencode({"issue_ids": str(issue_id), "theme": found["theme"]})
        links += [
            Link(f"{FORM}/issue-group?{prefilled}", "新しいまとまりにする"),
            Link(f"{FORM}/issue-joining?{about}", "まとまりに入れる"),
        ]
    if found["receipt_number"] is None and found["status"] != "answered":
        if looking.principal.has(*INTAKE_ENTRY):
            intake = urlencode(
                {
                    "channel": NOTICE_CHANNEL,
                    "daily_area": found["daily_area"] or "",
                    "received_on": found["on"],
                    "issue": str(issue_id),
                }
            )
            links.append(Link(f"/intakes/new?{intake}", "相談として受け付ける"))
        links.append(Link(f"{FORM}/issue-intake?{about}", "受付番号を書き留める"))
    group = found["issue_group_id"]
    chain = (
        [[linked(f"/community/issue-groups/{group}", "この課題のまとまりを開く")]] if group else []
    )
    return show(
        request,
        Page(
            found["theme_label"],
            crumbs=[HUB, Link("/community/issues", "地域課題")],
            links=links,
            facts=[
                ("気づいた人", found["noticed_by_label"] or found["source_label"]),
                ("日付", on(found["on"]).text),
                ("圏域", found["daily_area"] or found["basic_area"] or "区全体"),
                ("足りないもの", "、".join(found["wanted_labels"]) or "特になし"),
                ("状態", found["status_label"]),
                ("受付番号", found["receipt_number"] or "なし"),
                ("内容", found["words"] or "まだ書かれていません"),
            ],
            tables=[
                Table("つながり", ("まとまり",), chain, "まだどのまとまりにも入っていません。")
            ],
        ),
    )


@router.get("/community/issue-groups/{issue_group_id}")
async def chain(looking: Looking, request: Request, issue_group_id: UUID) -> Response:
    """課題 → まとまり → 話し合い → 回答, as one line of time."""
    found = await ask(request, looking, f"/issue-groups/{issue_group_id}")
    return render(request, "issue_chain.html", found=found)
