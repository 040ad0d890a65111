"""Participation's tables: places in the community, and the way of people into them."""

from services.participation.models.base import Table
from services.participation.models.placement import (
    DevelopmentRequest,
    Hold,
    Placement,
    PlacementStep,
)
from services.participation.models.resource import Resource

__all__ = [
    "DevelopmentRequest",
    "Hold",
    "Placement",
    "PlacementStep",
    "Resource",
    "Table",
]
