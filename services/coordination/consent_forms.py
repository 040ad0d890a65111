"""The texts of the consent forms, by version; what a person signed is known by its hash."""

import hashlib
from functools import cache
from importlib.resources import files

FORMS = files("services.coordination") / "data" / "consent_forms"


@cache
def forms() -> dict[str, str]:
    """Every version's text."""
    return {
        form.name.removesuffix(".md"): form.read_text("utf-8")
        for form in FORMS.iterdir()
        if form.name.endswith(".md")
    }


def text_hash(form_version: str) -> str | None:
    """SHA-256 of a version's text in hexadecimal; None if there is no such version."""
    text = forms().get(form_version)
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()
