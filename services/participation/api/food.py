"""The food network's stock over HTTP: taken in, counted, thrown away, recalled."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Session
from contracts.calendar import today
from contracts.community import food_categories
from contracts.events import new_id
from contracts.policies import Policy
from services.participation.api.door import STAFF
from services.participation.api.writing import Write, records
from services.participation.fields import Line, Sent, past_day, titled
from services.participation.food import keeps
from services.participation.models import Lot
from services.participation.refusals import missing, refuse
from services.participation.store import food as store
from services.participation.store.food import StockShortError

router = records("食料の在庫 / food stock")

MARGIN = Policy().food_margin
MOST = 10_000
Quantity = Annotated[int, Field(ge=1, le=MOST, strict=True)]


class NewLot(Sent):
    category: str = Field(title="分類", json_schema_extra=titled(food_categories()))
    item: Line = Field(title="品名")
    quantity: Quantity = Field(title="数量")
    unit: Literal["個", "袋", "箱", "本", "kg"] = Field("個", title="単位")
    best_before: date | None = Field(
        None, title="賞味期限・消費期限", description="期限のないもの(塩・砂糖など)は空欄"
    )
    storage: Line = Field("倉庫", title="保管場所")
    received_on: date = Field(title="受入日")
    drive_id: UUID | None = Field(None, title="フードドライブ")
    donor_id: UUID | None = Field(None, title="登録のある提供者")


class Disposal(Sent):
    quantity: Quantity = Field(title="数量")
    reason: Literal["past-date", "damaged", "other"] = Field(
        title="理由",
        json_schema_extra=titled(
            {"past-date": "期限切れ", "damaged": "破損・汚損", "other": "その他"}
        ),
    )


class Stocktaking(Sent):
    counted: Annotated[int, Field(ge=0, le=MOST, strict=True)] = Field(title="実際の数量")


class Recall(Sent):
    reason: Literal["maker", "ward", "other"] = Field(
        title="理由",
        json_schema_extra=titled({"maker": "製造者の回収", "ward": "区の判断", "other": "その他"}),
    )


class LotView(BaseModel):
    lot_id: UUID
    category: str
    category_label: str
    item: str
    unit: str
    storage: str
    best_before: date | None
    on_hand: int
    status: str
    received_on: date
    may_be_given: bool
    """Whether it may be handed over today: not recalled, and its date far enough away."""


class LotList(BaseModel):
    lots: list[LotView]


class MoveView(BaseModel):
    kind: str
    quantity: int
    on: date
    reason: str | None
    by: str
    at: datetime


class HeldBy(BaseModel):
    group_id: UUID
    code: str
    name: str


class LotDetail(LotView):
    moves: list[MoveView]
    held_by: list[HeldBy]
    """The groups that were given some of it: whom to tell when it is recalled."""


@router.post("/food-lots", response_model=LotView, status_code=201)
async def take_in(sent: NewLot, write: Write) -> JSONResponse:
    """Food comes into the store. What could not be handed out any more is not taken in."""

    async def act() -> LotView:
        past_day(sent.received_on, "received_on")
        if sent.category not in food_categories():
            raise refuse(422, "value-unknown", "category")
        if not keeps(sent.best_before, sent.received_on, MARGIN):
            raise refuse(422, "food-past-date", "best_before")
        lot = Lot(
            lot_id=new_id(), on_hand=0, status="in-stock", **sent.model_dump(exclude={"quantity"})
        )
        await store.take_in(write.session, lot, sent.quantity, write.by, write.now)
        await write.done("food-lot.enter", lot.lot_id)
        return lot_view(lot)

    return await write.once(act, status=201)


@router.get("/food-lots", dependencies=[Depends(STAFF)])
async def stock(session: Session) -> LotList:
    """What is in the store, what must be eaten first ahead."""
    return LotList(lots=[lot_view(lot) for lot in await store.lots_in_stock(session)])


@router.get("/food-lots/{lot_id}", dependencies=[Depends(STAFF)])
async def read_lot(lot_id: UUID, session: Session) -> LotDetail:
    """A lot with every move of it, and the groups that have some of it."""
    return await _detail(session, await _found(session, lot_id))


@router.post("/food-lots/{lot_id}/disposal", response_model=LotDetail)
async def dispose(lot_id: UUID, sent: Disposal, write: Write) -> JSONResponse:
    async def act() -> LotDetail:
        lot = await _found(write.session, lot_id, lock=True)
        try:
            await store.move(
                write.session,
                lot,
                "disposed",
                -sent.quantity,
                today(),
                write.by,
                write.now,
                reason=sent.reason,
            )
        except StockShortError as short:
            raise stock_short(short, "quantity") from None
        await write.done("food-lot.dispose", lot_id, quantity=sent.quantity)
        return await _detail(write.session, lot)

    return await write.once(act)


@router.post("/food-lots/{lot_id}/stocktaking", response_model=LotDetail)
async def take_stock(lot_id: UUID, sent: Stocktaking, write: Write) -> JSONResponse:
    """棚卸: what is really there; the difference is a move like any other."""

    async def act() -> LotDetail:
        lot = await _found(write.session, lot_id, lock=True)
        if lot.status == "recalled":
            raise refuse(409, "already-recalled")
        difference = sent.counted - lot.on_hand
        if not difference:
            raise refuse(422, "nothing-changed", "counted")
        await store.move(write.session, lot, "counted", difference, today(), write.by, write.now)
        await write.done("food-lot.count", lot_id, difference=difference)
        return await _detail(write.session, lot)

    return await write.once(act)


@router.post("/food-lots/{lot_id}/recall", response_model=LotDetail)
async def recall(lot_id: UUID, sent: Recall, write: Write) -> JSONResponse:
    """回収: nothing of it is handed over from now on; the answer names who has some of it."""

    async def act() -> LotDetail:
        lot = await _found(write.session, lot_id, lock=True)
        if lot.status == "recalled":
            raise refuse(409, "already-recalled")
        await store.recall_lot(write.session, lot, today(), sent.reason, write.by, write.now)
        await write.done("food-lot.recall", lot_id, why=sent.reason)
        return await _detail(write.session, lot)

    return await write.once(act)


def stock_short(short: StockShortError, field: str) -> Exception:
    return refuse(409, "stock-short", field, lot_id=str(short.lot_id), on_hand=short.on_hand)


def lot_view(lot: Lot, on: date | None = None) -> LotView:
    return LotView(
        **lot.model_dump(exclude={"drive_id", "donor_id"}),
        category_label=food_categories().get(lot.category, lot.category),
        may_be_given=lot.status == "in-stock" and keeps(lot.best_before, on or today(), MARGIN),
    )


async def _found(session: AsyncSession, lot_id: UUID, *, lock: bool = False) -> Lot:
    lot = await store.find_lot(session, lot_id, lock=lock)
    if lot is None:
        raise missing("food-lot")
    return lot


async def _detail(session: AsyncSession, lot: Lot) -> LotDetail:
    return LotDetail(
        **lot_view(lot).model_dump(),
        moves=[
            MoveView(**one.model_dump(exclude={"lot_id", "on_date"}), on=one.on_date)
            for one in await store.moves_of(session, lot.lot_id)
        ],
        held_by=[
            HeldBy(group_id=group.group_id, code=group.code, name=group.name)
            for group in await store.groups_with(session, lot.lot_id)
        ],
    )
