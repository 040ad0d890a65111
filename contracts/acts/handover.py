"""Handover at 18, 40 and 65 (plan §6, §7(4))."""

from typing import Literal

from contracts.acts.base import Act
from contracts.message import Code


class ConfirmHandover(Act):
    """引継ぎの確認: by the agency that hands over, or by the one that receives."""

    act: Literal["confirm_handover"] = "confirm_handover"
    side: Literal["giving", "receiving"]
    agency: Code
