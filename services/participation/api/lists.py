"""Whole lists over HTTP: volunteers, donors, the day sheets of a month.

A list is tried (`dry_run`) or taken in. Good rows are kept, the others named, with a file of them
to be mended and sent again. A row that is there already changes nothing, so the same file twice
does nothing: a list needs no Idempotency-Key.
"""

import io
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.auth import Principal
from chassis.context import Context, Ctx, Session
from chassis.mynumber import fields_with_my_number
from chassis.problems import Problem, field_error, validation_problem
from chassis.spreadsheet import ADDED, TableRow, UnreadableFileError, read_table, write_mending
from chassis.spreadsheet.media import TABLE_AS_BODY
from services.participation import lists
from services.participation.api.day_sheets import NewSheet, check_day
from services.participation.api.food_drives import NewDonor, register_donor
from services.participation.api.volunteers import NewVolunteer, register_volunteer
from services.participation.api.writing import Keeper, records
from services.participation.fields import past_day
from services.participation.refusals import WORDS, refuse
from services.participation.store import food, venues, volunteers
from services.participation.store.venues import Day

router = records("名簿・日報の取込み / lists")

MOST_ROWS = 2_000
Kind = Literal["volunteers", "donors", "day-sheets"]
ROW_PROBLEM = ("この行は読み取れません", "The row cannot be read")


class RowFault(BaseModel):
    row: int = Field(description="As a spreadsheet numbers it")
    column: str
    code: str
    ja: str
    en: str


class ListAnswer(BaseModel):
    """What became of a list."""

    dry_run: bool
    counts: dict[str, int] = Field(
        examples=[{"rows": 3, "accepted": 1, "already_there": 1, "refused": 1}]
    )
    faults: list[RowFault]
    mending: str | None
    """The refused rows with their reasons, as CSV; mended, they can be sent again."""


class _Taking:
    """One list on its way in."""

    def __init__(self, session: AsyncSession, ctx: Context, caller: Principal, kind: Kind) -> None:
        self._session, self._ctx, self._caller, self._kind = session, ctx, caller, kind
        self._now = datetime.now(UTC)
        self._take: Callable[[dict[str, str]], Awaitable[bool]] = {
            "volunteers": self._volunteer,
            "donors": self._donor,
            "day-sheets": self._sheet,
        }[kind]

    async def row(self, row: TableRow) -> bool | list[dict[str, str]]:
        """Whether the row is new, or what is wrong with it; a refused row leaves nothing behind."""
        if row.problem is not None:
            ja, en = ROW_PROBLEM
            return [field_error("", row.problem.value, ja=ja, en=en)]
        cells = {name: cell for name, cell in row.cells.items() if name not in ADDED}
        if fields := sorted(set(fields_with_my_number(cells))):
            ja, en = WORDS["my-number-refused"]
            return [field_error(field, "my-number-refused", ja=ja, en=en) for field in fields]
        try:
            async with self._session.begin_nested():
                return await self._take(cells)
        except ValidationError as error:
            told: list[dict[str, str]] = validation_problem(list(error.errors())).more["errors"]
            return told
        except Problem as problem:
            faults: list[dict[str, str]] = problem.more.get("errors") or [
                field_error("", problem.code, ja=problem.ja, en=problem.en)
            ]
            return faults

    async def _volunteer(self, cells: dict[str, str]) -> bool:
        sent = NewVolunteer.model_validate(lists.volunteer_body(cells))
        if sent.reference is None:
            raise refuse(422, "reference-needed", "reference")
        if await volunteers.by_reference(self._session, sent.reference):
            return False
        made = await register_volunteer(self._session, self._ctx, sent, self._caller.sub, self._now)
        await self._done("volunteer.enter", made.volunteer_id)
        return True

    async def _donor(self, cells: dict[str, str]) -> bool:
        sent = NewDonor.model_validate(lists.donor_body(cells))
        if sent.reference is None:
            raise refuse(422, "reference-needed", "reference")
        if await food.donor_by_reference(self._session, sent.reference):
            return False
        made = await register_donor(self._session, self._ctx, sent, self._caller.sub, self._now)
        await self._done("donor.enter", made.donor_id)
        return True

    async def _sheet(self, cells: dict[str, str]) -> bool:
        venue = await venues.venue_by_code_or_name(self._session, cells.get("venue", ""))
        if venue is None:
            raise refuse(422, "value-unknown", "venue")
        sent = NewSheet.model_validate(lists.sheet_body(cells, venue.channel))
        past_day(sent.on)
        check_day(venue, sent.on, sent)
        known = await venues.sheet_of_day(self._session, venue.venue_id, sent.on)
        if known is not None:
            if known.values == sent.values:
                return False
            raise refuse(409, "day-sheet-exists", "on")
        day = Day(sent.on, sent.values, sent.opens_at, sent.closes_at, sent.remark)
        made = await venues.enter_sheet(
            self._session, self._ctx.vault, venue, day, self._caller.sub, self._now
        )
        if made is None:
            raise refuse(409, "day-sheet-exists", "on")
        await self._done("day-sheet.enter", made.sheet_id)
        return True

    async def _done(self, action: str, subject: Any) -> None:
        await audit(self._session, self._caller, action, action.partition(".")[0], str(subject))


@router.post(
    "/lists/{kind}",
    openapi_extra=TABLE_AS_BODY,
)
async def take_list(
    kind: Kind,
    request: Request,
    caller: Keeper,
    ctx: Ctx,
    session: Session,
    dry_run: Annotated[bool, Query(description="確認のみ / Judge the rows, keep none")] = False,
) -> ListAnswer:
    """CSV (UTF-8, CP932) か .xlsx をそのまま送ります / The body is the file."""
    try:
        table = read_table(
            io.BytesIO(await request.body()),
            most_bytes=ctx.settings.max_body_bytes,
            heading=lists.field_of(kind),
        )
        rows = list(table.rows)
    except UnreadableFileError as error:
        raise refuse(422, "file-unreadable", None, problem=error.problem.value) from None
    if absent := [one for one in lists.NEEDED[kind] if one not in table.headings]:
        titles = "、".join(lists.HEADINGS[kind][one] for one in absent)
        raise refuse(422, "heading-missing", None, headings=titles)
    if len(rows) > MOST_ROWS:
        raise refuse(422, "rows-too-many", None, most=MOST_ROWS)
    taking = _Taking(session, ctx, caller, kind)
    async with session.begin_nested() as trial:
        outcomes = [(row, await taking.row(row)) for row in rows]
        if dry_run:
            await trial.rollback()
    return _answer(kind, table.headings, outcomes, dry_run)


def _answer(
    kind: Kind,
    headings: tuple[str, ...],
    outcomes: list[tuple[TableRow, bool | list[dict[str, str]]]],
    dry_run: bool,
) -> ListAnswer:
    titles = lists.HEADINGS[kind]
    refused = [(row, told) for row, told in outcomes if isinstance(told, list)]

    def column(field: str) -> str:
        name = field.removeprefix("values.").split(".")[0]
        return titles.get(name) or lists.item_label(name)

    mending = io.BytesIO()
    write_mending(
        mending,
        [titles.get(name, name) for name in headings],
        (
            (
                {titles.get(name, name): cell for name, cell in row.cells.items()},
                [(column(fault["field"]), fault["ja"]) for fault in told],
            )
            for row, told in refused
        ),
    )
    return ListAnswer(
        dry_run=dry_run,
        counts={
            "rows": len(outcomes),
            "accepted": sum(told is True for _, told in outcomes),
            "already_there": sum(told is False for _, told in outcomes),
            "refused": len(refused),
        },
        faults=[
            RowFault(
                row=row.number,
                column=column(fault["field"]),
                code=fault["code"],
                ja=fault["ja"],
                en=fault["en"],
            )
            for row, told in refused
            for fault in told
        ],
        mending=mending.getvalue().decode("utf-8") if refused else None,
    )
