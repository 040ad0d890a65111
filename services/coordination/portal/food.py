"""フード支援: stock with its dates, food drives, donors, pantries and what each group took."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.problems import Problem
from contracts.events import new_id
from services.coordination.portal.access import Looking, Sent, Viewer
from services.coordination.portal.acts import KEY_FIELD
from services.coordination.portal.pages import render, see
from services.coordination.portal.records import (
    HUB,
    PARTICIPATION,
    Cell,
    Link,
    Page,
    Table,
    ask,
    following,
    linked,
    number,
    on,
    show,
    tagged,
    text,
)

router = APIRouter()

FORM = "/community/forms"
MOVES = {
    "in": "受入れ",
    "out": "受渡し",
    "returned": "受渡しの取消し",
    "disposed": "廃棄",
    "recalled": "回収",
    "counted": "棚卸の差",
}
DONORS = {"person": "個人", "shop": "商店", "company": "企業", "group": "団体"}


@router.get("/community/food")
async def food(looking: Looking, request: Request) -> Response:
    """What is in the store, what must be eaten first ahead, and the food drives."""
    lots = (await ask(request, looking, "/food-lots"))["lots"]
    drives = (await ask(request, looking, "/food-drives"))["drives"]
    stock = [
        [
            linked(f"/community/food/lots/{lot['lot_id']}", lot["item"]),
            text(lot["category_label"]),
            number(lot["on_hand"], lot["unit"]),
            on(lot["best_before"]) if lot["best_before"] else text("期限なし"),
            text(lot["storage"]),
            tagged("渡せる", "good") if lot["may_be_given"] else tagged("渡せない", "late"),
        ]
        for lot in lots
    ]
    collected = [
        [
            on(drive["on"]),
            text(drive["place"]),
            number(drive["donors"], "人"),
            tagged("取消し", "late") if drive["withdrawn"] else Cell(""),
            Cell("")
            if drive["withdrawn"]
            else linked(
                f"{FORM}/drive-correction?id={drive['drive_id']}&version={drive['version']}", "訂正"
            ),
            Cell("")
            if drive["withdrawn"]
            else linked(f"{FORM}/drive-withdrawal?id={drive['drive_id']}", "取消し"),
        ]
        for drive in drives
    ]
    headings = ("品名", "分類", "数量", "期限", "保管場所", "状態")
    return show(
        request,
        Page(
            "フード支援の在庫とフードドライブ",
            crumbs=[HUB],
            links=[
                Link(f"{FORM}/food-lot", "食料を受け入れる", main=True),
                Link(f"{FORM}/food-drive", "フードドライブを記録する"),
                Link("/community/pantries", "フードパントリー"),
                Link("/community/donors", "提供者"),
            ],
            tables=[
                Table("在庫(期限の近い順)", headings, stock, "在庫はありません。"),
                Table(
                    "フードドライブ",
                    ("日付", "場所", "提供した人", "状態", "訂正", "取消し"),
                    collected,
                ),
            ],
        ),
    )


@router.get("/community/food/lots/{lot_id}")
async def lot(looking: Looking, request: Request, lot_id: UUID) -> Response:
    found = await ask(request, looking, f"/food-lots/{lot_id}")
    recalled = found["status"] == "recalled"
    about = f"id={lot_id}"
    moves = [
        [
            on(move["on"]),
            text(MOVES[move["kind"]]),
            number(move["quantity"], found["unit"]),
            text(move["by"]),
        ]
        for move in found["moves"]
    ]
    holders = [[Cell(group["name"]), text(group["code"])] for group in found["held_by"]]
    links = [
        Link(f"{FORM}/disposal?{about}", "廃棄する"),
        Link(f"{FORM}/stocktaking?{about}", "棚卸をする"),
        Link(f"{FORM}/recall?{about}", "回収する"),
    ]
    notices = ["このロットは回収中です。渡した団体に連絡してください。"] if recalled else []
    return show(
        request,
        Page(
            found["item"],
            crumbs=[HUB, Link("/community/food", "在庫")],
            links=[] if recalled else links,
            facts=[
                ("分類", found["category_label"]),
                ("在庫", f"{found['on_hand']}{found['unit']}"),
                ("期限", on(found["best_before"]).text or "なし"),
                ("保管場所", found["storage"]),
            ],
            tables=[
                Table("入出庫", ("日付", "種別", "数量", "記録した人"), moves),
                Table("渡した団体", ("団体", "符号"), holders, "渡した団体はありません。"),
            ],
            notices=notices,
        ),
    )


@router.get("/community/donors")
async def donors(looking: Looking, request: Request, after: str = "") -> Response:
    found = await ask(request, looking, "/donors", after=after)
    rows = [
        [
            Cell(row["name"] or "(閲覧できません)"),
            text(DONORS[row["kind"]]),
            text(row["contact"]),
            text(row["reference"]),
        ]
        for row in found["donors"]
    ]
    more = following("/community/donors", found["next"])
    return show(
        request,
        Page(
            "食料の提供者",
            "続けて提供する人や事業者です。フードドライブに一度だけ参加した人は、人数だけを数えます。",
            [HUB, Link("/community/food", "在庫")],
            [
                Link(f"{FORM}/donor", "提供者を登録する", main=True),
                Link("/community/imports/donors", "名簿を取り込む"),
                *more,
            ],
            tables=[Table("提供者", ("名前", "種別", "連絡先", "整理番号"), rows)],
        ),
    )


@router.get("/community/pantries")
async def pantries(looking: Looking, request: Request) -> Response:
    found = (await ask(request, looking, "/pantries"))["pantries"]
    rows = [
        [
            linked(f"/community/pantries/{row['pantry_id']}", on(row["on"]).text),
            text(row["place"]),
            text(row["daily_area"]),
        ]
        for row in found
    ]
    return show(
        request,
        Page(
            "フードパントリー",
            crumbs=[HUB, Link("/community/food", "在庫")],
            links=[Link(f"{FORM}/pantry", "実施日を登録する", main=True)],
            tables=[Table("実施日", ("日付", "場所", "圏域"), rows)],
        ),
    )


@router.get("/community/pantries/{pantry_id}")
async def pantry(
    looking: Looking, request: Request, pantry_id: UUID, group_id: str = ""
) -> Response:
    """A day: what each group took, and for a group the proposal by the rule of allocation."""
    return await _pantry(request, looking, pantry_id, group_id)


@router.post("/community/pantries/{pantry_id}")
async def hand_over(sent: Sent, request: Request, pantry_id: UUID) -> Response:
    """A group takes its food; a refusal keeps all that was typed."""
    group_id = sent.text("group_id")
    lines = [
        {"lot_id": name.removeprefix("lot."), "quantity": int(sent.text(name))}
        for name in sent.form
        if name.startswith("lot.") and sent.text(name).isdecimal() and int(sent.text(name))
    ]
    households = sent.text("households")
    body = {
        "group_id": group_id,
        "households": int(households) if households.isdecimal() else households,
        "lines": lines,
    }
    try:
        await request.app.state.elsewhere.post(
            sent.viewer.token,
            f"{PARTICIPATION}/pantries/{pantry_id}/hand-overs",
            sent.text(KEY_FIELD) or str(new_id()),
            body,
        )
    except Problem as problem:
        if problem.status in (401, 503):
            raise
        typed = {name: sent.text(name) for name in sent.form}
        return await _pantry(request, sent.viewer, pantry_id, group_id, typed, problem)
    return see(request, f"/community/pantries/{pantry_id}", "受渡しを記録しました。")


async def _pantry(
    request: Request,
    who: Viewer,
    pantry_id: UUID,
    group_id: str,
    typed: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    at = f"/pantries/{pantry_id}"
    found = await ask(request, who, at)
    groups = (await ask(request, who, "/groups", purpose="pantry"))["groups"]
    served = {one["group_id"] for one in found["hand_overs"] if not one["withdrawn"]}
    waiting = [one for one in groups if one["active"] and one["group_id"] not in served]
    chosen = next((one for one in waiting if one["group_id"] == group_id), None)
    proposal: dict[str, Any] | None = None
    proposed: dict[str, int] = {}
    if chosen is not None:
        ids = [one["group_id"] for one in waiting]
        proposal = await ask(request, who, f"{at}/proposal", groups=ids)
        share = next(one for one in proposal["shares"] if one["group_id"] == group_id)
        proposed = {line["lot_id"]: line["quantity"] for line in share["lines"]}
    return render(
        request,
        "pantry.html",
        problem.status if problem else 200,
        found=found,
        waiting=waiting,
        chosen=chosen,
        lots=proposal["lots"] if proposal else [],
        proposed=proposed,
        typed=typed or {},
        key=str(new_id()),
        error=problem.ja if problem else None,
    )
