"""The taxonomies under which this project's own facts stand in the attributes of HSDS."""

from uuid import UUID, uuid5

NAMESPACE = UUID("6b617361-6e65-4000-8000-687364730003")
"""Ids of nested objects are made from this and what they say: the same export twice is the same."""

KIND = "kasane:resource-kind"
FEATURE = "kasane:resource-feature"
CAPACITY = "kasane:capacity-status"
SCHEDULE_NOTE = "kasane:schedule-note"
CONFIDENTIAL = "kasane:confidential-location"
ACCESS = "kasane:access"
RULE = "kasane:rrule"
EXCEPT_ON = "kasane:except-on"
EXCEPT_HOLIDAYS = "kasane:except-holidays"

DAILY_AREA = "日常生活圏域"
BASIC_AREA = "基本圏域"


def made_id(*parts: object) -> str:
    return str(uuid5(NAMESPACE, "\n".join(map(str, parts))))
