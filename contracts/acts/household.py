"""Acts about the household of a case."""

from typing import Literal
from uuid import UUID

from contracts.acts.base import Act


class AddPerson(Act):
    """対象者の追加: another member of the household becomes a subject of the case.

    Whoever is discussed consents for themselves, so the matrix of consents grows with it (A4).
    """

    act: Literal["add_person"] = "add_person"
    person_id: UUID
    """A member whom intake has told of."""


class SettleReminder(Act):
    """予告の確認: what is about to end was looked at, and is let end or was renewed elsewhere."""

    act: Literal["settle_reminder"] = "settle_reminder"
