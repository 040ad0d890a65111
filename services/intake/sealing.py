"""What is sealed and how: a person's identity under the person's key, a consultation's words
under the intake's. Destroying one key leaves the others readable."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Context
from chassis.vault import Vault
from services.intake.blind_index import BlindIndex
from services.intake.duplicates import Identity
from services.intake.submissions import Visitor

PERSON, INTAKE, HOUSEHOLD = "person", "intake", "household"


class Consultation(BaseModel):
    """The words of an intake: who came, what was said, the channel's own fields."""

    model_config = ConfigDict(frozen=True)

    text: str | None = None
    received_by: str | None = None
    visitor: Visitor | None = None
    details: dict[str, Any] = {}


@dataclass(frozen=True)
class Safe:
    """Seals, opens, and finds what is sealed."""

    vault: Vault
    index: BlindIndex

    @classmethod
    def of(cls, context: Context) -> "Safe":
        return cls(context.vault, BlindIndex.of(context.settings))

    async def seal_identity(self, session: AsyncSession, person: UUID, who: Identity) -> bytes:
        text = who.model_dump_json(exclude_none=True)
        return await self.vault.seal(session, PERSON, person, text)

    async def open_identity(
        self, session: AsyncSession, person: UUID, sealed: bytes
    ) -> Identity | None:
        """Who it is; None if the person's key was destroyed."""
        text = await self.vault.open(session, PERSON, person, sealed)
        return None if text is None else Identity.model_validate_json(text)

    async def seal_consultation(
        self, session: AsyncSession, intake: UUID, said: Consultation
    ) -> bytes:
        text = said.model_dump_json(exclude_none=True)
        return await self.vault.seal(session, INTAKE, intake, text)

    async def open_consultation(
        self, session: AsyncSession, intake: UUID, sealed: bytes
    ) -> Consultation | None:
        """What was said; None if the intake's key was destroyed."""
        text = await self.vault.open(session, INTAKE, intake, sealed)
        return None if text is None else Consultation.model_validate_json(text)
