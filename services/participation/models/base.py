"""The base of participation's tables, and the columns that many of them have."""

from typing import Any

from sqlalchemy import Column, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """The base of this service's tables; their metadata is their own."""


def instant() -> Any:
    return Field(sa_type=DateTime(timezone=True))


def codes() -> Any:
    return Field(sa_column=Column(ARRAY(Text), nullable=False))
