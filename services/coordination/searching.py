"""A search for cases: names are asked of intake, who alone knows them; the rest is found here."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.context import Context
from contracts.events import new_id
from services.coordination import views
from services.coordination.permissions import works_with_cases
from services.coordination.reading.paging import no_case_work
from services.coordination.reading.search import CaseSearch, search_cases

FIND = "/api/intake/v1/persons/find"


class Intake(Protocol):
    """The intake service's API, as this service asks it."""

    async def post(self, token: str, path: str, key: str, body: Mapping[str, Any]) -> Any: ...


async def search(
    ctx: Context,
    session: AsyncSession,
    intake: Intake,
    principal: Principal,
    chosen: CaseSearch,
    name: str | None = None,
) -> views.SearchPage:
    """Cases by part of a person's name and by everything else. Raises Problem.

    Intake is asked in this service's own name: it tells who is called so, not who may see them.
    """
    if not works_with_cases(principal):
        raise no_case_work()
    more = False
    if name and name.strip():
        bearer = (await ctx.tokens.headers())["Authorization"].removeprefix("Bearer ")
        asked = {"name": name.strip(), "on_behalf_of": principal.sub}
        found = await intake.post(bearer, FIND, str(new_id()), asked)
        chosen = replace(chosen, person_ids=frozenset(map(UUID, found["person_ids"])))
        more = found["more"]
    page = await search_cases(session, principal, chosen)
    return page.model_copy(update={"too_many_names": more})
