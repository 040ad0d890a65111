"""研修・交流: courses, who has a place and was there, certificates, who lacks what."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from contracts.events import new_id
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


@router.get("/community/courses")
async def courses(looking: Looking, request: Request) -> Response:
    found = (await ask(request, looking, "/courses"))["courses"]
    rows = [
        [
            linked(f"/community/courses/{row['course_id']}", row["title"]),
            text(row["purpose_label"]),
            number(row["taken"], f" / {row['capacity']}人"),
            tagged(row["status_label"], "good" if row["status"] == "completed" else "state"),
        ]
        for row in found
    ]
    return show(
        request,
        Page(
            "研修・交流",
            "区内の福祉従事者の研修と交流会、公園体操指導員の養成講座です。",
            [HUB],
            [
                Link(f"{FORM}/course", "講座を登録する", main=True),
                Link("/community/learners", "受講者"),
            ],
            tables=[Table("講座", ("講座", "種別", "申込み", "状態"), rows)],
        ),
    )


@router.get("/community/courses/{course_id}")
async def course(looking: Looking, request: Request, course_id: UUID) -> Response:
    found = await ask(request, looking, f"/courses/{course_id}")
    lacking = (await ask(request, looking, f"/courses/{course_id}/lacking"))["learners"]
    return render(request, "course.html", found=found, lacking=lacking, key=str(new_id()))


@router.post("/community/courses/{course_id}/sessions/{session_id}")
async def attendance(sent: Sent, request: Request, course_id: UUID, session_id: UUID) -> Response:
    """Who was there on a date: everybody with a place is said to be there, or not."""
    there = set(sent.form.getlist("present"))
    everybody = [one for one in sent.form.getlist("learner") if isinstance(one, str)]
    body = {
        "attendances": [
            {"learner_id": learner, "present": learner in there} for learner in everybody
        ]
    }
    await request.app.state.elsewhere.post(
        sent.viewer.token,
        f"{PARTICIPATION}/course-sessions/{session_id}/attendance",
        sent.text(KEY_FIELD) or str(new_id()),
        body,
    )
    return see(request, f"/community/courses/{course_id}", "出席を記録しました。")


@router.get("/community/learners")
async def learners(looking: Looking, request: Request, after: str = "") -> Response:
    found = await ask(request, looking, "/learners", after=after)
    rows = [
        [
            linked(f"/community/learners/{row['learner_id']}", row["name"] or "(閲覧できません)"),
            text(row["agency_name"]),
            text(row["job_label"]),
            text(row["reference"]),
        ]
        for row in found["learners"]
    ]
    more = following("/community/learners", found["next"])
    return show(
        request,
        Page(
            "受講者",
            crumbs=[HUB, Link("/community/courses", "研修・交流")],
            links=[Link(f"{FORM}/learner", "受講者を登録する", main=True), *more],
            tables=[Table("受講者", ("氏名", "所属", "職種", "番号"), rows)],
        ),
    )


@router.get("/community/learners/{learner_id}")
async def learner(looking: Looking, request: Request, learner_id: UUID) -> Response:
    """What somebody has taken, and until when it holds."""
    found = await ask(request, looking, f"/learners/{learner_id}")
    rows = [
        [
            linked(f"/community/certificates/{row['certificate_id']}", row["number"]),
            text(row["course_title"]),
            on(row["issued_on"]),
            on(row["valid_until"]) if row["valid_until"] else Cell("期限なし"),
            tagged("有効", "good") if row["holds"] else tagged("期限切れ", "late"),
        ]
        for row in found["certificates"]
    ]
    return show(
        request,
        Page(
            found["name"] or "受講者",
            crumbs=[HUB, Link("/community/learners", "受講者")],
            facts=[("所属", found["agency_name"]), ("職種", found["job_label"])],
            tables=[Table("修了証", ("番号", "講座", "交付日", "期限", "状態"), rows)],
        ),
    )


@router.get("/community/certificates/{certificate_id}")
async def certificate(looking: Looking, request: Request, certificate_id: UUID) -> Response:
    """修了証, to be printed on one sheet."""
    found = await ask(request, looking, f"/certificates/{certificate_id}")
    return render(request, "certificate.html", found=found)
