"""A stay in several apartments on pages: what the search offers, then every part and one sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from node import spaces
from node.base.actors import Actor
from node.base.ids import id_text
from node.base.periods import Period
from node.base.refusals import N_, Refusal, RefusedError
from node.quarter import zone_of
from node.spaces import Reservation, SeriesDate, Space, Wish, splitting
from node.spaces.splitting import Split
from node.store import Read, Write
from node.web.errors import words
from node.web.finding import read_ages
from node.web.forms import BAD_ID, NOT_FOUND, Fields
from node.web.offering import NO_WITHDRAWAL, offer_value, purpose_for, read_offer
from node.web.series import TOTAL_MAX, series_asked
from node.web.showing import (
    Place,
    bill_of,
    money,
    nights_words,
    people_words,
    place_of,
    when_of,
)
from node.web.terms import giving_up_all, giving_up_date
from node.web.visit import Visit


@dataclass(slots=True)
class StayPage:
    """See `_stay.html`. `hidden` goes along with the form."""

    sentence: str
    who: str
    hidden: list[dict[str, str]]
    parts: list[dict[str, Any]]
    total: str
    total_cents: str
    giving_up: str
    deposit: str
    withdrawal: str
    charged: bool
    can: bool
    person: str = ""
    refusal: dict[str, Any] | None = None
    errors: dict[str, str] = field(default_factory=dict)


def shown_splits(
    visit: Visit, splits: Sequence[Split], path: str, **given: str
) -> list[dict[str, Any]]:
    """Stays in several apartments as the search lists them, each with the way to its page."""
    return [
        {
            "text": split_words(visit, [(part.space, part.period) for part in split.parts]),
            "places": [place_of(visit, part.space) for part in split.parts],
            "price": money(visit, split.total_cents),
            "href": ""
            if split.needs_request
            else f"{path}?{urlencode({**given, **_parts_given(split)})}",
        }
        for split in splits
    ]


def _parts_given(split: Split) -> dict[str, str]:
    return {
        f"part_{number}": offer_value(part.space.id, part.period)
        for number, part in enumerate(split.parts)
    }


def split_words(visit: Visit, parts: Sequence[tuple[Space, Period]]) -> str:
    """How a stay is spread, as one says it: "3 Nächte in A, dann 2 Nächte in B"."""
    said = [
        visit.say(
            N_("{nights} in {place}") if number == 0 else N_("dann {nights} in {place}"),
            nights=nights_words(visit, _nights(visit, period)),
            place=visit.local(space.name),
        )
        for number, (space, period) in enumerate(parts)
    ]
    return visit.list_words(*said)


def _nights(visit: Visit, period: Period) -> int:
    first, last = (at.astimezone(visit.zone).date() for at in (period.starts_at, period.ends_at))
    return (last - first).days


async def stay_page(visit: Visit, actor: Actor, fields: Fields) -> StayPage:
    """Every part of the stay with its price, and the one sum."""
    wishes = await visit.read(lambda read: _wishes(read, visit, fields))
    looked = await visit.read(lambda read: _look(read, visit, actor, wishes))
    dates = [each for _, each in looked]
    cents = sum(each.bill.total_cents for each in dates)
    deposit = sum(each.bill.deposit_cents for each in dates)
    return StayPage(
        sentence=split_words(visit, [(space, each.wish.period) for space, each in looked]),
        who=people_words(visit, wishes[0].people),
        hidden=_hidden(wishes, fields),
        parts=[_part(visit, space, each) for space, each in looked],
        total=money(visit, cents),
        total_cents=str(cents),
        giving_up=giving_up_all(visit, dates),
        deposit=money(visit, deposit) if deposit else "",
        withdrawal=visit.say(NO_WITHDRAWAL) if cents else "",
        charged=cents > 0,
        can=all(each.counts and not each.asks for each in dates),
    )


async def book_stay(visit: Visit, actor: Actor, fields: Fields) -> list[Reservation] | StayPage:
    """Book all parts for the sum that was shown, or none and say why."""
    total = fields.number("total", low=0, high=TOTAL_MAX)
    guests = fields.text("guests", longest=200)
    note = fields.text("note", longest=500)
    if fields.problems:
        raise RefusedError(BAD_ID)

    def run(write: Write) -> list[Reservation] | Refusal:
        wishes = [
            replace(wish, guest_names=guests, note=note) for wish in _wishes(write, visit, fields)
        ]
        return spaces.reserve_series(
            write, actor, wishes, total_cents=total, now=visit.now, signer=visit.house.signer
        )

    done = await visit.store.write(run)
    if not isinstance(done, Refusal):
        return done
    page = await stay_page(visit, actor, fields)
    page.refusal = words(visit, done)
    return page


def _wishes(read: Read, visit: Visit, fields: Fields) -> list[Wish]:
    """The parts that the address or the form names: apartments, each night after the other."""
    series = series_asked(fields)
    people = fields.number("people", low=1, high=99, default=1)
    ages = read_ages(visit, fields)
    wishes = []
    for number in range(splitting.PARTS_MAX):
        given = fields.given.get(f"part_{number}", "")
        if not given:
            break
        space_id, period = read_offer(given)
        space = spaces.find_space(read, space_id)
        if space is None or not space.is_by_night:
            raise RefusedError(NOT_FOUND)
        wishes.append(
            Wish(
                space_id=space_id,
                period=period,
                people=people,
                ages=ages,
                purpose=purpose_for(space),
                series=series,
            )
        )
    if fields.problems or not splitting.follow_each_other(
        [wish.period for wish in wishes], zone_of(read)
    ):
        raise RefusedError(BAD_ID)
    return wishes


def _look(
    read: Read, visit: Visit, actor: Actor, wishes: list[Wish]
) -> list[tuple[Space, SeriesDate]]:
    asked: list[tuple[Wish, bool | None]] = [(wish, True) for wish in wishes]
    dates = spaces.preview_series(read, actor, asked, now=visit.now, others=False)
    found = [spaces.find_space(read, wish.space_id) for wish in wishes]
    return [(space, each) for space, each in zip(found, dates, strict=True) if space is not None]


def _part(visit: Visit, space: Space, each: SeriesDate) -> dict[str, Any]:
    place: Place = place_of(visit, space)
    refusal = each.refusal
    return {
        "place": place,
        "when": when_of(visit, space, each.wish.period),
        "bill": bill_of(visit, each.bill),
        "cancel": giving_up_date(visit, each),
        "why": visit.say(refusal.message, **refusal.values) if refusal else "",
    }


def _hidden(wishes: list[Wish], fields: Fields) -> list[dict[str, str]]:
    given = {
        "person": fields.given.get("person", ""),
        "people": str(wishes[0].people),
        "ages": " ".join(str(age) for age in wishes[0].ages),
        "series": id_text(wishes[0].series),
    }
    for number, wish in enumerate(wishes):
        given[f"part_{number}"] = offer_value(wish.space_id, wish.period)
    return [{"name": name, "value": value} for name, value in given.items() if value]
