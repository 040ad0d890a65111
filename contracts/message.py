"""The base of everything that travels between parts: frozen, explicit, forgiving of new fields."""

from collections.abc import Iterator
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Told = TypeVar("Told", bound=BaseModel)


class Message(BaseModel):
    """One value in transit. A published contract only grows, so unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class PrivateText:
    """Marks a field whose text may identify a person.

    The service that takes such a text keeps it encrypted; the field is None in every message that
    goes on to a workflow or the bus (invariant 8 of the process).
    """


def _stripped(text: str) -> str:
    return text.strip()


Text = Annotated[str, AfterValidator(_stripped), Field(max_length=10_000), PrivateText()]
"""Free text written by a person about a person. Private: see PrivateText."""

Private = Annotated[str | None, PrivateText()]
"""A private text as it is shown to who may read it; None: there is none, or it was destroyed."""

Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""A stable machine-readable code: an agency, a channel, a kind of activity."""


def private_fields(model: type[BaseModel]) -> frozenset[str]:
    """The names of a model's fields that are marked as private text."""
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if any(isinstance(mark, PrivateText) for mark in _marks(field.annotation, field.metadata))
    )


def without_private(told: Told) -> Told:
    """The same with None for every private text, those of its parts too."""
    update: dict[str, Any] = {
        name: _without(value)
        for name, value in told
        if isinstance(value, BaseModel | list | tuple | dict)
    }
    return told.model_copy(update=update | dict.fromkeys(private_fields(type(told))))


def _without(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return without_private(value)
    if isinstance(value, dict):
        return {key: _without(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_without(part) for part in value)
    return value


def private_texts(message: Message, within: str = "") -> Iterator[tuple[str, str]]:
    """Every private text of a message by its path: `reason`, and `goals.0.text` of a part."""
    private = private_fields(type(message))
    for name in type(message).model_fields:
        value, path = getattr(message, name), f"{within}{name}"
        if name in private and value:
            yield path, value
        for number, part in enumerate(value if isinstance(value, tuple) else ()):
            if isinstance(part, Message):
                yield from private_texts(part, f"{path}.{number}.")


def _marks(annotation: object, metadata: list[object]) -> list[object]:
    found = list(metadata)
    for part in getattr(annotation, "__args__", ()):
        found += getattr(part, "__metadata__", ())
    return found
