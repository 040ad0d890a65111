"""Resources over HTTP: entered, corrected, listed and taken off the list."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.auth import Principal
from chassis.context import Context, Ctx, Session
from chassis.mynumber import refuse_my_number
from chassis.problems import Problem, validation_problem
from chassis.writing import Writing, etag
from contracts.calendar import today
from services.participation.api.answers import ResourceDetail, resource_detail
from services.participation.api.door import (
    KEEPERS,
    MAY_WRITE,
    STAFF,
    IfMatch,
    routes,
    same_version,
    unknown,
)
from services.participation.api.writing import Write
from services.participation.models import Resource
from services.participation.resource import LISTED, NewResource, ResourceFields, Status, Withdrawal
from services.participation.store.directory import alike
from services.participation.store.resources import (
    assure_resource,
    correct_resource,
    current_fields,
    enter_resource,
    find_resource,
    private_of,
    publish_resource,
    withdraw_resource,
)

router = routes("地域資源 / resources")

Keeper = Annotated[Principal, Depends(MAY_WRITE)]
Reader = Annotated[Principal, Depends(STAFF)]


@router.post("/resources", response_model=ResourceDetail, status_code=201)
async def enter(
    sent: NewResource,
    write: Write,
) -> JSONResponse:
    """Enter a resource as a draft; with `publish` it is listed at once.

    One that is like an entry already there is refused with those entries, until `not_a_duplicate`.
    """
    refuse_my_number(sent.model_dump(mode="json"))

    async def act() -> ResourceDetail:
        if not sent.not_a_duplicate:
            refuse_alike(await alike(write.session, sent.name, sent.organiser, sent.daily_area))
        resource = await enter_resource(write.session, write.ctx.vault, sent, write.by, write.now)
        if sent.publish:
            await publish_resource(write.session, resource, write.by, today(), write.now)
        return await _noted(write, resource, "resource.enter")

    return await write.once(act, status=201)


@router.get("/resources/{resource_id}")
async def resource(
    resource_id: UUID,
    response: Response,
    caller: Reader,
    ctx: Ctx,
    session: Session,
) -> ResourceDetail:
    """One resource; its contact for those who place people, and each look at it is recorded."""
    found = await find_resource(session, resource_id)
    if found is None:
        raise unknown("resource", "地域資源")
    response.headers.update(etag(found.version))
    private = await _private_for(session, ctx, caller, found)
    if any(private.values()) and found.sealed is not None:
        await audit(session, caller, "resource.private.read", "resource", str(resource_id))
    return resource_detail(found, private)


@router.patch("/resources/{resource_id}")
async def correct(
    resource_id: UUID,
    sent: ResourceFields,
    response: Response,
    caller: Keeper,
    ctx: Ctx,
    session: Session,
    if_match: IfMatch = None,
) -> ResourceDetail:
    """Correct the fields that are sent; `If-Match` names the version that was read."""
    refuse_my_number(sent.model_dump(mode="json", exclude_unset=True))
    found = await _locked(session, resource_id)
    same_version(found.version, if_match)
    before = await current_fields(session, ctx.vault, found)
    try:
        fields = ResourceFields.model_validate(before | sent.written())
        await correct_resource(session, ctx.vault, found, fields, caller.sub, datetime.now(UTC))
    except ValidationError as error:
        raise validation_problem(list(error.errors())) from None
    except ValueError:
        raise Problem(
            409,
            "capacity-below-held",
            ja="現在の受け入れ人数を下回る定員にはできません",
            en="More places are held than this capacity has",
            field="capacity",
            held=found.held,
        ) from None
    response.headers.update(etag(found.version))
    return await _changed(session, ctx, caller, found, "resource.correct")


@router.post("/resources/{resource_id}/publication", response_model=ResourceDetail)
async def publish(
    resource_id: UUID,
    write: Write,
) -> JSONResponse:
    """List the resource on 地域資源見える化."""

    async def act() -> ResourceDetail:
        found = await _locked(write.session, resource_id)
        await publish_resource(write.session, found, write.by, today(), write.now)
        return await _noted(write, found, "resource.publish")

    return await write.once(act)


@router.post("/resources/{resource_id}/withdrawal", response_model=ResourceDetail)
async def withdraw(
    resource_id: UUID,
    sent: Withdrawal,
    write: Write,
) -> JSONResponse:
    """Take the resource off the list."""

    async def act() -> ResourceDetail:
        found = await _locked(write.session, resource_id)
        if found.status == Status.DRAFT:
            raise _not_in_this_status(found)
        await withdraw_resource(write.session, found, sent.reason, write.by, today(), write.now)
        return await _noted(write, found, "resource.withdraw")

    return await write.once(act)


@router.post("/resources/{resource_id}/assurance", response_model=ResourceDetail)
async def assure(
    resource_id: UUID,
    write: Write,
) -> JSONResponse:
    """The caller has made sure that what is listed is still so."""

    async def act() -> ResourceDetail:
        found = await _locked(write.session, resource_id)
        if found.status not in LISTED:
            raise _not_in_this_status(found)
        await assure_resource(write.session, found, write.by, today(), write.now)
        return await _noted(write, found, "resource.assure")

    return await write.once(act)


async def _locked(session: AsyncSession, resource_id: UUID) -> Resource:
    found = await find_resource(session, resource_id, lock=True)
    if found is None:
        raise unknown("resource", "地域資源")
    return found


async def _private_for(
    session: AsyncSession, ctx: Context, caller: Principal, found: Resource
) -> dict[str, str | None]:
    if caller.has(*KEEPERS):
        return await private_of(session, ctx.vault, found)
    return {"contact": None, "place": found.place}


async def _noted(write: Writing, found: Resource, action: str) -> ResourceDetail:
    """An answer that is kept with its Idempotency-Key: without what lies sealed."""
    await write.done(action, found.resource_id)
    return resource_detail(found, {"contact": None})


async def _changed(
    session: AsyncSession, ctx: Context, caller: Principal, found: Resource, action: str
) -> ResourceDetail:
    await session.flush()
    await audit(session, caller, action, "resource", str(found.resource_id))
    return resource_detail(found, await private_of(session, ctx.vault, found))


def refuse_alike(found: list[Resource]) -> None:
    """Raises Problem 409 `resource-alike` with the entries that may be the same place."""
    if not found:
        return
    raise Problem(
        409,
        "resource-alike",
        ja="同じかもしれない地域資源がすでに登録されています",
        en="An entry like this one is in the directory already",
        field="name",
        candidates=[
            {"resource_id": str(one.resource_id), "name": one.name, "organiser": one.organiser}
            for one in found
        ],
    )


def _not_in_this_status(found: Resource) -> Problem:
    return Problem(
        409,
        "resource-status",
        ja="公開されていない地域資源にはこの操作はできません",
        en="Not possible for a resource that is not listed",
        resource_status=found.status,
    )
