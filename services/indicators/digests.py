"""What a frozen version said, as digests beside it: whoever alters a frozen figure is found out.

A trigger refuses such a change; the digests find one that went around the trigger. One digest is of
the whole version, and one of each figure in each area, so that what was altered has a name.
"""

import hashlib
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.indicators.models import FrozenFigure, FrozenVersion

FIGURES = FrozenFigure.metadata.tables["frozen_figure"]


class Value(NamedTuple):
    """One frozen value and where it stands."""

    measure_id: str
    basic_area: str
    month: int
    value: int | None
    sub_value: int | None


class AlteredVersion(NamedTuple):
    """A frozen version that does not say any more what it was frozen with."""

    number: int
    figures: tuple[tuple[str, str], ...]
    """Measure and area of each altered figure; none where the version has no digests of them."""


def hash_of(values: Iterable[Value]) -> str:
    """SHA-256 over values in the order of their keys."""
    lines = ("|".join("" if part is None else str(part) for part in v) for v in sorted(values))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def digests_of(values: Iterable[Value]) -> dict[str, str]:
    """The hash of each figure in each area, its months included: by `measure|area`."""
    figures = groupby(sorted(values), key=lambda value: value[:2])
    return {"|".join(key): hash_of(of_figure) for key, of_figure in figures}


async def frozen_values(session: AsyncSession, version: FrozenVersion) -> list[Value]:
    """Everything that a version says."""
    rows = await session.execute(
        select(*(FIGURES.c[name] for name in Value._fields)).where(
            FIGURES.c.fiscal_year == version.fiscal_year, FIGURES.c.number == version.number
        )
    )
    return [Value(*row) for row in rows]


async def altered(session: AsyncSession, fiscal_year: int) -> tuple[int, list[AlteredVersion]]:
    """How many versions of a year were hashed again, and those that were altered."""
    versions = await session.scalars(
        select(FrozenVersion)
        .where(col(FrozenVersion.fiscal_year) == fiscal_year)
        .order_by(col(FrozenVersion.number))
    )
    hashed, found = 0, []
    for version in versions:
        values = await frozen_values(session, version)
        now = digests_of(values)
        keys = sorted({*now, *version.digests}) if version.digests else []
        wrong = [key for key in keys if now.get(key) != version.digests.get(key)]
        if wrong or hash_of(values) != version.hash:
            named = tuple((key.split("|")[0], key.split("|")[1]) for key in wrong)
            found.append(AlteredVersion(version.number, named))
        hashed += 1
    return hashed, found
