"""The ward's offices as of a date."""

from datetime import date

from services.coordination.views.act import View


class ChannelOffice(View):
    """A channel of a programme, and the divisions that answer for it (所管課)."""

    channel: str
    programme_no: int
    statute_programme: str
    ward_programme: str
    divisions: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    note: str


class AgencyOffice(View):
    agency: str
    name: str
    role: str
    role_label: str
    basic_area: str | None
    valid_from: date | None
    valid_to: date | None
    takes_over_from: tuple[str, ...]
    """Agencies that are no more and whose work is this one's."""


class OfficeChange(View):
    """What an office was called until a day, and what it is called from then on."""

    on: date
    channel: str | None = None
    was: str | None
    becomes: str | None
    successor: str | None = None
    """Who takes over, where the office is abolished."""


class Organisation(View):
    on: date
    channels: tuple[ChannelOffice, ...]
    agencies: tuple[AgencyOffice, ...]
    changes: tuple[OfficeChange, ...]
