"""The ward's offices as of a date: programmes with their 所管課, agencies, and what changes."""

from collections.abc import Iterator
from datetime import date

from contracts import catalogue
from services.coordination import labels, views


def organisation(on: date) -> views.Organisation:
    """Every programme's channels with their divisions, and every agency, by their names then."""
    return views.Organisation(
        on=on,
        channels=tuple(
            views.ChannelOffice(
                channel=row.channel,
                programme_no=row.programme_no,
                statute_programme=row.statute_programme,
                ward_programme=row.ward_programme,
                divisions=row.divisions,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                note=row.note,
            )
            for row in sorted(catalogue.channels(on).values(), key=_place)
        ),
        agencies=tuple(
            views.AgencyOffice(
                agency=row.agency,
                name=row.name,
                role=row.role,
                role_label=labels.office(row.role),
                basic_area=row.basic_area,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                takes_over_from=tuple(
                    labels.agency(code, on) for code in catalogue.predecessors(row.agency, on)
                ),
            )
            for row in catalogue.agencies(on).values()
        ),
        changes=tuple(_changes()),
    )


def _place(row: catalogue.Channel) -> tuple[int, str]:
    return row.programme_no, row.channel


def _changes() -> Iterator[views.OfficeChange]:
    """Every day on which an office is renamed, abolished or new, the earliest first."""
    for day in catalogue.days_of_change():
        before = date.fromordinal(day.toordinal() - 1)
        for code in sorted({*catalogue.agencies(before), *catalogue.agencies(day)}):
            was, now = catalogue.agencies(before).get(code), catalogue.agencies(day).get(code)
            if (was and was.name) != (now and now.name):
                heir = catalogue.agency_in_charge(code, day)
                yield views.OfficeChange(
                    on=day,
                    was=was.name if was else None,
                    becomes=now.name if now else None,
                    successor=labels.agency(heir, day) if now is None and heir != code else None,
                )
        for code, row in catalogue.channels(day).items():
            old = catalogue.channels(before).get(code)
            if old is not None and old.divisions != row.divisions:
                yield views.OfficeChange(
                    on=day,
                    channel=row.ward_programme,
                    was="・".join(old.divisions),
                    becomes="・".join(row.divisions),
                )
