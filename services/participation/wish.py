"""What staff write of a person's wish: codes and numbers alone, no name and no free text."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from contracts.catalogue import resource_features
from services.participation.resource import Age, Features, Language


def _strength(feature: str) -> str:
    known = resource_features().get(feature)
    if known is None or known.sort != "role":
        raise ValueError("no such strength")
    return feature


class WrittenWish(BaseModel):
    """A wish beyond its kinds and area, which the case's act says."""

    model_config = ConfigDict(extra="forbid")

    age: Age | None = None
    needs: Features = []
    strengths: Annotated[list[Annotated[str, AfterValidator(_strength)]], Field(max_length=40)] = []
    weekdays: Annotated[
        list[Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]], Field(max_length=7)
    ] = []
    languages: Annotated[list[Language], Field(max_length=20)] = []
    most_yen: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
