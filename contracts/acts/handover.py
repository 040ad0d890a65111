"""Handover at 18, 40 and 65 (plan §6, §7(4))."""

from typing import Literal

from pydantic import Field

from contracts.acts.base import Act
from contracts.message import Code, Message


class NameSides(Act):
    """引継ぎ元・引継ぎ先の決定: as proposed from the data, or as the ward knows better."""

    act: Literal["name_sides"] = "name_sides"
    giving: Code
    receiving: Code


class HandoverItem(Message):
    """One paper of the package, and on which ground it is handed over (個人情報保護法69条)."""

    item: Code
    """By `contracts/data/handover_items.csv`."""
    basis: Literal["consent", "appi-69-2-2", "appi-69-2-3", "appi-69-2-4", "other-law"]


class PackHandover(Act):
    """引継ぎ書類の引渡し: each paper goes to the receiving side as a disclosure of its own."""

    act: Literal["pack_handover"] = "pack_handover"
    items: tuple[HandoverItem, ...] = Field(min_length=1)


class ConfirmHandover(Act):
    """引継ぎの確認: by the agency that hands over, or by the one that receives."""

    act: Literal["confirm_handover"] = "confirm_handover"
    side: Literal["giving", "receiving"]
    agency: Code
