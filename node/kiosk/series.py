"""The same time again and again at the lobby: how often and how many times, a touch each.

Then every date with what stands against it, some at a time; behind the last ones stands the button
for those that are left, so that nobody books what was not shown. And giving up what lies ahead of
it, all at once, for the sum that is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node.base.ids import id_text
from node.base.refusals import N_
from node.kiosk import frame
from node.kiosk.questions import AskPage
from node.spaces import DATES_MAX
from node.web.forms import path_id, read_fields, read_query
from node.web.series import RHYTHMS, SeriesPage, book_series, series_page, status_of
from node.web.series_end import EndSeriesPage, end_now, end_page
from node.web.showing import ShownLine
from node.web.visit import Visit

ADDRESS = "/kiosk/series"
COUNTS = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 26, 30, 40, DATES_MAX)
"""Any other number comes of a larger one by leaving dates out."""
LINES_A_PAGE = 6
"""So many dates, and what could be had instead of them, stand above the buttons."""
LINES_SHOWN = 6
"""So many dates that are given up stand above the button, without scrolling."""
MINE = "/kiosk/mine"


@dataclass(slots=True)
class LobbySeries:
    """See `kiosk/series.html`. `picks` are the hidden fields of the dates that are left; `at` says
    which dates these are, `against` how many cannot be had, with the way to the next of them."""

    page: SeriesPage
    said: list[dict[str, str]]
    rows: list[dict[str, Any]]
    picks: dict[str, str]
    at: str
    before: str
    after: str
    against: dict[str, str] | None
    action: str = ADDRESS


@get("/series", include_in_schema=False)
async def show_series(visit: Visit) -> Response[Any]:
    """The next question, or every date."""
    actor, fields = visit.signed_in(), read_query(visit)
    given = fields.given
    if "offer" not in given:
        return visit.go("/kiosk/spaces")
    if given.get("rhythm") and given.get("count"):
        given["search"] = "1"
    page = await series_page(visit, actor, fields)
    if page.rows or page.errors:
        start = fields.number("from", low=0, high=DATES_MAX, default=0)
        return await _answer(visit, page, start)
    return await _ask(visit, page, given.get("rhythm", ""))


@post("/series", include_in_schema=False)
async def make_series(visit: Visit) -> Response[Any]:
    """Book the dates that are left for the sum that was shown."""
    actor, fields = visit.signed_in(), await read_fields(visit)
    done = await book_series(visit, actor, fields)
    if isinstance(done, SeriesPage):
        wrong = (number for number, row in enumerate(done.rows) if row["why"])
        return await _answer(visit, done, next(wrong, 0))
    return visit.go(f"/kiosk/mine/{id_text(done[0].id)}")


async def _ask(visit: Visit, page: SeriesPage, rhythm: str) -> Response[Any]:
    asked = AskPage(
        question=visit.say(N_("Wie viele Termine?") if rhythm else N_("Wie oft?")),
        hint=visit.say(N_("das erste Mal {when}"), when=page.first),
        steps={},
        kinds=[],
        said=[{"text": _rhythm_words(visit, rhythm), "href": _href(page)}] if rhythm else [],
        options=[],
        layout="grid" if rhythm else "wide",
    )
    if rhythm:
        asked.options = [
            _option(str(count), _href(page, rhythm=rhythm, count=str(count))) for count in COUNTS
        ]
    else:
        asked.options = [
            _option(each["text"], _href(page, rhythm=each["value"])) for each in page.rhythms
        ]
    return await frame.kiosk_page(visit, "kiosk/ask.html", asked)


def _option(text: str, href: str) -> dict[str, Any]:
    return {"text": text, "hint": "", "href": href, "off": False}


def _rhythm_words(visit: Visit, rhythm: str) -> str:
    said = {str(each): text for each, text in RHYTHMS.items()}
    return visit.say(said[rhythm]) if rhythm in said else rhythm


async def _answer(visit: Visit, page: SeriesPage, start: int) -> Response[Any]:
    """The dates of the page on which the one of a number stands."""
    picks = {row["name"]: row["value"] for row in page.rows if row["checked"]}
    said = [
        {"text": _rhythm_words(visit, page.rhythm), "href": _href(page)},
        {
            "text": visit.say(N_("Termine: {count}"), count=page.count),
            "href": _href(page, rhythm=page.rhythm),
        },
    ]
    firsts = firsts_of(page.rows)
    here = max((each for each in firsts if each <= start), default=0)
    after = next((each for each in firsts if each > here), 0)
    shown = LobbySeries(
        page=page,
        said=said,
        rows=[_row(page, picks, row, here) for row in page.rows[here : after or None]],
        picks=picks,
        at=_at(visit, here, after, len(page.rows)) if len(firsts) > 1 else "",
        before=_dates_href(page, picks, firsts[firsts.index(here) - 1]) if here else "",
        after=_dates_href(page, picks, after) if after else "",
        against=_against(visit, page, picks, range(here, after or len(page.rows))),
    )
    again = _dates_href(page, picks, here)
    return await frame.kiosk_page(
        visit, "kiosk/series.html", shown, status=status_of(page), again=again
    )


def firsts_of(rows: list[dict[str, Any]]) -> list[int]:
    """The number of each page's first date: a date stands together with what could be instead."""
    firsts, lines = [0], 0
    for number, row in enumerate(rows):
        height = 1 + len(row["instead"])
        if lines and lines + height > LINES_A_PAGE:
            firsts.append(number)
            lines = 0
        lines += height
    return firsts


def _at(visit: Visit, here: int, after: int, count: int) -> str:
    said = N_("Termine {first} bis {last} von {count}")
    return visit.say(said, first=here + 1, last=after or count, count=count)


def _against(
    visit: Visit, page: SeriesPage, picks: dict[str, str], shown: range
) -> dict[str, str] | None:
    """How many dates cannot be had, and where the next is that does not stand here."""
    numbers = [number for number, row in enumerate(page.rows) if row["why"]]
    elsewhere = [number for number in numbers if number not in shown]
    if not elsewhere:
        return None
    following = next((each for each in elsewhere if each >= shown.stop), elsewhere[0])
    return {
        "text": visit.say(N_("Termine, die nicht gehen: {count}"), count=len(numbers)),
        "href": _dates_href(page, picks, following),
    }


def _row(page: SeriesPage, picks: dict[str, str], row: dict[str, Any], here: int) -> dict[str, Any]:
    """One date: a touch leaves it out or takes it again; one that cannot be had, what could."""
    others = {name: value for name, value in picks.items() if name != row["name"]}
    changed = others if row["checked"] else {**others, row["name"]: row["value"]}
    instead = [
        {**each, "href": _dates_href(page, {**others, row["name"]: each["value"]}, here)}
        for each in row["instead"]
    ]
    return {**row, "href": _dates_href(page, changed, here), "instead": instead}


def _href(page: SeriesPage, **more: str) -> str:
    given = {each["name"]: each["value"] for each in page.hidden}
    return f"{ADDRESS}?{frame.query_of(given | more)}"


def _dates_href(page: SeriesPage, picks: dict[str, str], start: int) -> str:
    more = {"from": str(start)} if start else {}
    return _href(page, rhythm=page.rhythm, count=page.count, chosen="1", **picks, **more)


# Giving it up


@dataclass(slots=True)
class LobbyEnd:
    """See `kiosk/series_cancel.html`. `more` says of the dates that are not shown."""

    page: EndSeriesPage
    lines: list[ShownLine]
    more: str


@get("/mine/{reservation:str}/cancel-series", include_in_schema=False)
async def show_end(visit: Visit, reservation: str) -> Response[Any]:
    """What lies ahead of a series, and what giving all of it up costs now."""
    page = await end_page(visit, visit.signed_in(), path_id(reservation), back=MINE)
    return await _answer_end(visit, page) if page.lines else visit.go(page.back)


@post("/mine/{reservation:str}/cancel-series", include_in_schema=False)
async def end_series(visit: Visit, reservation: str) -> Response[Any]:
    """Give it up for what was shown."""
    actor, fields = visit.signed_in(), await read_fields(visit)
    page = await end_now(visit, actor, path_id(reservation), fields, back=MINE)
    if page is None:
        return visit.go(f"{MINE}/{reservation}?ended=1")
    return await _answer_end(visit, page)


async def _answer_end(visit: Visit, page: EndSeriesPage) -> Response[Any]:
    left = page.lines[LINES_SHOWN:]
    more = N_("… und noch {count} Termine, der letzte: {when}")
    shown = LobbyEnd(
        page,
        page.lines[:LINES_SHOWN],
        visit.say(more, count=len(left), when=left[-1].when) if left else "",
    )
    return await frame.kiosk_page(
        visit, "kiosk/series_cancel.html", shown, status=status_of(page), again=page.action
    )


ROUTES = (show_series, make_series, show_end, end_series)
