"""The shapes of single values in what is sent, stricter than JSON's own."""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool
from pydantic_core import PydanticCustomError

from contracts.message import Text
from services.intake.faults import WORDS

EARLIEST = date(2019, 4, 1)
"""The first fiscal year whose figures can be printed (令和元年度)."""

EARLIEST_BIRTH = date(1890, 1, 1)


def wrong(code: str) -> PydanticCustomError:
    """The validation error of a fault."""
    return PydanticCustomError(code, WORDS[code][1])


def _iso_date(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise wrong("date-invalid")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise wrong("date-invalid") from None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _phone(text: str) -> str:
    if not re.fullmatch(r"[0-9+()#*\-‐‑‒–—―−ー.\s]{3,30}", _plain(text)):
        raise wrong("phone-invalid")
    return text.strip()


def _postal_code(text: str) -> str:
    digits = re.fullmatch(r"〒?\s*([0-9]{3})[-‐‑‒–—―−ー]?([0-9]{4})", _plain(text))
    if digits is None:
        raise wrong("postal-code-invalid")
    return f"{digits[1]}-{digits[2]}"


Day = Annotated[date, BeforeValidator(_iso_date)]
"""A date as JSON writes it, 2026-04-01; nothing else that could be taken for one."""

Flag = StrictBool

Line = Annotated[str, AfterValidator(str.strip), Field(min_length=1, max_length=200)]
"""A short text of one line: a name, an address."""

Phone = Annotated[str, AfterValidator(_phone), Field(max_length=40)]
PostalCode = Annotated[str, AfterValidator(_postal_code), Field(max_length=20)]
Email = Annotated[
    str, AfterValidator(str.strip), Field(max_length=254, pattern=r"^\s*[^@\s]+@[^@\s]+\s*$")
]

Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")]
"""Another system's own id. ASCII only, so that nobody puts a name there."""

__all__ = ["Day", "Email", "Flag", "Line", "Phone", "PostalCode", "Reference", "Sent", "Text"]


class Sent(BaseModel):
    """What a caller sends: a field we do not know is a mistake, not to be dropped in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
