"""The channels in force on a date, and what an intake of each consists of."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from chassis.auth import Caller
from contracts import catalogue
from contracts.calendar import today
from contracts.catalogue import ActivityKind, Channel
from services.intake.api.door import PREFIX, routes
from services.intake.faults import refuse
from services.intake.submissions import NewIntake

router = routes("窓口 / channels")


class ChannelView(Channel):
    """One of the 20 channels, with what it reports by number."""

    kinds: list[ActivityKind]
    links: dict[str, str]


class ChannelList(BaseModel):
    on: date
    items: list[ChannelView]


On = Annotated[date | None, Query(description="基準日 (既定は今日) / As of this Tokyo date")]


@router.get("/channels", summary="窓口の一覧 / The channels in force on a date")
async def list_channels(_: Caller, on: On = None) -> ChannelList:
    on = on or today()
    items = [
        ChannelView(
            **channel.model_dump(),
            kinds=[kind for kind in catalogue.activity_kinds().values() if code in kind.channels],
            links={"schema": f"{PREFIX}/channels/{code}/schema"},
        )
        for code, channel in catalogue.channels(on).items()
    ]
    return ChannelList(on=on, items=items)


@router.get(
    "/channels/{channel}/schema",
    summary="窓口の受付項目 (JSON Schema) / The JSON Schema of a channel's intakes",
    responses={404: {"description": "そのような窓口はありません / No such channel"}},
)
async def channel_schema(channel: str, _: Caller) -> dict[str, Any]:
    """JSON Schema 2020-12 of the whole body of `POST /intakes` for one channel."""
    if channel not in catalogue.channels(today()):
        raise refuse(404, "channel-unknown", "channel")
    schema = NewIntake.model_json_schema()
    own = dict(catalogue.channel_schema(channel))
    own.pop("$schema", None)
    properties = schema["properties"]
    properties["channel"] = {"title": "窓口", "const": channel}
    properties["details"] = own
    topic = {
        "oneOf": [
            {"const": code, "title": label}
            for code, label in catalogue.consultation_topics().items()
        ]
    }
    properties["topics"] |= {"items": topic}
    properties["daily_area"] |= {"examples": [area.daily_area for area in catalogue.areas()]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:kasane:intake:{channel}",
        **schema,
    }
