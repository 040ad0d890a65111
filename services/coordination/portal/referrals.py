"""The page of the requests that one's own agency sent."""

from fastapi import APIRouter, Request, Response

from chassis.context import Session
from services.coordination.portal.access import Looking
from services.coordination.portal.pages import render
from services.coordination.reading import sent_referrals

router = APIRouter()


@router.get("/referrals/sent")
async def sent(
    looking: Looking, session: Session, request: Request, after: str | None = None
) -> Response:
    found = await sent_referrals(session, looking.principal, after=after)
    return render(request, "sent_referrals.html", page=found)
