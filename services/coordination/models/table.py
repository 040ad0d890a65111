"""The registry of coordination's tables, and the column types they share."""

from datetime import date, datetime
from typing import Annotated, Any

from sqlalchemy import Date, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

Instant = Annotated[datetime, Field(sa_type=DateTime(timezone=True))]
Codes = Annotated[list[str], Field(sa_type=ARRAY(Text))]
Days = Annotated[list[date], Field(sa_type=ARRAY(Date))]
Json = Annotated[dict[str, Any], Field(sa_type=JSONB)]


class Table(SQLModel, registry=registry()):
    """The base of every table of this service: a metadata of its own."""
