"""Personal data at rest: envelope encryption, one data key per person or case.

A data key is made when its owner's first text is sealed, and stored wrapped by a master key.
Destroying the data key destroys everything sealed under it, in backups too (retention).
"""

import os
from collections.abc import Sequence
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.keys import NONCE_BYTES, KeyRing
from chassis.tables import DATA_KEY

DATA_KEY_BYTES = 32


class Vault:
    """Seals texts for an owner: `("person", id)` or `("case", id)`."""

    def __init__(self, master_keys: str) -> None:
        self._master = KeyRing(master_keys)

    async def seal(
        self, session: AsyncSession, owner_kind: str, owner_id: UUID, text: str
    ) -> bytes:
        """The text encrypted. Raises ValueError if the owner's key was destroyed."""
        key = await self._data_key(session, owner_kind, owner_id)
        if key is None:
            key = await self._make_data_key(session, owner_kind, owner_id)
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(key).encrypt(nonce, text.encode(), owner_id.bytes)

    async def open(
        self, session: AsyncSession, owner_kind: str, owner_id: UUID, sealed: bytes
    ) -> str | None:
        """The text, or None if its data key was destroyed."""
        key = await self._data_key(session, owner_kind, owner_id)
        if key is None:
            return None
        plain = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner_id.bytes)
        return plain.decode()

    async def open_all(
        self, session: AsyncSession, owner_kind: str, owner_id: UUID, sealed: Sequence[bytes]
    ) -> list[str | None]:
        """Several texts of one owner in their order, with one look for the key."""
        key = await self._data_key(session, owner_kind, owner_id) if sealed else None
        if key is None:
            return [None] * len(sealed)
        cipher = AESGCM(key)
        return [
            cipher.decrypt(text[:NONCE_BYTES], text[NONCE_BYTES:], owner_id.bytes).decode()
            for text in sealed
        ]

    async def destroy(self, session: AsyncSession, owner_kind: str, owner_id: UUID) -> None:
        """Destroy an owner's data key, and with it every text sealed under it."""
        await session.execute(
            update(DATA_KEY)
            .where(DATA_KEY.c.owner_kind == owner_kind, DATA_KEY.c.owner_id == owner_id)
            .values(wrapped=None, destroyed_at=func.now())
        )

    async def _data_key(
        self, session: AsyncSession, owner_kind: str, owner_id: UUID
    ) -> bytes | None:
        row = (
            await session.execute(
                select(DATA_KEY.c.key_id, DATA_KEY.c.wrapped).where(
                    DATA_KEY.c.owner_kind == owner_kind, DATA_KEY.c.owner_id == owner_id
                )
            )
        ).one_or_none()
        if row is None or row.wrapped is None:
            return None
        return self._master.decrypt(row.key_id, row.wrapped, owner_id.bytes)

    async def _make_data_key(self, session: AsyncSession, owner_kind: str, owner_id: UUID) -> bytes:
        made = os.urandom(DATA_KEY_BYTES)
        key_id, wrapped = self._master.encrypt(made, owner_id.bytes)
        await session.execute(
            insert(DATA_KEY)
            .values(owner_kind=owner_kind, owner_id=owner_id, key_id=key_id, wrapped=wrapped)
            .on_conflict_do_nothing()
        )
        # Another transaction may have made the key first, or the key may have been destroyed.
        key = await self._data_key(session, owner_kind, owner_id)
        if key is None:
            raise ValueError(f"the data key of this {owner_kind} was destroyed")
        return key
