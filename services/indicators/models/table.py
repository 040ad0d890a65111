"""The registry of the indicators' tables, and the column types they share."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

Instant = Annotated[datetime, Field(sa_type=DateTime(timezone=True))]
Big = Annotated[int, Field(sa_type=BigInteger)]
Json = Annotated[dict[str, Any], Field(sa_type=JSONB)]
JsonList = Annotated[list[Any], Field(sa_type=JSONB)]


class Table(SQLModel, registry=registry()):
    """The base of this service's tables; their metadata is their own."""
