"""地域づくり: the hub, groups, activities with their support, volunteers, the way of counting."""

from datetime import date, timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response

from contracts import catalogue
from contracts.calendar import today
from contracts.community import volunteer_skills
from services.coordination.portal.access import Looking, Sent
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
    linked,
    number,
    on,
    show,
    tagged,
    text,
)

router = APIRouter()

SOON_DAYS = 30
"""Food whose date is nearer than this is shown on the hub."""
WAYS = {"file": "活動報告のファイル", "records": "ここの記録"}
COUNTED = {True: "指標に数える", False: "指標に数えない(ファイルで報告)"}


@router.get("/community")
async def hub(looking: Looking, request: Request) -> Response:
    """What waits in community building today, and the way to everything else."""
    gaps = (await ask(request, looking, "/day-sheets/missing", days=14))["missing"]
    lots = (await ask(request, looking, "/food-lots"))["lots"]
    issues = (await ask(request, looking, "/issues", status="open"))["issues"]
    until = (today() + timedelta(days=SOON_DAYS)).isoformat()
    soon = [lot for lot in lots if lot["best_before"] and lot["best_before"] <= until]
    return render(request, "community.html", gaps=gaps, soon=soon, issues=issues)


@router.get("/community/reporting-ways")
async def ways(looking: Looking, request: Request) -> Response:
    found = await ask(request, looking, "/reporting-ways")
    known = (await ask(request, looking, "/venues"))["venues"]
    venues = {row["code"]: row["name"] for row in known}
    kinds = catalogue.activity_kinds()

    def name(row: dict[str, str]) -> str:
        return kinds[row["code"]].label if row["scope"] == "kind" else venues[row["code"]]

    rows = [
        [
            Cell(name(row)),
            text("会場" if row["scope"] == "venue" else "種別"),
            on(row["from_on"]),
            text(WAYS[row["way"]]),
        ]
        for row in found["ways"]
    ]
    said = {row["code"] for row in found["ways"] if row["scope"] == "kind"}
    rows += [
        [Cell(kinds[kind].label), text("種別"), text("はじめから"), text(WAYS["file"])]
        for kind in found["kinds"]
        if kind not in said
    ]
    links = [
        Link(f"/community/forms/reporting-way?scope=kind&code={kind}", f"{kinds[kind].label}を設定")
        for kind in found["kinds"]
    ]
    return show(
        request,
        Page(
            "実績の数え方",
            "会場と種別ごとに、ある日からの実績を、活動報告のファイルとここの記録の、どちらか一方だけで"
            "数えます。記録で数える日の分は、ファイルでは受け付けられません。",
            [HUB],
            tables=[Table("数え方", ("対象", "区分", "開始日", "数え方"), rows, links=links)],
        ),
    )


@router.get("/community/groups")
async def groups(looking: Looking, request: Request) -> Response:
    found = (await ask(request, looking, "/groups"))["groups"]
    rows = [
        [
            Cell(row["name"]),
            text(row["code"]),
            text(row["daily_area"]),
            number(row["households"]),
            tagged("活動中" if row["active"] else "休止", "good" if row["active"] else ""),
            linked(f"/community/forms/group-standing?id={row['group_id']}", "変更"),
        ]
        for row in found
    ]
    headings = ("団体", "符号", "圏域", "食の支援の世帯", "状態", "変更")
    return show(
        request,
        Page(
            "団体",
            crumbs=[HUB],
            links=[Link("/community/forms/group", "団体を登録する", main=True)],
            tables=[Table("登録されている団体", headings, rows)],
        ),
    )


@router.get("/community/activities")
async def activities(looking: Looking, request: Request, form: str = "") -> Response:
    found = (await ask(request, looking, "/activities", form=form))["activities"]
    rows = [
        [
            linked(f"/community/activities/{row['activity_id']}", row["name"]),
            text(row["form_label"]),
            text(row["daily_area"]),
            tagged(row["status_label"]),
            on(row["started_on"]),
        ]
        for row in found
    ]
    return show(
        request,
        Page(
            "地域活動とプラットフォーム",
            "支援した地域活動(事業7・9・10)とプラットフォームの場づくりです。",
            [HUB],
            [Link("/community/forms/activity", "地域活動を登録する", main=True)],
            tables=[Table("地域活動", ("名前", "種別", "圏域", "状態", "開始"), rows)],
        ),
    )


@router.get("/community/activities/{activity_id}")
async def activity(looking: Looking, request: Request, activity_id: UUID) -> Response:
    found = await ask(request, looking, f"/activities/{activity_id}")
    form = "/community/forms"
    about = f"id={activity_id}"
    supports = [
        [
            on(row["on"]),
            text(row["how_label"]),
            text(row["note"]),
            tagged("取消し", "late") if row["withdrawn"] else text(COUNTED[row["counted"]]),
            Cell("")
            if row["withdrawn"]
            else linked(
                f"{form}/support-correction?id={row['support_id']}&on={row['on']}"
                f"&channel={row['channel']}",
                "訂正",
            ),
            Cell("")
            if row["withdrawn"]
            else linked(f"{form}/support-withdrawal?id={row['support_id']}", "取消し"),
        ]
        for row in found["supports"]
    ]
    sessions = [
        [
            linked(f"/community/sessions/{row['session_id']}", row["on"]),
            text(f"{row['starts_at'][:5]}〜{row['ends_at'][:5]}"),
            number(row["engaged"], f" / {row['volunteers_wanted']}人"),
        ]
        for row in found["sessions"]
    ]
    skills = "、".join(volunteer_skills().get(one, one) for one in found["skills"])
    return show(
        request,
        Page(
            found["name"],
            crumbs=[HUB, Link("/community/activities", "地域活動")],
            links=[
                Link(f"{form}/support?{about}", "支援を記録する", main=True),
                Link(f"{form}/session?{about}", "開催日を登録する"),
                Link(
                    f"{form}/activity-status?{about}&version={found['version']}"
                    f"&status={found['status']}",
                    "状態を変更する",
                ),
            ],
            facts=[
                ("種別", found["form_label"]),
                ("状態", found["status_label"]),
                ("圏域", found["daily_area"] or "区全体"),
                ("場所", found["place"] or "未定"),
                ("求める技能", skills or "特になし"),
            ],
            tables=[
                Table("支援の記録", ("日付", "内容", "記録", "集計", "訂正", "取消し"), supports),
                Table("開催日", ("日付", "時間", "ボランティア"), sessions),
            ],
        ),
    )


@router.get("/community/volunteers")
async def volunteers(
    looking: Looking, request: Request, skill: str = "", after: str = ""
) -> Response:
    found = await ask(request, looking, "/volunteers", skill=skill, after=after)
    rows = [
        [
            Cell(row["name"] or "(閲覧できません)"),
            text(row["role_label"]),
            text("、".join(row["skill_labels"])),
            text("、".join(row["daily_areas"]) or "区内どこでも"),
            on(row["insured_until"]),
            tagged(row["status_label"], "good" if row["status"] == "active" else ""),
            linked(
                f"/community/forms/volunteer-change?id={row['volunteer_id']}"
                f"&version={row['version']}&status={row['status']}",
                "変更",
            ),
        ]
        for row in found["volunteers"]
    ]
    more = (
        [Link(f"/community/volunteers?after={found['next']}", "次を見る")] if found["next"] else []
    )
    headings = ("氏名", "区分", "できること", "圏域", "保険の期限", "状態", "変更")
    return show(
        request,
        Page(
            "ボランティア・担い手",
            crumbs=[HUB],
            links=[
                Link("/community/forms/volunteer", "ボランティアを登録する", main=True),
                Link("/community/imports/volunteers", "名簿を取り込む"),
                *more,
            ],
            tables=[Table("登録簿", headings, rows)],
        ),
    )


@router.get("/community/sessions/{session_id}")
async def session(looking: Looking, request: Request, session_id: UUID) -> Response:
    """One date of an activity: who is engaged, and who could be asked."""
    found = await ask(request, looking, f"/sessions/{session_id}")
    day = date.fromisoformat(found["on"])
    return render(request, "session.html", found=found, past=day <= today())


@router.post("/community/sessions/{session_id}")
async def engage(sent: Sent, request: Request, session_id: UUID) -> Response:
    """Engage a volunteer, or say what became of it."""
    body = {"volunteer_id": sent.text("volunteer_id"), "status": sent.text("status") or "engaged"}
    await request.app.state.elsewhere.post(
        sent.viewer.token,
        f"{PARTICIPATION}/sessions/{session_id}/engagements",
        sent.text(KEY_FIELD),
        body,
    )
    return see(request, f"/community/sessions/{session_id}", "記録しました。")
