"""The page of one meeting, and sittings of several cases (合同開催)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.auth import Principal
from chassis.context import Ctx, Session
from chassis.problems import Problem
from contracts import catalogue
from contracts.calendar import TOKYO, today
from contracts.events.envelope import new_id
from services.coordination import labels, views
from services.coordination.portal.access import Looking, Sent
from services.coordination.portal.acts import KEY_FIELD
from services.coordination.portal.pages import render, see
from services.coordination.reading import (
    list_sittings,
    show_meeting,
    show_records,
    show_sitting,
    show_sitting_act,
)
from services.coordination.sitting_acts import act_on_sitting
from services.coordination.store.sittings import call_sitting

router = APIRouter()

WHOLE_FIELDS = ("act", "starts_at", "reason")

NOT_AS_PLANNED = frozenset(
    {
        "postpone_meeting",
        "propose_other_dates",
        "report_no_quorum",
        "cancel_meeting",
        "return_minutes",
    }
)
"""Acts that stand apart on the page, so that the next step of a meeting is plain to see."""


@router.get("/meetings/{meeting_id}")
async def meeting(
    looking: Looking, session: Session, ctx: Ctx, request: Request, meeting_id: UUID
) -> Response:
    who = looking.principal
    shown = await show_meeting(session, who, meeting_id)
    try:
        records = await show_records(ctx, session, who, shown.case_id, "meeting")
        words = [one for one in records.items if one.target.id == meeting_id]
    except Problem as problem:
        if problem.status != 403:
            raise
        words = []
    # The page speaks of one meeting only; the links lead to forms of its case.
    return render(
        request,
        "meeting.html",
        page=shown,
        meeting=shown.meeting,
        words=words,
        otherwise=NOT_AS_PLANNED,
        answers=labels.choices("", "slot_answer"),
    )


@router.get("/sittings")
async def sittings(looking: Looking, session: Session, request: Request) -> Response:
    found = await list_sittings(session, looking.principal)
    return _sittings(request, looking.principal, found, None)


@router.post("/sittings")
async def call(sent: Sent, session: Session, request: Request) -> Response:
    """Calls a sitting; what was typed stays where it is refused."""
    who = sent.viewer.principal
    typed = {"starts_at": sent.text("starts_at"), "venue": sent.text("venue")}
    try:
        at = datetime.fromisoformat(typed["starts_at"])
    except ValueError:
        error = "日時を入力してください"
    else:
        try:
            at = at if at.tzinfo else at.replace(tzinfo=TOKYO)
            made = await call_sitting(session, who, at, typed["venue"] or "ward-office")
            return see(request, f"/sittings/{made.sitting_id}", "合同開催を設定しました")
        except Problem as problem:
            if problem.status != 422:
                raise
            error = problem.ja
    found = await list_sittings(session, who)
    return _sittings(request, who, found, error, typed)


@router.get("/sittings/{sitting_id}")
async def sitting(
    looking: Looking, session: Session, request: Request, sitting_id: UUID
) -> Response:
    shown = await show_sitting(session, looking.principal, sitting_id)
    return _sitting(request, looking.principal, shown)


@router.post("/sittings/{sitting_id}/acts")
async def act(sent: Sent, ctx: Ctx, request: Request, sitting_id: UUID) -> Response:
    """Postpones or calls off the whole sitting; what was typed stays where it is refused."""
    who, typed = sent.viewer.principal, {name: sent.text(name) for name in WHOLE_FIELDS}
    told: dict[str, Any] = {"act": typed["act"]}
    if typed["starts_at"] and typed["act"] != "cancel_meeting":
        at = datetime.fromisoformat(typed["starts_at"])
        told["starts_at"] = (at if at.tzinfo else at.replace(tzinfo=TOKYO)).isoformat()
    if typed["reason"]:
        told["note" if typed["act"] == "report_no_quorum" else "reason"] = typed["reason"]
    if typed["act"] == "report_no_quorum":
        told["present"] = [str(one) for one in sent.form.getlist("present")]
    try:
        key = sent.text(KEY_FIELD) or str(new_id())
        done = await act_on_sitting(ctx, who, sitting_id, told, key)
        return see(request, f"/sitting-acts/{done.sitting_act_id}", "記録しました")
    except Problem as problem:
        if problem.status != 422:
            raise
        async with ctx.database.transaction() as session:
            shown = await show_sitting(session, who, sitting_id)
        return _sitting(request, who, shown, problem.ja, typed)


@router.get("/sitting-acts/{sitting_act_id}")
async def sitting_act(
    looking: Looking, session: Session, request: Request, sitting_act_id: UUID
) -> Response:
    shown = await show_sitting_act(session, looking.principal, sitting_act_id)
    return render(request, "sitting_act.html", done=shown)


def _sitting(
    request: Request,
    who: Principal,
    shown: views.SittingView,
    error: str | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    return render(
        request,
        "sitting.html",
        422 if error else 200,
        sitting=shown,
        error=error,
        typed=typed or {},
        key=new_id(),
        may_act=who.has("coordinator", "manager", "ward") and shown.cancelled_at is None,
        agencies={code: one.name for code, one in catalogue.agencies(today()).items()},
    )


def _sittings(
    request: Request,
    who: Principal,
    found: views.Sittings,
    error: str | None,
    typed: dict[str, str] | None = None,
) -> Response:
    return render(
        request,
        "sittings.html",
        422 if error else 200,
        found=found,
        error=error,
        typed=typed or {},
        venues=labels.suggestions("", "venue"),
        may_call=who.has("coordinator", "manager", "ward"),
    )
