"""Candidates for a wish over HTTP, with reasons that can be read."""

from typing import Annotated

from fastapi import Depends, Query

from chassis.context import Session
from contracts.calendar import today
from contracts.catalogue import basic_area_of
from services.participation.api.answers import CandidateList, CandidateRow, resource_row
from services.participation.api.door import STAFF, routes
from services.participation.matching import REASON_LABELS, Reason, Wish, rank
from services.participation.resource import OLDEST
from services.participation.store.resources import offers_for, resources_by_id

router = routes("候補 / candidates")


@router.get("/candidates", dependencies=[Depends(STAFF)])
async def candidates(
    session: Session,
    kinds: Annotated[str, Query(max_length=500, description="comma separated")] = "",
    daily_area: str | None = None,
    age: Annotated[int | None, Query(ge=0, le=OLDEST)] = None,
) -> CandidateList:
    """The listed resources that suit a wish and can be asked, the best first."""
    wish = Wish(
        kinds=tuple(kind for kind in kinds.split(",") if kind),
        daily_area=daily_area,
        basic_area=basic_area_of(daily_area) if daily_area else None,
        age=age,
        on=today(),
    )
    found = rank(wish, await offers_for(session, wish))
    shown = await resources_by_id(session, [candidate.resource_id for candidate in found])
    return CandidateList(
        candidates=[
            CandidateRow(
                resource_id=candidate.resource_id,
                score=candidate.score,
                reasons=list(candidate.reasons),
                reason_labels=[REASON_LABELS[Reason(reason)] for reason in candidate.reasons],
                resource=resource_row(shown[candidate.resource_id], wish.on),
            )
            for candidate in found
        ]
    )
