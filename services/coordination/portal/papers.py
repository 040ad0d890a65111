"""The papers of a 支援会議 under a watermark, their numbered copies, and the consent form on paper.

Looking is on screen alone: the page prints no paper. What is to be printed is a copy with a number,
made in somebody's name and written down before it is shown.
"""

from datetime import datetime
from html import escape
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.context import Ctx, Session
from chassis.idempotency import once
from chassis.problems import Problem
from contracts.calendar import today
from contracts.events import new_id
from services.coordination import problems
from services.coordination.consent_forms import form_in_force, known_forms
from services.coordination.portal.access import Looking, Sent, Viewer
from services.coordination.portal.acts import KEY_FIELD
from services.coordination.portal.pages import render, see
from services.coordination.portal.words import moment
from services.coordination.reading import make_copy, show_copy, show_papers
from services.coordination.views import Papers

router = APIRouter()


@router.get("/meetings/{meeting_id}/papers")
async def papers(
    looking: Looking, session: Session, ctx: Ctx, request: Request, meeting_id: UUID
) -> Response:
    try:
        shown = await show_papers(ctx, session, looking.principal, meeting_id)
    except Problem as problem:
        if problem.code not in problems.SHUT:
            raise
        return render(
            request,
            "papers_closed.html",
            403,
            said=problem.ja,
            code=problem.code,
            meeting_id=meeting_id,
        )
    mark = watermark(looking, shown.seen_at)
    return render(request, "papers.html", papers=shown, mark=mark, key=str(new_id()))


@router.post("/meetings/{meeting_id}/copies")
async def copy(
    sent: Sent, session: Session, ctx: Ctx, request: Request, meeting_id: UUID
) -> Response:
    """Makes one copy however often the form is sent."""
    who, key = sent.viewer.principal, sent.text(KEY_FIELD) or str(new_id())
    route = f"POST /meetings/{meeting_id}/copies"

    async def make() -> Papers:
        return await make_copy(ctx, session, who, meeting_id)

    told = await once(session, who, route, key, b"", make, status=201)
    return see(request, f"/meetings/{meeting_id}/copies/{told['body']['number']}")


@router.get("/meetings/{meeting_id}/copies/{number}")
async def printed(
    looking: Looking,
    session: Session,
    ctx: Ctx,
    request: Request,
    meeting_id: UUID,
    number: int,
) -> Response:
    shown = await show_copy(ctx, session, looking.principal, meeting_id, number)
    made = next(one for one in shown.copies if one.number == number)
    mark = watermark(looking, made.at, f"写し 第{number}号")
    return render(request, "papers_copy.html", papers=shown, mark=mark, made=made)


def watermark(looking: Viewer, at: datetime, more: str = "") -> str:
    """Who looks and when, as a picture that lies under every line: a `data:` address for CSS."""
    who = escape(f"{looking.name} {more}".strip())
    when = escape(moment(at))
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="420" height="220">'
        '<g transform="rotate(-24 210 110)" fill="#767676" fill-opacity="0.28"'
        ' font-family="sans-serif" font-size="20" text-anchor="middle">'
        f'<text x="210" y="100">{who}</text><text x="210" y="130">{when}</text></g></svg>'
    )
    return f"data:image/svg+xml,{quote(picture, safe='')}"


@router.get("/consent-forms")
async def current_form(looking: Looking, request: Request) -> Response:
    return see(request, f"/consent-forms/{form_in_force(today()) or ''}")


@router.get("/consent-forms/{version}")
async def consent_form(looking: Looking, request: Request, version: str) -> Response:
    """A version's text as it is shown to the person, with the lines to be signed; for print."""
    form = known_forms().get(version)
    if form is None:
        raise problems.not_found()
    title, _, text = form.text.removeprefix("# ").partition("\n")
    return render(
        request,
        "consent_form.html",
        form=form,
        title=title,
        blocks=blocks(text),
        versions=list(known_forms().values()),
    )


def blocks(text: str) -> list[tuple[str, list[str]]]:
    """The text's headings (`h`), lists (`l`) and paragraphs (`p`): the three that forms have."""
    found: list[tuple[str, list[str]]] = []
    for part in text.strip().split("\n\n"):
        lines = part.splitlines()
        if part.startswith("## "):
            found.append(("h", [part.removeprefix("## ")]))
        elif part.startswith("- "):
            found.append(("l", [line.removeprefix("- ") for line in lines]))
        else:
            found.append(("p", ["".join(lines)]))
    return found
