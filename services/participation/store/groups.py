"""Community groups: entered once, found by their folded name."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.vault import Vault
from services.participation.models import Group

VAULT_KIND = "community-group"


async def enter_group(session: AsyncSession, group: Group) -> bool:
    """Keep a new group; False if its code or its name is there already."""
    made = await session.scalar(
        insert(Group)
        .values(**group.model_dump())
        .on_conflict_do_nothing()
        .returning(col(Group.group_id))
    )
    return made is not None


async def find_group(session: AsyncSession, group_id: UUID, *, lock: bool = False) -> Group | None:
    rows = select(Group).where(col(Group.group_id) == group_id)
    return (await session.scalars(rows.with_for_update() if lock else rows)).one_or_none()


async def group_named(session: AsyncSession, name_key: str) -> Group | None:
    rows = select(Group).where(col(Group.name_key) == name_key)
    return (await session.scalars(rows)).one_or_none()


async def groups_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Group]:
    """The groups, in the order of their codes."""
    rows = select(Group).where(col(Group.group_id).in_(ids)).order_by(col(Group.code))
    return {group.group_id: group for group in await session.scalars(rows)}


async def list_groups(
    session: AsyncSession, *, purpose: str | None, after: str | None, limit: int
) -> Sequence[Group]:
    rows = select(Group).order_by(col(Group.code)).limit(limit)
    if purpose is not None:
        rows = rows.where(col(Group.purposes).bool_op("@>")([purpose]))
    if after is not None:
        rows = rows.where(col(Group.code) > after)
    return (await session.scalars(rows)).all()


async def contact_of(session: AsyncSession, vault: Vault, group: Group) -> str | None:
    if group.sealed is None:
        return None
    return await vault.open(session, VAULT_KIND, group.group_id, group.sealed)


async def seal_contact(
    session: AsyncSession, vault: Vault, group_id: UUID, contact: str | None
) -> Any:
    return await vault.seal(session, VAULT_KIND, group_id, contact) if contact else None
