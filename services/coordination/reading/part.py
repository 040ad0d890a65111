"""What the parts of a case page are read with."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.cases import Kind, workflow_id
from contracts.life import LIVES
from services.coordination import labels


class States:
    """The states of a case's workflows; the first of its life where one has just been made."""

    def __init__(self, known: dict[str, str]) -> None:
        self._known = known

    def of(self, kind: Kind, entity_id: UUID) -> dict[str, str]:
        state = self._known.get(workflow_id(kind, entity_id), next(iter(LIVES[kind])))
        return {"state": state, "state_label": labels.state(kind, state)}


async def rows(session: AsyncSession, statement: Any) -> Sequence[Any]:
    found: Sequence[Any] = (await session.scalars(statement)).all()
    return found
