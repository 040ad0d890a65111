"""Food drives and regular donors over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.context import Context, Ctx, Session
from contracts.events import new_id
from contracts.message import Private
from services.participation.api.door import KEEPERS, STAFF, page_end
from services.participation.api.food import MOST
from services.participation.api.writing import Reader, Write, records, same_version
from services.participation.fields import (
    Confirmed,
    DailyArea,
    Line,
    Reference,
    Sent,
    Version,
    Why,
    past_day,
    titled,
)
from services.participation.likeness import likeness
from services.participation.models import Donor, FoodDrive
from services.participation.refusals import missing, refuse
from services.participation.store import food as store

router = records("フードドライブ / food drives")

ON_PAGE = 100
DONOR_KINDS = {"person": "個人", "shop": "商店", "company": "企業", "group": "団体"}


class NewDrive(Sent):
    on: date = Field(title="実施日")
    place: Line = Field(title="場所")
    daily_area: DailyArea | None = Field(None, title="日常生活圏域")
    donors: Annotated[int, Field(ge=0, le=MOST, strict=True)] = Field(
        title="食料を提供した人の数", description="名前は必要ありません"
    )
    donor_id: UUID | None = Field(None, title="登録のある提供者")


class DriveCorrection(Sent):
    version: Version
    donors: Annotated[int, Field(ge=0, le=MOST, strict=True)] = Field(title="食料を提供した人の数")
    reason: Why


class DriveWithdrawal(Sent):
    reason: Why


class NewDonor(Sent):
    reference: Reference | None = Field(None, title="整理番号")
    kind: Literal["person", "shop", "company", "group"] = Field(
        title="種別", json_schema_extra=titled(DONOR_KINDS)
    )
    name: Line = Field(title="名前", description="暗号化して保管し、見た記録が残ります")
    contact: Annotated[str, Field(max_length=200)] | None = Field(None, title="連絡先")
    another: Confirmed = False


class DriveView(BaseModel):
    drive_id: UUID
    on: date
    place: str
    daily_area: str | None
    donors: int
    donor_id: UUID | None
    withdrawn: bool
    version: int


class DriveList(BaseModel):
    drives: list[DriveView]


class DonorView(BaseModel):
    donor_id: UUID
    reference: str | None
    kind: str
    active: bool
    registered_at: datetime
    name: Private
    """None for those who do not keep the records."""
    contact: Private


class DonorList(BaseModel):
    donors: list[DonorView]
    next: str | None


@router.post("/food-drives", response_model=DriveView, status_code=201)
async def enter_drive(sent: NewDrive, write: Write) -> JSONResponse:
    """One collection of a フードドライブ; its donors count for 2.13.food-drive-donors."""

    async def act() -> DriveView:
        past_day(sent.on)
        drive = FoodDrive(
            drive_id=new_id(),
            on_date=sent.on,
            withdrawn=False,
            version=1,
            by=write.by,
            at=write.now,
            **sent.model_dump(exclude={"on"}),
        )
        await store.enter_drive(write.session, drive, write.by, write.now)
        await write.done("food-drive.enter", drive.drive_id)
        return _drive(drive)

    return await write.once(act, status=201)


@router.get("/food-drives", dependencies=[Depends(STAFF)])
async def drive_list(session: Session) -> DriveList:
    return DriveList(drives=[_drive(one) for one in await store.list_drives(session, ON_PAGE)])


@router.post("/food-drives/{drive_id}/correction", response_model=DriveView)
async def correct_drive(drive_id: UUID, sent: DriveCorrection, write: Write) -> JSONResponse:
    async def act() -> DriveView:
        drive = await _standing_drive(write.session, drive_id)
        same_version(drive.version, sent.version)
        if drive.donors == sent.donors:
            raise refuse(422, "nothing-changed", "donors")
        await store.correct_drive(
            write.session, drive, sent.donors, sent.reason, write.by, write.now
        )
        await write.done("food-drive.correct", drive_id, why=sent.reason)
        return _drive(drive)

    return await write.once(act)


@router.post("/food-drives/{drive_id}/withdrawal", response_model=DriveView)
async def withdraw_drive(drive_id: UUID, sent: DriveWithdrawal, write: Write) -> JSONResponse:
    async def act() -> DriveView:
        drive = await _standing_drive(write.session, drive_id)
        await store.withdraw_drive(write.session, drive, sent.reason, write.by, write.now)
        await write.done("food-drive.withdraw", drive_id, why=sent.reason)
        return _drive(drive)

    return await write.once(act)


@router.post("/donors", response_model=DonorView, status_code=201)
async def enter_donor(sent: NewDonor, write: Write) -> JSONResponse:
    """Register somebody who gives regularly; who gives once at a food drive is only counted."""

    async def act() -> DonorView:
        donor = await register_donor(write.session, write.ctx, sent, write.by, write.now)
        await write.done("donor.enter", donor.donor_id)
        return await _donor(write.session, write.ctx, donor)

    return await write.once(act, status=201)


@router.get("/donors")
async def donor_list(
    caller: Reader,
    ctx: Ctx,
    session: Session,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> DonorList:
    """Donors; the names for those who keep the records, and each look at them is recorded."""
    rows = list(await store.list_donors(session, after=after, limit=limit + 1))
    shown, named = rows[:limit], caller.has(*KEEPERS)
    for row in shown if named else ():
        await audit(session, caller, "donor.read", "donor", str(row.donor_id))
    return DonorList(
        donors=[await _donor(session, ctx if named else None, row) for row in shown],
        next=page_end(rows, limit, lambda row: row.donor_id),
    )


async def register_donor(
    session: AsyncSession, ctx: Context, sent: NewDonor, by: str, now: datetime
) -> Donor:
    """Raises Problem 409 for a reference that is taken, or a likely duplicate not confirmed."""
    digests = likeness(ctx.settings, sent.name, sent.contact)
    if sent.reference and await store.donor_by_reference(session, sent.reference):
        raise refuse(409, "reference-taken", "reference")
    if not sent.another and (known := await store.donor_like(session, digests)):
        raise refuse(409, "possible-duplicate", "another", candidates=[str(known.donor_id)])
    return await store.enter_donor(
        session,
        ctx.vault,
        {"name": sent.name, "contact": sent.contact},
        reference=sent.reference,
        kind=sent.kind,
        likeness=digests[0],
        registered_by=by,
        registered_at=now,
    )


def _drive(drive: FoodDrive) -> DriveView:
    return DriveView(**drive.model_dump(exclude={"on_date", "by", "at"}), on=drive.on_date)


async def _standing_drive(session: AsyncSession, drive_id: UUID) -> FoodDrive:
    drive = await store.find_drive(session, drive_id, lock=True)
    if drive is None:
        raise missing("food-drive")
    if drive.withdrawn:
        raise refuse(409, "already-withdrawn")
    return drive


async def _donor(session: AsyncSession, ctx: Context | None, donor: Donor) -> DonorView:
    private: dict[str, str | None] = {"name": None, "contact": None}
    if ctx is not None:
        private = await store.private_of_donor(session, ctx.vault, donor)
    return DonorView(
        **donor.model_dump(include={"donor_id", "reference", "kind", "active", "registered_at"}),
        **private,
    )
