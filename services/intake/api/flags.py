"""Flags that guard a person, and who has looked at one. They expire by themselves."""

from datetime import datetime
from uuid import UUID

from fastapi import Depends
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime
from sqlalchemy import select

from chassis.audit import audit
from chassis.auth import Caller
from chassis.context import Ctx, Session
from chassis.tables import AUDIT
from chassis.writing import Write
from contracts.calendar import today
from services.intake import flags
from services.intake.access import DECIDERS, WARD
from services.intake.api.door import body_without_my_number, routes
from services.intake.api.family_answers import AddressView, FlagView, LooksView, LookView
from services.intake.api.views import flag_view, reader
from services.intake.duplicates import Identity
from services.intake.family_submissions import AddressAsked, FlagEnding, NewFlag
from services.intake.faults import refuse
from services.intake.models import Person
from services.intake.sealing import Safe
from services.intake.store import flags as store

router = routes("注意と措置 / flags")
CLEAN = [Depends(body_without_my_number)]
MOST_LOOKS = 1000


@router.post(
    "/persons/{person_id}/flags",
    status_code=201,
    response_model=FlagView,
    summary="注意・支援措置の登録 / Set a flag",
    dependencies=CLEAN,
)
async def set_flag(
    person_id: UUID,
    sent: NewFlag,
    write: Write,
) -> JSONResponse:
    """支援措置は1年で、期限が来ると自動的に終わります。その間、住所と電話番号はどこにも表示されません。

    Address protection stands for a year; while it does, nobody is shown where the person lives.
    """
    needed = WARD if sent.kind == flags.ADDRESS_PROTECTION else None
    await reader(write.ctx, write.caller, "flag.set", str(person_id), needed)

    async def make() -> FlagView:
        person = await write.session.get(Person, person_id)
        if person is None:
            raise refuse(404, "person-unknown")
        flag = await store.set_flag(
            write.session, Safe.of(write.ctx), write.caller, person, sent, today()
        )
        await write.done("flag.set", person_id, of="person", flag=flag.kind)
        return flag_view(flag, today())

    return await write.once(make, status=201)


@router.post("/flags/{flag_id}/renewals", response_model=FlagView, summary="更新 / Renew a flag")
async def renew(
    flag_id: UUID,
    write: Write,
) -> JSONResponse:
    """支援措置は期限の1か月前から更新できます / From one month before its last day."""
    await reader(write.ctx, write.caller, "flag.renew", str(flag_id), WARD)

    async def once_more() -> FlagView:
        flag, person = await store.flag_of(write.session, flag_id)
        await store.renew_flag(write.session, flag, person, today())
        await write.done("flag.renew", person.person_id, of="person", flag=flag.kind)
        return flag_view(flag, today())

    return await write.once(once_more)


@router.post(
    "/flags/{flag_id}/end", response_model=FlagView, summary="終了 / End a flag before its time"
)
async def end(
    flag_id: UUID,
    sent: FlagEnding,
    write: Write,
) -> JSONResponse:
    await reader(write.ctx, write.caller, "flag.end", str(flag_id), WARD)

    async def stop() -> FlagView:
        flag, person = await store.flag_of(write.session, flag_id)
        await store.end_flag(write.session, write.caller, flag, person, today())
        await write.done("flag.end", person.person_id, of="person", why=sent.reason)
        return flag_view(flag, today())

    return await write.once(stop)


@router.post(
    "/persons/{person_id}/address",
    summary="保護中の住所の確認 / See a protected address",
)
async def reveal(
    person_id: UUID, sent: AddressAsked, caller: Caller, ctx: Ctx, session: Session
) -> AddressView:
    """理由を選んだ係長・調整担当だけが、その都度確認できます。記録に残ります。

    For the ward's coordinators and managers, each time with a reason, which is kept.
    """
    await reader(ctx, caller, "person.address", str(person_id), DECIDERS)
    person = await session.get(Person, person_id)
    if person is None:
        raise refuse(404, "person-unknown")
    who = await Safe.of(ctx).open_identity(session, person_id, person.sealed) or Identity()
    await audit(session, caller, "person.address", "person", str(person_id), need=sent.need)
    return AddressView(person_id=person_id, **who.model_dump(include=set(flags.HIDDEN)))


@router.get("/persons/{person_id}/looks", summary="閲覧の記録 / Who saw this person's record")
async def looks(
    person_id: UUID,
    caller: Caller,
    ctx: Ctx,
    session: Session,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> LooksView:
    """だれが、いつ、この人の記録を見たか(拒否も含む) / The newest first, refusals included."""
    await reader(ctx, caller, "looks.read", str(person_id), DECIDERS)
    chosen = [AUDIT.c.subject_kind == "person", AUDIT.c.subject_id == str(person_id)]
    if since is not None:
        chosen.append(AUDIT.c.at >= since)
    if until is not None:
        chosen.append(AUDIT.c.at <= until)
    rows = await session.execute(
        select(AUDIT).where(*chosen).order_by(AUDIT.c.id.desc()).limit(MOST_LOOKS)
    )
    await audit(session, caller, "looks.read", "person", str(person_id))
    return LooksView(items=[_look(row) for row in rows])


def _look(row: object) -> LookView:
    fields: dict[str, str | datetime | None] = {
        name: getattr(row, name) for name in LookView.model_fields
    }
    return LookView.model_validate(fields)
