"""The texts of the consent forms, by version; what a person signed is known by its hash.

A version is shown between two dates, which stand in `forms.csv`; its text is never changed after
it was shown, a change is a new version.
"""

import csv
import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

FORMS = files("services.coordination") / "data" / "consent_forms"


@dataclass(frozen=True)
class Form:
    """One version of the consent form."""

    version: str
    valid_from: date
    valid_until: date | None
    """Its last day; None while no later version is planned."""
    text: str

    @property
    def text_hash(self) -> str:
        """SHA-256 of the text in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


@cache
def known_forms() -> dict[str, Form]:
    """Every version, the oldest first."""
    with (FORMS / "forms.csv").open(encoding="utf-8") as listed:
        rows = sorted(csv.DictReader(listed), key=lambda row: row["valid_from"])
    return {
        row["form_version"]: Form(
            version=row["form_version"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
            text=(FORMS / f"{row['form_version']}.md").read_text("utf-8"),
        )
        for row in rows
    }


def form_in_force(on: date) -> str | None:
    """The version that is shown on a day; None before the first."""
    return next((form.version for form in known_forms().values() if form.in_force(on)), None)


def text_hash(form_version: str) -> str | None:
    """SHA-256 of a version's text in hexadecimal; None if there is no such version."""
    form = known_forms().get(form_version)
    return None if form is None else form.text_hash
