"""A month as a grid for `ui.month_plan`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from node.base.refusals import N_
from node.web import i18n
from node.web.visit import Visit

A_MONDAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of a month and its state: free, some, full, closed or past."""

    day: date
    state: str


def month_of(visit: Visit, days: Sequence[MonthDay], *, here: date, address: str) -> dict[str, Any]:
    """The month as `ui.month_plan` draws it; each day to come leads to `address?day=`."""
    today = visit.today
    cells: list[dict[str, Any] | None] = [None] * (days[0].day.weekday() if days else 0)
    cells += [_cell(visit, each, today=today, here=here, address=address) for each in days]
    cells += [None] * (-len(cells) % 7)
    first = here.replace(day=1)
    before, after = first - timedelta(days=1), (first + timedelta(days=31)).replace(day=1)
    return {
        "title": i18n.month_words(visit.prefs.lang, here),
        "before": f"{address}?day={before.isoformat()}" if before >= today else "",
        "after": f"{address}?day={after.isoformat()}",
        "weekdays": _weekdays(visit.prefs.lang),
        "weeks": [cells[start : start + 7] for start in range(0, len(cells), 7)],
    }


def _cell(visit: Visit, each: MonthDay, *, today: date, here: date, address: str) -> dict[str, Any]:
    return {
        "number": each.day.day,
        "state": each.state,
        "text": visit.say(STATE_WORDS[each.state]),
        "href": f"{address}?day={each.day.isoformat()}" if each.day >= today else "",
        "today": each.day == today,
        "here": each.day == here,
        "holiday": "",
    }


def _weekdays(language: str) -> list[dict[str, str]]:
    names = [A_MONDAY + timedelta(days=number) for number in range(7)]
    return [
        {
            "short": i18n.weekday_words(language, name, short=True),
            "long": i18n.weekday_words(language, name),
        }
        for name in names
    ]


STATE_WORDS = {
    "past": N_("vorbei"),
    "closed": N_("geschlossen"),
    "full": N_("fast ganz vergeben"),
    "some": N_("teils vergeben"),
    "free": N_("frei"),
}
