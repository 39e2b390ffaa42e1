"""A series on pages: how often, then every date with what stands against it, then one button.

The same fields all the way: an offer and a rhythm in the address, a tick or a choice per date.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from node import spaces
from node.base.actors import Actor
from node.base.ids import id_text, parse_id, random_id
from node.base.refusals import N_, Refusal, RefusedError
from node.spaces import Reservation, Rhythm, SeriesDate, Space, Wish
from node.store import Read, Write
from node.web.errors import words
from node.web.forms import BAD_ID, NOT_FOUND, Fields
from node.web.i18n import money_words
from node.web.offering import offer_value, purpose_for, read_offer
from node.web.showing import Place, money, place_of, when_of
from node.web.terms import giving_up_all, giving_up_date
from node.web.visit import Visit

TOTAL_MAX = 1_000_000_00
RHYTHMS = {
    Rhythm.WEEKLY: N_("jede Woche"),
    Rhythm.FORTNIGHTLY: N_("alle zwei Wochen"),
    Rhythm.MONTHLY: N_("jeden Monat, am gleichen Wochentag"),
}
USUAL_COUNT = 6


@dataclass(slots=True)
class SeriesPage:
    """See `_series.html`. `hidden` goes along with every form, `picks` with none but the last."""

    place: Place
    first: str
    hidden: list[dict[str, str]]
    rhythms: list[dict[str, str]]
    rhythm: str
    count: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    chosen: str = ""
    total: str = ""
    giving_up: str = ""
    """What giving all of it up costs, by when."""
    total_cents: str = ""
    charged: bool = False
    requested: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    refusal: dict[str, Any] | None = None


class Answered(Protocol):
    """A page that says what is wrong with its fields, or why nothing was booked."""

    errors: dict[str, str]
    refusal: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the fields say: the first time, its series, how often, and what was ticked."""

    wish: Wish
    space: Space
    rhythm: Rhythm
    count: int
    picks: dict[int, Wish] | None


async def series_page(visit: Visit, actor: Actor, fields: Fields) -> SeriesPage:
    """The form, and once it was asked for, every date."""
    asked = await _asked(visit, fields)
    page = SeriesPage(
        place=place_of(visit, asked.space),
        first=when_of(visit, asked.space, asked.wish.period),
        hidden=_hidden(asked.wish, fields),
        rhythms=[{"value": each, "text": visit.say(text)} for each, text in RHYTHMS.items()],
        rhythm=asked.rhythm,
        count=str(asked.count),
        errors=fields.problems,
    )
    if "search" in fields.given and not fields.problems:
        dates = await visit.read(
            lambda read: spaces.preview_series(read, actor, _dates(visit, asked), now=visit.now)
        )
        _show(visit, page, asked, dates)
    return page


async def book_series(visit: Visit, actor: Actor, fields: Fields) -> list[Reservation] | SeriesPage:
    """Book what was ticked for the total that was shown; else the page again, with why not."""
    asked = await _asked(visit, fields)
    total = fields.number("total", low=0, high=TOTAL_MAX)
    if fields.problems or asked.picks is None:
        raise RefusedError(BAD_ID)
    wishes = list(asked.picks.values())

    def run(write: Write) -> list[Reservation] | Refusal:
        return spaces.reserve_series(
            write, actor, wishes, total_cents=total, now=visit.now, signer=visit.house.signer
        )

    done = await visit.store.write(run)
    if not isinstance(done, Refusal):
        return done
    fields.given["search"] = "1"
    page = await series_page(visit, actor, fields)
    page.refusal = words(visit, done)
    return page


async def _asked(visit: Visit, fields: Fields) -> _Asked:
    space_id, period = read_offer(fields.given.get("offer", ""))
    space = await visit.read(lambda read: room_of(read, space_id))
    wish = Wish(
        space_id=space_id,
        period=period,
        people=fields.number("people", low=1, high=99, default=1),
        purpose=purpose_for(space, fields.text("use", longest=40)),
        note=fields.text("note", longest=500),
        series=series_asked(fields),
    )
    rhythm = Rhythm(fields.choice("rhythm", set(Rhythm), default=Rhythm.WEEKLY))
    count = fields.number("count", low=2, high=spaces.DATES_MAX, default=USUAL_COUNT)
    return _Asked(wish, space, rhythm, count, _picks(wish, fields))


def room_of(read: Read, space_id: bytes) -> Space:
    """The room that an offer names; nothing else is booked in a series or with more."""
    space = spaces.find_space(read, space_id)
    if space is None or not space.is_room:
        raise RefusedError(NOT_FOUND)
    return space


def series_asked(fields: Fields) -> bytes:
    """The series that the page was made for: pressed twice it is still one."""
    given = fields.given.get("series", "")
    try:
        return parse_id(given) if given else random_id()
    except ValueError:
        raise RefusedError(BAD_ID) from None


def _picks(wish: Wish, fields: Fields) -> dict[int, Wish] | None:
    """By number the dates that were ticked or chosen instead; None where nobody could yet."""
    if "chosen" not in fields.given:
        return None
    found = {}
    for number in range(spaces.DATES_MAX):
        if given := fields.given.get(f"pick_{number}", ""):
            space_id, period = read_offer(given)
            found[number] = replace(wish, space_id=space_id, period=period)
    return found


def _dates(visit: Visit, asked: _Asked) -> list[tuple[Wish, bool | None]]:
    """Every date as it is looked at: as it was chosen, else as the rhythm has it."""
    times = spaces.dates_of(asked.wish.period, asked.rhythm, asked.count, visit.zone)
    dates: list[tuple[Wish, bool | None]] = []
    for number, period in enumerate(times):
        wish = replace(asked.wish, period=period)
        if asked.picks is None:
            dates.append((wish, None))
        else:
            dates.append((asked.picks.get(number, wish), number in asked.picks))
    return dates


def _hidden(wish: Wish, fields: Fields) -> list[dict[str, str]]:
    given = {
        "person": fields.given.get("person", ""),
        "offer": offer_value(wish.space_id, wish.period),
        "people": str(wish.people),
        "use": wish.purpose,
        "note": wish.note,
        "series": id_text(wish.series),
    }
    return [{"name": name, "value": value} for name, value in given.items() if value]


def _show(visit: Visit, page: SeriesPage, asked: _Asked, dates: list[SeriesDate]) -> None:
    counted = [each for each in dates if each.counts]
    cents = sum(each.bill.total_cents for each in counted)
    page.rows = [_row(visit, asked, number, each) for number, each in enumerate(dates)]
    page.chosen = visit.say(N_("{count} von {all} Terminen"), count=len(counted), all=len(dates))
    page.total = money(visit, cents)
    page.total_cents = str(cents)
    page.giving_up = giving_up_all(visit, dates)
    page.charged = cents > 0
    page.requested = any(each.asks for each in counted)


def _row(visit: Visit, asked: _Asked, number: int, each: SeriesDate) -> dict[str, Any]:
    refusal = each.refusal
    is_elsewhere = each.wish.space_id != asked.space.id
    return {
        "name": f"pick_{number}",
        "when": when_of(visit, asked.space, each.wish.period),
        "place": visit.say(N_("an einem anderen Ort")) if is_elsewhere else "",
        "value": offer_value(each.wish.space_id, each.wish.period),
        "checked": each.counts,
        "price": money(visit, each.bill.total_cents) if refusal is None else "",
        "giving_up": giving_up_date(visit, each),
        "asks": visit.say(N_("wird angefragt")) if each.asks else "",
        "why": visit.say(refusal.message, **refusal.values) if refusal else "",
        "instead": [
            {
                "value": offer_value(offer.space.id, offer.period),
                "text": visit.list_words(
                    visit.local(offer.space.name), when_of(visit, offer.space, offer.period)
                ),
                "price": money_words(visit.prefs.lang, offer.bill.total_cents),
            }
            for offer in each.instead
        ],
    }


def status_of(page: Answered) -> int:
    """The HTTP status of the page."""
    return 422 if page.errors else (409 if page.refusal else 200)
