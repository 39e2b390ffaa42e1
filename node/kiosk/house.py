"""What is on in the house, and who helps at the Service-Point and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar import Response, get

from node import quarter
from node.base.periods import Period
from node.base.refusals import N_
from node.kiosk.board import date_leaves, free_lines, today_lines, waste_lines
from node.kiosk.frame import kiosk_page
from node.kiosk.idle import house_of
from node.store import Read
from node.web import i18n
from node.web.visit import Visit

DESK_DAYS = 7
DATES_MAX = 6
WASTE_MAX = 6


@dataclass(slots=True)
class HousePage:
    """See `kiosk/house.html`."""

    today: list[dict[str, str]]
    free_now: list[dict[str, Any]]
    dates: list[dict[str, str]]
    waste: list[dict[str, str]]


@dataclass(slots=True)
class DeskPage:
    """See `kiosk/desk.html`."""

    name: str
    where: str
    phone: str
    is_open: bool
    days: list[dict[str, str]]
    contact: str


@get("/house", include_in_schema=False)
async def house(visit: Visit) -> Response[Any]:
    """The notice board whole."""
    found = await house_of(visit)
    page = HousePage(
        today_lines(visit, found),
        free_lines(visit, found),
        date_leaves(visit, found, most=DATES_MAX),
        waste_lines(visit, found, most=WASTE_MAX),
    )
    return await kiosk_page(visit, "kiosk/house.html", page)


@get("/desk", include_in_schema=False)
async def desk(visit: Visit) -> Response[Any]:
    """When the desk is open and how it is reached."""
    return await kiosk_page(
        visit, "kiosk/desk.html", await visit.read(lambda read: _desk(visit, read))
    )


def _desk(visit: Visit, read: Read) -> DeskPage:
    found = quarter.get_desk(read)
    today = visit.today
    days = []
    for number in range(DESK_DAYS):
        day = today + timedelta(days=number)
        periods = quarter.desk_hours(read, day)
        hours = visit.list_words(*(_times(visit, period) for period in periods))
        days.append(
            {
                "label": i18n.long_day_words(visit.prefs.lang, day),
                "value": hours or visit.say(N_("geschlossen")),
            }
        )
    contact = quarter.get_profile(read).contact
    return DeskPage(
        name=found.name,
        where=visit.local(found.where),
        phone=found.phone,
        is_open=quarter.desk_is_open(read, visit.now),
        days=days,
        contact=", ".join(part for part in (contact.operator, contact.phone) if part),
    )


def _times(visit: Visit, period: Period) -> str:
    return i18n.times_words(visit.prefs.lang, period.starts_at, period.ends_at, visit.zone)


ROUTES = (house, desk)
