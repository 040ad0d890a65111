"""Food pantries over HTTP: a day, the proposal by the rule of allocation, what each group took."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Session
from contracts.calendar import today
from contracts.events import new_id
from services.participation.api.door import STAFF
from services.participation.api.food import MARGIN, MOST, LotView, Quantity, lot_view, stock_short
from services.participation.api.writing import Write, records
from services.participation.fields import DailyArea, Line, Sent, Why, past_day
from services.participation.food import Asking, Offered, allocate, keeps
from services.participation.models import Group, Lot, Pantry
from services.participation.refusals import missing, refuse
from services.participation.store import food as store
from services.participation.store.food import StockShortError
from services.participation.store.groups import find_group, groups_by_id

router = records("フードパントリー / pantries")

ON_PAGE = 100


class NewPantry(Sent):
    on: date = Field(title="実施日")
    place: Line = Field(title="場所")
    daily_area: DailyArea | None = Field(None, title="日常生活圏域")


class LineOut(Sent):
    lot_id: UUID = Field(title="在庫")
    quantity: Quantity = Field(title="数量")


class NewHandOver(Sent):
    group_id: UUID = Field(title="団体")
    households: Annotated[int, Field(ge=0, le=MOST, strict=True)] = Field(title="世帯数")
    lines: list[LineOut] = Field(title="渡す食料", min_length=1, max_length=200)


class TakingBack(Sent):
    reason: Why


class LineView(BaseModel):
    lot_id: UUID
    item: str
    unit: str
    quantity: int


class HandOverView(BaseModel):
    hand_over_id: UUID
    group_id: UUID
    group_name: str
    households: int
    withdrawn: bool
    by: str
    at: datetime
    lines: list[LineView]


class PantryView(BaseModel):
    pantry_id: UUID
    on: date
    place: str
    daily_area: str | None
    status: str


class PantryList(BaseModel):
    pantries: list[PantryView]


class PantryDetail(PantryView):
    hand_overs: list[HandOverView]


class ShareView(BaseModel):
    group_id: UUID
    group_name: str
    households: int
    lines: list[LineView]


class Proposal(BaseModel):
    """Who could take what, by the rule of allocation; nothing is moved yet."""

    shares: list[ShareView]
    lots: list[LotView]


@router.post("/pantries", response_model=PantryView, status_code=201)
async def open_pantry(sent: NewPantry, write: Write) -> JSONResponse:
    """A day on which food is handed over to groups; it may lie ahead."""

    async def act() -> PantryView:
        made = Pantry(
            pantry_id=new_id(), on_date=sent.on, status="open", **sent.model_dump(exclude={"on"})
        )
        write.session.add(made)
        await write.done("pantry.open", made.pantry_id)
        return _pantry(made)

    return await write.once(act, status=201)


@router.get("/pantries", dependencies=[Depends(STAFF)])
async def pantry_list(session: Session) -> PantryList:
    found = await store.list_pantries(session, ON_PAGE)
    return PantryList(pantries=[_pantry(one) for one in found])


@router.get("/pantries/{pantry_id}", dependencies=[Depends(STAFF)])
async def read_pantry(pantry_id: UUID, session: Session) -> PantryDetail:
    return await _detail(session, await _found(session, pantry_id))


@router.get("/pantries/{pantry_id}/proposal", dependencies=[Depends(STAFF)])
async def propose(
    pantry_id: UUID,
    session: Session,
    groups: Annotated[list[UUID], Query(max_length=100)],
) -> Proposal:
    """What each of these groups could take: what must be eaten first goes first, by households."""
    pantry = await _found(session, pantry_id)
    asked = await groups_by_id(session, groups)
    lots = {lot.lot_id: lot for lot in await store.lots_in_stock(session)}
    given = [
        Offered(lot.lot_id, lot.on_hand, lot.best_before)
        for lot in lots.values()
        if lot.status == "in-stock" and keeps(lot.best_before, pantry.on_date, MARGIN)
    ]
    asking = [Asking(one.group_id, max(one.households, 1)) for one in asked.values()]
    shares = allocate(given, asking)
    return Proposal(
        shares=[
            ShareView(
                group_id=one.group_id,
                group_name=one.name,
                households=one.households,
                lines=[
                    _line(lots[share.lot_id], share.quantity)
                    for share in shares
                    if share.group_id == one.group_id
                ],
            )
            for one in asked.values()
        ],
        lots=[lot_view(lots[offered.lot_id], pantry.on_date) for offered in given],
    )


@router.post("/pantries/{pantry_id}/hand-overs", response_model=HandOverView, status_code=201)
async def hand_over(pantry_id: UUID, sent: NewHandOver, write: Write) -> JSONResponse:
    """A group takes its food: the stock goes down, and the group counts for the year."""

    async def act() -> HandOverView:
        pantry = await _found(write.session, pantry_id, lock=True)
        past_day(pantry.on_date)
        group = await find_group(write.session, sent.group_id)
        if group is None or not group.active:
            raise refuse(422, "value-unknown", "group_id")
        for one in await store.hand_overs_of(write.session, pantry_id):
            if one.group_id == sent.group_id and not one.withdrawn:
                raise refuse(409, "group-served", "group_id")
        lines: dict[UUID, int] = {}
        for line in sent.lines:
            lines[line.lot_id] = lines.get(line.lot_id, 0) + line.quantity
        lots = await store.lock_lots(write.session, sorted(lines))
        for place, line in enumerate(sent.lines):
            _check(lots.get(line.lot_id), pantry, f"lines.{place}.lot_id")
        try:
            made = await store.hand_over(
                write.session, pantry, group, sent.households, lots, lines, write.by, write.now
            )
        except StockShortError as short:
            place = next(n for n, line in enumerate(sent.lines) if line.lot_id == short.lot_id)
            raise stock_short(short, f"lines.{place}.quantity") from None
        await write.done("pantry.hand-over", made.hand_over_id, group=group.code)
        detail = await _detail(write.session, pantry)
        return next(one for one in detail.hand_overs if one.hand_over_id == made.hand_over_id)

    return await write.once(act, status=201)


@router.post("/hand-overs/{hand_over_id}/withdrawal", response_model=PantryDetail)
async def take_back(hand_over_id: UUID, sent: TakingBack, write: Write) -> JSONResponse:
    """It did not happen: the food is back in the store, the group is not counted for it."""

    async def act() -> PantryDetail:
        made = await store.find_hand_over(write.session, hand_over_id)
        if made is None:
            raise missing("hand-over")
        if made.withdrawn:
            raise refuse(409, "already-withdrawn")
        await store.take_back(write.session, made, today(), sent.reason, write.by, write.now)
        await write.done("pantry.take-back", hand_over_id, why=sent.reason)
        return await _detail(write.session, await _found(write.session, made.pantry_id))

    return await write.once(act)


def _check(lot: Lot | None, pantry: Pantry, field: str) -> None:
    if lot is None:
        raise refuse(422, "value-unknown", field)
    if lot.status == "recalled":
        raise refuse(409, "food-recalled", field)
    if not keeps(lot.best_before, pantry.on_date, MARGIN):
        raise refuse(409, "food-past-date", field)


def _pantry(pantry: Pantry) -> PantryView:
    return PantryView(**pantry.model_dump(exclude={"on_date"}), on=pantry.on_date)


def _line(lot: Lot, quantity: int) -> LineView:
    return LineView(lot_id=lot.lot_id, item=lot.item, unit=lot.unit, quantity=quantity)


async def _found(session: AsyncSession, pantry_id: UUID, *, lock: bool = False) -> Pantry:
    pantry = await store.find_pantry(session, pantry_id, lock=lock)
    if pantry is None:
        raise missing("pantry")
    return pantry


async def _detail(session: AsyncSession, pantry: Pantry) -> PantryDetail:
    made = await store.hand_overs_of(session, pantry.pantry_id)
    moves = await store.moves_of_hand_overs(session, [one.hand_over_id for one in made])
    groups = await groups_by_id(session, [one.group_id for one in made])
    lots = await store.lots_by_id(session, [one.lot_id for one in moves])
    return PantryDetail(
        **_pantry(pantry).model_dump(),
        hand_overs=[
            HandOverView(
                **one.model_dump(exclude={"pantry_id"}),
                group_name=_name(groups.get(one.group_id)),
                lines=[
                    _line(lots[move.lot_id], -move.quantity)
                    for move in moves
                    if move.hand_over_id == one.hand_over_id and move.kind == "out"
                ],
            )
            for one in made
        ],
    )


def _name(group: Group | None) -> str:
    return group.name if group else ""
