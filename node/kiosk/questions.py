"""The questions that the lobby asks, each answered by one touch: what stands on their pages.

Where an answer leads the caller says: a booking asks for what it is to be, a change for what it is
to be instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from node import quarter
from node.base.refusals import N_
from node.kiosk import asking
from node.kiosk.asking import Choice, read_asked
from node.quarter.files import SpaceKind
from node.spaces import Space
from node.store import Read
from node.web import i18n
from node.web.showing import nights_words
from node.web.visit import Visit


@dataclass(slots=True)
class AskPage:
    """See `kiosk/ask.html`."""

    question: str
    hint: str
    steps: dict[str, int]
    kinds: list[dict[str, Any]]
    said: list[dict[str, str]]
    options: list[dict[str, Any]]
    layout: str
    before: str = ""
    after: str = ""
    back: str = ""
    at_once: dict[str, str] | None = None
    """What most people want, in one touch: from now for an hour, or no children."""


async def ask_day(
    visit: Visit,
    page: AskPage,
    days: str,
    *,
    href: Callable[[date], str],
    leaf: Callable[[str], str],
) -> None:
    """The days of a fortnight from `days` on; `leaf` leads to the ones before and after."""
    today = visit.today
    shown = read_asked({"day": days}, today=today).day or today
    listed, before, after = asking.days_from(shown, today=today)
    names = await visit.read(lambda read: _day_names(read, today))
    near = {today: N_("heute"), today + timedelta(days=1): N_("morgen")}
    page.layout = "days"
    page.options = [
        {
            "text": i18n.day_words(visit.prefs.lang, day),
            "hint": names.get(day, ""),
            "near": visit.say(near[day]) if day in near else "",
            "href": href(day),
            "off": False,
        }
        for day in listed
    ]
    page.before = leaf(before.isoformat()) if before else ""
    page.after = leaf(after.isoformat()) if after else ""


def _day_names(read: Read, today: date) -> dict[date, str]:
    """The legal holidays ahead, for nobody has them all in mind."""
    return quarter.holidays_between(read, today, today + timedelta(days=asking.DAYS_AHEAD_MAX))


def ask_time(
    visit: Visit, page: AskPage, choices: Sequence[Choice], *, href: Callable[[int], str]
) -> None:
    """The half hours of a day, by minute."""
    page.layout = "times"
    page.options = [
        _option(
            i18n.clock_words(visit.prefs.lang, *divmod(choice.minute, 60)),
            href(choice.minute),
            off=not choice.free,
        )
        for choice in choices
    ]
    if not any(choice.free for choice in choices):
        page.hint = visit.say(N_("An diesem Tag ist nichts mehr frei. Wählen Sie einen anderen."))


def ask_nights(
    visit: Visit, page: AskPage, day: date | None, *, href: Callable[[int], str]
) -> None:
    """How many nights from a day on."""
    for nights in asking.NIGHTS:
        leaves = day + timedelta(days=nights) if day else None
        hint = visit.say(N_("bis {day}"), day=leaves) if leaves else ""
        page.options.append(_option(nights_words(visit, nights), href(nights), hint=hint))


def ask_people(
    visit: Visit, page: AskPage, places: Sequence[Space], *, href: Callable[[int], str]
) -> None:
    """How many come, as far as the largest of the places holds."""
    for low, high in asking.people_choices(places):
        text = str(high) if low == high else visit.say(N_("bis {most}"), most=high)
        page.options.append(_option(text, href(high)))


def ask_ages(
    visit: Visit,
    page: AskPage,
    children: tuple[int, ...],
    *,
    href: Callable[[int], str],
    done: str,
) -> None:
    """A touch for each child; who brings none, or no more, says so in one."""
    page.hint = visit.say(CHILDREN)
    page.at_once = {
        "text": visit.say(N_("Fertig") if children else N_("Keine Kinder")),
        "href": done,
        "icon": "check" if children else "users",
    }
    page.options = [_option(str(age), href(age)) for age in range(asking.ADULT_YEARS)]


def _option(text: str, href: str, *, hint: str = "", off: bool = False) -> dict[str, Any]:
    return {"text": text, "hint": hint, "href": href, "off": off}


QUESTIONS = {
    (SpaceKind.ROOM, "day"): N_("An welchem Tag?"),
    (SpaceKind.ROOM, "starts"): N_("Ab wann?"),
    (SpaceKind.ROOM, "ends"): N_("Bis wann?"),
    (SpaceKind.ROOM, "people"): N_("Wie viele Personen?"),
    (SpaceKind.GUEST_APARTMENT, "day"): N_("Wann ist die Anreise?"),
    (SpaceKind.GUEST_APARTMENT, "nights"): N_("Wie viele Nächte?"),
    (SpaceKind.GUEST_APARTMENT, "people"): N_("Wie viele Personen?"),
    (SpaceKind.GUEST_APARTMENT, "ages"): N_("Kommen Kinder unter 18 mit?"),
}
CHILDREN = N_("Berühren Sie für jedes Kind sein Alter. Dann stimmt der Preis.")
