"""Files of resources: kept, taken in row by row, with what is wrong with each row."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.mynumber import fields_with_my_number
from chassis.problems import validation_problem
from chassis.vault import Vault
from contracts.calendar import today
from contracts.events import new_id
from services.participation.hsds import ForeignServiceError, fields_of
from services.participation.models import Resource, ResourceImport, ResourceImportFault
from services.participation.resource import NewResource, ResourceFields
from services.participation.resource_sheet import ANOTHER, HEADING_OF, ID, YES, CellError, fields_in
from services.participation.store.directory import alike
from services.participation.store.resources import (
    correct_resource,
    current_fields,
    enter_resource,
    find_resource,
    publish_resource,
)

VAULT_KIND = "resource-import"
MOST_FAULTS_OF_ROW = 10


@dataclass(frozen=True)
class Row:
    """One row of a file: cells of a table, or a service of HSDS."""

    number: int
    cells: dict[str, str] = field(default_factory=dict)
    service: Any = None
    problem: tuple[str, str, str] | None = None
    """Code, Japanese, English."""


@dataclass(frozen=True)
class Fault:
    field: str
    code: str
    ja: str
    en: str


class RowRefusedError(Exception):
    """The row cannot be taken in."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


class TakenBackError(Exception):
    """Ends a trial: what it did is undone."""


async def keep_file(
    session: AsyncSession,
    vault: Vault,
    sent: bytes,
    *,
    form: str,
    filename: str,
    dry_run: bool,
    publish: bool,
    by: str,
    now: datetime,
) -> ResourceImport:
    """Keep a file to be taken in; it is sealed, for it may hold contacts."""
    import_id = new_id()
    counts = dict.fromkeys(("total", "done", "made", "changed", "same", "refused"), 0)
    kept = ResourceImport(
        import_id=import_id,
        form=form,
        filename=filename,
        dry_run=dry_run,
        publish=publish,
        state="waiting",
        problem=None,
        sealed=await vault.seal(
            session, VAULT_KIND, import_id, base64.b64encode(sent).decode("ascii")
        ),
        sent_by=by,
        sent_at=now,
        finished_at=None,
        **counts,
    )
    session.add(kept)
    await session.flush()
    return kept


async def next_import(session: AsyncSession) -> ResourceImport | None:
    """The oldest file that waits and that nobody else is at, locked."""
    rows = select(ResourceImport).where(col(ResourceImport.state) == "waiting")
    rows = rows.order_by(col(ResourceImport.import_id)).limit(1).with_for_update(skip_locked=True)
    return (await session.execute(rows)).scalar_one_or_none()


async def fail_import(session: AsyncSession, job: ResourceImport, problem: str) -> None:
    """Nothing of the file can be read; it is not kept."""
    job.state, job.problem, job.sealed = "failed", problem, None
    job.finished_at = datetime.now(UTC)
    await session.flush()


async def take_in_rows(
    session: AsyncSession, vault: Vault, job: ResourceImport, rows: Sequence[Row]
) -> None:
    """Take in some rows and count them; the last ones finish the file."""
    outcomes: list[str] = []
    refused: list[tuple[int, tuple[Fault, ...]]] = []
    try:
        async with session.begin_nested():
            for row in rows:
                try:
                    async with session.begin_nested():
                        outcomes.append(await _take_in(session, vault, job, row))
                except RowRefusedError as error:
                    outcomes.append("refused")
                    refused.append((row.number, error.faults))
            if job.dry_run:
                raise TakenBackError
    except TakenBackError:
        await session.refresh(job)
    for number, faults in refused:
        await _note_faults(session, job.import_id, number, faults)
    job.done += len(rows)
    for name in ("made", "changed", "same", "refused"):
        setattr(job, name, getattr(job, name) + outcomes.count(name))
    if job.done >= job.total:
        job.state, job.finished_at = "done", datetime.now(UTC)
        if not (job.refused or job.dry_run):
            job.sealed = None
    await session.flush()


async def _take_in(session: AsyncSession, vault: Vault, job: ResourceImport, row: Row) -> str:
    """made · changed · same. Raises RowRefusedError."""
    key, written = _written(row)
    if found := sorted(set(fields_with_my_number(written))):
        raise RowRefusedError(*(_my_number(name) for name in found))
    existing = await find_resource(session, key, lock=True) if key else None
    if existing is None and key is not None and job.form == "table":
        raise RowRefusedError(
            Fault(ID, "resource-unknown", "このIDの地域資源はありません", "No such resource")
        )
    if existing is None:
        existing = await _same_entry(session, vault, row, written)
        if existing is not None:
            return "same"
        return await _enter(session, vault, job, key, written)
    return await _correct(session, vault, job, existing, written)


def _written(row: Row) -> tuple[UUID | None, dict[str, Any]]:
    if row.problem is not None:
        raise RowRefusedError(Fault("", *row.problem))
    if row.service is not None:
        try:
            return fields_of(row.service)
        except ForeignServiceError as error:
            raise RowRefusedError(
                *(
                    Fault(path, "hsds-invalid", f"HSDS 3.0 の形ではありません({said})", said)
                    for path, said in error.found
                )
            ) from None
    try:
        written = fields_in(row.cells)
        key = UUID(row.cells[ID]) if row.cells.get(ID) else None
    except CellError as error:
        raise RowRefusedError(Fault(error.heading, "cell-unreadable", error.ja, error.en)) from None
    except ValueError:
        raise RowRefusedError(
            Fault(ID, "id-unreadable", "IDの形が正しくありません", "Not an id")
        ) from None
    return key, written


async def _same_entry(
    session: AsyncSession, vault: Vault, row: Row, written: dict[str, Any]
) -> Resource | None:
    """The entry that says all that the row says. Raises RowRefusedError for one that is only like
    it, unless the row says that it is another."""
    name, organiser = str(written.get("name", "")), str(written.get("organiser", ""))
    found = await alike(session, name, organiser, written.get("daily_area"))
    for one in found:
        before = await current_fields(session, vault, one)
        if ResourceFields.model_validate(before) == _fields(before | written):
            return one
    if not found or row.cells.get(ANOTHER) == YES:
        return None
    named = "、".join(f"{one.name}({one.resource_id})" for one in found)
    raise RowRefusedError(
        Fault(
            HEADING_OF["name"] if row.service is None else "name",
            "resource-alike",
            f"同じかもしれない地域資源があります: {named}。訂正なら「{ID}」に、"
            f"別のものなら「{ANOTHER}」に「{YES}」と書いてください",
            "An entry like this one is in the directory already",
        )
    )


async def _enter(
    session: AsyncSession,
    vault: Vault,
    job: ResourceImport,
    key: UUID | None,
    written: dict[str, Any],
) -> str:
    try:
        fields = NewResource.model_validate(written)
    except ValidationError as error:
        raise RowRefusedError(*_faults(error, job.form)) from None
    now = datetime.now(UTC)
    made = await enter_resource(
        session, vault, fields, job.sent_by, now, resource_id=key, action="imported"
    )
    if job.publish:
        await publish_resource(session, made, job.sent_by, today(), now)
    return "made"


async def _correct(
    session: AsyncSession,
    vault: Vault,
    job: ResourceImport,
    existing: Resource,
    written: dict[str, Any],
) -> str:
    before = await current_fields(session, vault, existing)
    try:
        fields = ResourceFields.model_validate(before | written)
        different = await correct_resource(
            session, vault, existing, fields, job.sent_by, datetime.now(UTC), action="imported"
        )
    except ValidationError as error:
        raise RowRefusedError(*_faults(error, job.form)) from None
    except ValueError:
        raise RowRefusedError(
            Fault(
                HEADING_OF["capacity"],
                "capacity-below-held",
                "現在の受け入れ人数を下回る定員にはできません",
                "More places are held than this capacity has",
            )
        ) from None
    return "changed" if different else "same"


def _fields(written: dict[str, Any]) -> ResourceFields | None:
    try:
        return ResourceFields.model_validate(written)
    except ValidationError:
        return None


def _faults(error: ValidationError, form: str) -> list[Fault]:
    named = validation_problem(list(error.errors())).more["errors"]
    faults = []
    for one in named[:MOST_FAULTS_OF_ROW]:
        field_name = str(one["field"])
        head = HEADING_OF.get(field_name.split(".")[0], field_name)
        place = head if form == "table" else field_name
        faults.append(Fault(place, str(one["code"]), str(one["ja"]), str(one["en"])))
    return faults


def _my_number(name: str) -> Fault:
    return Fault(
        HEADING_OF.get(name.split(".")[0], name),
        "my-number-refused",
        "個人番号は登録できません",
        "An individual number (個人番号) is never stored here",
    )


async def _note_faults(
    session: AsyncSession, import_id: UUID, row: int, faults: Sequence[Fault]
) -> None:
    await session.execute(
        insert(ResourceImportFault),
        [
            {
                "import_id": import_id,
                "row": row,
                "place": place,
                "field": fault.field,
                "code": fault.code,
                "ja": fault.ja,
                "en": fault.en,
            }
            for place, fault in enumerate(faults)
        ],
    )


async def imports_of(session: AsyncSession, limit: int) -> Sequence[ResourceImport]:
    """The latest files, without what is in them."""
    rows = select(ResourceImport).order_by(col(ResourceImport.import_id).desc()).limit(limit)
    return (await session.scalars(rows)).all()


async def faults_of(
    session: AsyncSession, import_id: UUID, limit: int | None = None
) -> Sequence[ResourceImportFault]:
    rows = select(ResourceImportFault).where(col(ResourceImportFault.import_id) == import_id)
    rows = rows.order_by(col(ResourceImportFault.row), col(ResourceImportFault.place))
    return (await session.scalars(rows.limit(limit) if limit else rows)).all()
