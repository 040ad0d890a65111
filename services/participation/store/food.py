"""The food network's stock: every change is a move, and a lot holds the sum of its moves.

Lots are locked in the order of their ids, so that two hand-overs never wait for each other in a
circle; the database itself refuses a lot below zero.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.vault import Vault
from contracts.catalogue import basic_area_of
from contracts.events import new_id
from services.participation.models import Donor, FoodDrive, Group, HandOver, Lot, Pantry, StockMove
from services.participation.store.work import count_work, withdraw_work
from services.participation.work import Figure

CHANNEL = "food-network"
DRIVE_KIND, PANTRY_KIND = "food-drive-donor", "food-pantry-group"
DONOR_VAULT = "donor"


class StockShortError(Exception):
    """There is not so much in a lot. Carries the lot and what is there."""

    def __init__(self, lot: Lot) -> None:
        super().__init__("stock short")
        self.lot_id, self.on_hand = lot.lot_id, lot.on_hand


async def enter_donor(
    session: AsyncSession, vault: Vault, private: Mapping[str, str | None], **fields: Any
) -> Donor:
    donor_id = new_id()
    sealed = await vault.seal(
        session, DONOR_VAULT, donor_id, json.dumps(dict(private), ensure_ascii=False)
    )
    donor = Donor(donor_id=donor_id, sealed=sealed, active=True, **fields)
    session.add(donor)
    await session.flush()
    return donor


async def donor_like(session: AsyncSession, digests: Sequence[bytes]) -> Donor | None:
    rows = select(Donor).where(col(Donor.likeness).in_(digests)).limit(1)
    return (await session.scalars(rows)).first()


async def donor_by_reference(session: AsyncSession, reference: str) -> Donor | None:
    rows = select(Donor).where(col(Donor.reference) == reference)
    return (await session.scalars(rows)).one_or_none()


async def list_donors(session: AsyncSession, *, after: UUID | None, limit: int) -> Sequence[Donor]:
    rows = select(Donor).order_by(col(Donor.donor_id)).limit(limit)
    if after is not None:
        rows = rows.where(col(Donor.donor_id) > after)
    return (await session.scalars(rows)).all()


async def private_of_donor(session: AsyncSession, vault: Vault, donor: Donor) -> dict[str, Any]:
    opened = await vault.open(session, DONOR_VAULT, donor.donor_id, donor.sealed)
    return json.loads(opened) if opened else {"name": None, "contact": None}


async def enter_drive(session: AsyncSession, drive: FoodDrive, by: str, now: datetime) -> None:
    session.add(drive)
    await session.flush()
    await _count_drive(session, drive, by, now, "entered")


async def correct_drive(
    session: AsyncSession, drive: FoodDrive, donors: int, reason: str, by: str, now: datetime
) -> None:
    """Another number of donors; the counted work keeps the old one."""
    drive.donors = donors
    drive.version += 1
    await _count_drive(session, drive, by, now, reason)


async def withdraw_drive(
    session: AsyncSession, drive: FoodDrive, reason: str, by: str, now: datetime
) -> None:
    drive.withdrawn = True
    drive.version += 1
    await withdraw_work(session, drive.drive_id, reason, by, now)


async def find_drive(
    session: AsyncSession, drive_id: UUID, *, lock: bool = False
) -> FoodDrive | None:
    rows = select(FoodDrive).where(col(FoodDrive.drive_id) == drive_id)
    return (await session.scalars(rows.with_for_update() if lock else rows)).one_or_none()


async def list_drives(session: AsyncSession, limit: int) -> Sequence[FoodDrive]:
    rows = select(FoodDrive).order_by(col(FoodDrive.on_date).desc(), col(FoodDrive.drive_id))
    return (await session.scalars(rows.limit(limit))).all()


async def take_in(session: AsyncSession, lot: Lot, quantity: int, by: str, now: datetime) -> None:
    """A new lot comes into the store."""
    lot.on_hand = 0
    session.add(lot)
    await session.flush()
    await move(session, lot, "in", quantity, lot.received_on, by, now)


async def move(
    session: AsyncSession,
    lot: Lot,
    kind: str,
    quantity: int,
    on: date,
    by: str,
    now: datetime,
    *,
    hand_over_id: UUID | None = None,
    reason: str | None = None,
) -> None:
    """Something comes into a lot or goes out of it. The caller holds the lot's lock.

    Raises StockShortError if there is not so much; nothing is moved then.
    """
    if lot.on_hand + quantity < 0:
        raise StockShortError(lot)
    lot.on_hand += quantity
    session.add(
        StockMove(
            move_id=new_id(),
            lot_id=lot.lot_id,
            kind=kind,
            quantity=quantity,
            on_date=on,
            hand_over_id=hand_over_id,
            reason=reason,
            by=by,
            at=now,
        )
    )
    await session.flush()


async def find_lot(session: AsyncSession, lot_id: UUID, *, lock: bool = False) -> Lot | None:
    rows = select(Lot).where(col(Lot.lot_id) == lot_id)
    return (await session.scalars(rows.with_for_update() if lock else rows)).one_or_none()


async def lock_lots(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Lot]:
    rows = select(Lot).where(col(Lot.lot_id).in_(ids)).order_by(col(Lot.lot_id)).with_for_update()
    return {lot.lot_id: lot for lot in await session.scalars(rows)}


async def lots_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Lot]:
    rows = select(Lot).where(col(Lot.lot_id).in_(ids))
    return {lot.lot_id: lot for lot in await session.scalars(rows)}


async def lots_in_stock(session: AsyncSession, *, limit: int = 500) -> Sequence[Lot]:
    """What is there, what must be eaten first ahead."""
    rows = (
        select(Lot)
        .where(col(Lot.on_hand) > 0)
        .order_by(col(Lot.best_before).asc().nulls_last(), col(Lot.lot_id))
        .limit(limit)
    )
    return (await session.scalars(rows)).all()


async def moves_of(session: AsyncSession, lot_id: UUID) -> Sequence[StockMove]:
    rows = select(StockMove).where(col(StockMove.lot_id) == lot_id).order_by(col(StockMove.move_id))
    return (await session.scalars(rows)).all()


async def recall_lot(
    session: AsyncSession, lot: Lot, on: date, reason: str, by: str, now: datetime
) -> Sequence[Group]:
    """Take a lot out of the stock for good; the groups that have some of it, to be told."""
    lot.status = "recalled"
    if lot.on_hand:
        await move(session, lot, "recalled", -lot.on_hand, on, by, now, reason=reason)
    return await groups_with(session, lot.lot_id)


async def groups_with(session: AsyncSession, lot_id: UUID) -> Sequence[Group]:
    """The groups that were given something of a lot and did not bring all of it back."""
    holding = (
        select(HandOver.group_id)  # type: ignore[call-overload]
        .join(StockMove, col(StockMove.hand_over_id) == col(HandOver.hand_over_id))
        .where(col(StockMove.lot_id) == lot_id)
        .group_by(col(HandOver.group_id))
        .having(func.sum(col(StockMove.quantity)) < 0)
    )
    rows = select(Group).where(col(Group.group_id).in_(holding)).order_by(col(Group.code))
    return (await session.scalars(rows)).all()


async def find_pantry(
    session: AsyncSession, pantry_id: UUID, *, lock: bool = False
) -> Pantry | None:
    rows = select(Pantry).where(col(Pantry.pantry_id) == pantry_id)
    return (await session.scalars(rows.with_for_update() if lock else rows)).one_or_none()


async def list_pantries(session: AsyncSession, limit: int) -> Sequence[Pantry]:
    rows = select(Pantry).order_by(col(Pantry.on_date).desc(), col(Pantry.pantry_id)).limit(limit)
    return (await session.scalars(rows)).all()


async def hand_over(
    session: AsyncSession,
    pantry: Pantry,
    group: Group,
    households: int,
    lots: Mapping[UUID, Lot],
    lines: Mapping[UUID, int],
    by: str,
    now: datetime,
) -> HandOver:
    """Give a group its food and count it. The caller has locked the lots and judged their dates.

    Raises StockShortError.
    """
    made = HandOver(
        hand_over_id=new_id(),
        pantry_id=pantry.pantry_id,
        group_id=group.group_id,
        households=households,
        withdrawn=False,
        by=by,
        at=now,
    )
    session.add(made)
    await session.flush()
    for lot_id, quantity in lines.items():
        await move(
            session,
            lots[lot_id],
            "out",
            -quantity,
            pantry.on_date,
            by,
            now,
            hand_over_id=made.hand_over_id,
        )
    figure = Figure(
        PANTRY_KIND,
        CHANNEL,
        pantry.on_date,
        1,
        group=group.code,
        basic_area=_basic(pantry.daily_area),
    )
    await count_work(session, "pantry", made.hand_over_id, figure, by, now)
    return made


async def take_back(
    session: AsyncSession, made: HandOver, on: date, reason: str, by: str, now: datetime
) -> None:
    """The hand-over did not happen: its food is back in the store, and it counts nowhere.

    What was recalled in the meantime comes back and goes out again at once.
    """
    moved = await session.scalars(
        select(StockMove)
        .where(col(StockMove.hand_over_id) == made.hand_over_id)
        .order_by(col(StockMove.lot_id))
    )
    out = [one for one in moved if one.kind == "out"]
    lots = await lock_lots(session, [one.lot_id for one in out])
    for one in out:
        lot = lots[one.lot_id]
        more: dict[str, Any] = {"hand_over_id": made.hand_over_id, "reason": reason}
        await move(session, lot, "returned", -one.quantity, on, by, now, **more)
        if lot.status == "recalled":
            await move(session, lot, "recalled", one.quantity, on, by, now, reason="recalled")
    made.withdrawn = True
    await withdraw_work(session, made.hand_over_id, reason, by, now)


async def find_hand_over(session: AsyncSession, hand_over_id: UUID) -> HandOver | None:
    rows = select(HandOver).where(col(HandOver.hand_over_id) == hand_over_id)
    return (await session.scalars(rows.with_for_update())).one_or_none()


async def hand_overs_of(session: AsyncSession, pantry_id: UUID) -> Sequence[HandOver]:
    rows = select(HandOver).where(col(HandOver.pantry_id) == pantry_id)
    return (await session.scalars(rows.order_by(col(HandOver.hand_over_id)))).all()


async def moves_of_hand_overs(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[StockMove]:
    rows = select(StockMove).where(col(StockMove.hand_over_id).in_(ids))
    return (await session.scalars(rows.order_by(col(StockMove.move_id)))).all()


async def _count_drive(
    session: AsyncSession, drive: FoodDrive, by: str, now: datetime, reason: str
) -> None:
    figure = Figure(
        DRIVE_KIND, CHANNEL, drive.on_date, drive.donors, basic_area=_basic(drive.daily_area)
    )
    await count_work(session, "food-drive", drive.drive_id, figure, by, now, reason=reason)


def _basic(daily_area: str | None) -> str | None:
    return basic_area_of(daily_area) if daily_area else None
