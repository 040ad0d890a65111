"""Files of activity lines: kept until all rows are read, and taken in a chunk at a time.

A chunk's lines, its facts, and how far the file has come are one transaction. A reader that is
killed leaves the file where it was; another goes on when the lease has run out.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from chassis.vault import Vault
from contracts.events import new_id
from services.intake.models import ReportFile, ReportFileRows

OWNER = "report-file"
"""What the vault's data key of a file belongs to."""

LEASE = timedelta(seconds=15)
"""How long a file stays with a reader of whom nothing is heard."""


async def keep_file(
    session: AsyncSession,
    vault: Vault,
    sender: Principal,
    content: bytes,
    *,
    dry_run: bool,
    late: bool,
) -> ReportFile:
    """Keep a file until it has been read."""
    file_id = new_id()
    file = ReportFile(
        file_id=file_id,
        sender=sender.sub,
        principal=sender.model_dump(mode="json", exclude={"name"}),
        sent_at=datetime.now(UTC),
        digest=hashlib.sha256(content).hexdigest(),
        size=len(content),
        dry_run=dry_run,
        late=late,
        status="waiting",
        other_sheets=[],
        sealed=await vault.seal(session, OWNER, file_id, content.decode("latin-1")),
    )
    session.add(file)
    await session.flush()
    return file


async def content_of(session: AsyncSession, vault: Vault, file: ReportFile) -> bytes:
    """The file itself. Raises ValueError if it is gone."""
    text = await vault.open(session, OWNER, file.file_id, file.sealed) if file.sealed else None
    if text is None:
        raise ValueError("the file is gone")
    return text.encode("latin-1")


async def claim_file(session: AsyncSession) -> ReportFile | None:
    """The oldest file that nobody reads, now the caller's."""
    now = datetime.now(UTC)
    file: ReportFile | None = await session.scalar(
        select(ReportFile)
        .where(
            col(ReportFile.status).in_(("waiting", "running")),
            or_(col(ReportFile.leased_until).is_(None), col(ReportFile.leased_until) < now),
        )
        .order_by(col(ReportFile.sent_at))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if file is not None:
        file.status = "running"
        file.leased_until = now + LEASE
    return file


async def held_file(session: AsyncSession, file_id: UUID, rows_done: int) -> ReportFile | None:
    """The file, locked, with its lease renewed; None if another reader has gone on with it."""
    file = await session.get(ReportFile, file_id, with_for_update=True)
    if file is None or file.status != "running" or file.rows_done != rows_done:
        return None
    file.leased_until = datetime.now(UTC) + LEASE
    return file


async def keep_rows(
    session: AsyncSession, vault: Vault, file_id: UUID, rows: Sequence[dict[str, Any]]
) -> None:
    """Keep rows that somebody should look at: {row, cells, faults}."""
    if rows:
        text = json.dumps(list(rows), ensure_ascii=False)
        session.add(
            ReportFileRows(
                file_id=file_id,
                first_row=rows[0]["row"],
                last_row=rows[-1]["row"],
                sealed=await vault.seal(session, OWNER, file_id, text),
            )
        )


async def rows_to_look_at(
    session: AsyncSession, vault: Vault, file_id: UUID, after: int
) -> list[dict[str, Any]]:
    """The next kept rows behind row `after`, a chunk at a time; empty when there are no more."""
    chunk: ReportFileRows | None = await session.scalar(
        select(ReportFileRows)
        .where(col(ReportFileRows.file_id) == file_id, col(ReportFileRows.last_row) > after)
        .order_by(col(ReportFileRows.first_row))
        .limit(1)
    )
    if chunk is None:
        return []
    rows = json.loads(await vault.open(session, OWNER, file_id, chunk.sealed) or "[]")
    return [row for row in rows if row["row"] > after]


async def find_file(
    session: AsyncSession, file_id: UUID, *, lock: bool = False
) -> ReportFile | None:
    return await session.get(ReportFile, file_id, with_for_update=lock)


async def files_of(session: AsyncSession, sender: str, limit: int) -> list[ReportFile]:
    """What somebody sent, the latest first."""
    rows = await session.scalars(
        select(ReportFile)
        .where(col(ReportFile.sender) == sender)
        .order_by(col(ReportFile.sent_at).desc())
        .limit(limit)
    )
    return list(rows)


async def send_after_trial(session: AsyncSession, file: ReportFile) -> None:
    """Take a file in that was only tried; its rows are judged anew."""
    for name in ("percent", "rows_done", "accepted", "already_reported", "differing", "refused"):
        setattr(file, name, 0)
    file.dry_run, file.status, file.leased_until = False, "waiting", None
    kept = await session.scalars(
        select(ReportFileRows).where(col(ReportFileRows.file_id) == file.file_id)
    )
    for chunk in kept:
        await session.delete(chunk)
