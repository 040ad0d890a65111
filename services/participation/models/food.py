"""おおたフード支援ネットワーク: who gave, what is in stock, and who handed it out."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Text
from sqlmodel import Field

from services.participation.models.base import Table, instant


class Donor(Table, table=True):
    """A person, shop or company that gives regularly. Name and contact are in `sealed`."""

    __tablename__ = "donor"
    __table_args__ = (Index("ix_donor_likeness", "likeness"),)

    donor_id: UUID = Field(primary_key=True)
    reference: str | None = Field(sa_type=Text, unique=True)
    kind: str = Field(sa_type=Text)
    """person · shop · company · group."""
    active: bool
    likeness: bytes = Field(sa_type=LargeBinary)
    sealed: bytes = Field(sa_type=LargeBinary)
    registered_by: str = Field(sa_type=Text)
    registered_at: datetime = instant()


class FoodDrive(Table, table=True):
    """フードドライブ: one collection, and how many residents gave. Counted through `work`."""

    __tablename__ = "food_drive"

    drive_id: UUID = Field(primary_key=True)
    on_date: date
    place: str = Field(sa_type=Text)
    daily_area: str | None = Field(sa_type=Text)
    donors: int
    donor_id: UUID | None = Field(sa_column=Column(ForeignKey("donor.donor_id"), nullable=True))
    withdrawn: bool
    version: int
    by: str = Field(sa_type=Text)
    at: datetime = instant()


class Lot(Table, table=True):
    """Food of one kind and one date, as it lies in the store."""

    __tablename__ = "food_lot"
    __table_args__ = (
        CheckConstraint("on_hand >= 0", name="ck_food_lot_on_hand"),
        Index("ix_food_lot_listed", "status", "best_before", "lot_id"),
    )

    lot_id: UUID = Field(primary_key=True)
    drive_id: UUID | None = Field(
        sa_column=Column(ForeignKey("food_drive.drive_id"), nullable=True)
    )
    donor_id: UUID | None = Field(sa_column=Column(ForeignKey("donor.donor_id"), nullable=True))
    category: str = Field(sa_type=Text)
    item: str = Field(sa_type=Text)
    unit: str = Field(sa_type=Text)
    storage: str = Field(sa_type=Text)
    best_before: date | None
    """賞味期限・消費期限; None for what has none (salt, sugar)."""
    on_hand: int
    """What is there now: the sum of the lot's moves."""
    status: str = Field(sa_type=Text)
    """in-stock · recalled."""
    received_on: date


class StockMove(Table, table=True):
    """Something came in or went out of a lot. Never changed: a mistake is moved back."""

    __tablename__ = "stock_move"
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="ck_stock_move_quantity"),
        Index("ix_stock_move_lot", "lot_id"),
        Index("ix_stock_move_hand_over", "hand_over_id"),
    )

    move_id: UUID = Field(primary_key=True)
    lot_id: UUID = Field(sa_column=Column(ForeignKey("food_lot.lot_id"), nullable=False))
    kind: str = Field(sa_type=Text)
    """in · out · returned · disposed · recalled · counted."""
    quantity: int
    on_date: date
    hand_over_id: UUID | None
    reason: str | None = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    at: datetime = instant()


class Pantry(Table, table=True):
    """フードパントリー: one day on which food is handed over to groups."""

    __tablename__ = "food_pantry"

    pantry_id: UUID = Field(primary_key=True)
    on_date: date
    place: str = Field(sa_type=Text)
    daily_area: str | None = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    """open · closed."""


class HandOver(Table, table=True):
    """What a group took at a pantry; its lots are moves of the stock. Counted through `work`."""

    __tablename__ = "hand_over"
    __table_args__ = (Index("ix_hand_over_pantry", "pantry_id"),)

    hand_over_id: UUID = Field(primary_key=True)
    pantry_id: UUID = Field(sa_column=Column(ForeignKey("food_pantry.pantry_id"), nullable=False))
    group_id: UUID = Field(sa_column=Column(ForeignKey("community_group.group_id"), nullable=False))
    households: int
    withdrawn: bool
    by: str = Field(sa_type=Text)
    at: datetime = instant()
