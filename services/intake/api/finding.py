"""Finding persons by name, for the service that knows who may see which case."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field

from chassis.audit import audit, audit_refusal
from chassis.auth import Caller, not_allowed
from chassis.context import Ctx, Session
from services.intake.access import FINDER
from services.intake.api.door import body_without_my_number, routes
from services.intake.faults import Fault, refuse_all
from services.intake.finding import asked
from services.intake.sealing import Safe
from services.intake.store.finding import find_by_name

router = routes("人と世帯 / persons")


class NameSearch(BaseModel):
    """Part of a name or of a reading, and for whom it is searched."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    on_behalf_of: Annotated[str, Field(min_length=1, max_length=200)]
    """The `sub` of the person who searches."""


class FoundPersons(BaseModel):
    person_ids: list[UUID]
    more: bool
    """Whether there are more than are given; the words need to be closer."""


@router.post(
    "/persons/find",
    summary="氏名で人を探す / Find persons by name",
    dependencies=[Depends(body_without_my_number)],
)
async def find(sent: NameSearch, caller: Caller, ctx: Ctx, session: Session) -> FoundPersons:
    """仮名・全半角・異体字の違いを区別しません。ケースの閲覧権限を知るサービスだけが使えます。

    POST because a name has no place in an address; changes nothing. For services that know who
    may see what: a person's own token is refused.
    """
    if caller.kind != "service" or not caller.has(FINDER):
        await audit_refusal(
            ctx.database, caller, "person.find", "person", "several", "not-allowed-for-role"
        )
        raise not_allowed(needed=[FINDER])
    wanted = asked(sent.name)
    if not wanted:
        raise refuse_all([Fault("name", "invalid")])
    ids, more = await find_by_name(session, Safe.of(ctx), wanted)
    await audit(
        session,
        caller,
        "person.find",
        "person",
        "several",
        found=len(ids),
        on_behalf_of=sent.on_behalf_of,
    )
    return FoundPersons(person_ids=ids, more=more)
