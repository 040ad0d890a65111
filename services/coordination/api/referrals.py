"""The requests that an agency sent."""

from fastapi import APIRouter

from chassis.auth import Caller
from chassis.context import Session
from services.coordination import reading, views
from services.coordination.api.cases import PREFIX, Page

router = APIRouter(prefix=PREFIX, tags=["紹介・依頼 / referrals"])


@router.get("/referrals/sent", summary="自機関が送った依頼 / Requests sent")
async def sent_referrals(
    session: Session,
    caller: Caller,
    open: bool = False,
    after: str | None = None,
    limit: Page = 50,
) -> views.SentReferrals:
    """自機関が依頼したもの、次へ引き継いだものの状況です。結果は、同意が及ぶときだけ示します。

    State and deadline of each; the end where it was told. `open`: only those without an end yet.
    """
    return await reading.sent_referrals(session, caller, open_only=open, after=after, limit=limit)
