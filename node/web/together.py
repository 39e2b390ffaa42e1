"""More for the same time on pages: a room, what is ticked beside it, one sum, one button."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from node import spaces
from node.base.actors import Actor
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, RefusedError
from node.spaces import Reservation, SeriesDate, Space, Wish
from node.store import Read, Write
from node.web.errors import words
from node.web.forms import BAD_ID, Fields
from node.web.offering import offer_value, purpose_for, read_offer
from node.web.series import TOTAL_MAX, room_of, series_asked
from node.web.showing import Place, money, place_of, when_of
from node.web.terms import giving_up_all, giving_up_date
from node.web.visit import Visit


@dataclass(slots=True)
class TogetherPage:
    """See `_together.html`. `hidden` goes along with the form."""

    place: Place
    when: str
    hidden: list[dict[str, str]]
    room: dict[str, Any]
    rooms: list[dict[str, Any]]
    equipment: list[dict[str, Any]]
    total: str
    total_cents: str
    giving_up: str
    """What giving all of it up costs, by when."""
    deposit: str
    charged: bool
    requested: bool
    can: bool
    errors: dict[str, str] = field(default_factory=dict)
    refusal: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Looked:
    """The room and what can go with it, each as it was looked at."""

    wish: Wish
    space: Space
    room: SeriesDate
    others: list[tuple[Space, SeriesDate]]


async def together_page(visit: Visit, actor: Actor, fields: Fields) -> TogetherPage:
    """The room with everything that could go with it, and what is ticked summed up."""
    looked = await visit.read(lambda read: _look(read, visit, actor, fields))
    counted = [each for each in (looked.room, *(one for _, one in looked.others)) if each.counts]
    cents = sum(each.bill.total_cents for each in counted)
    deposit = sum(each.bill.deposit_cents for each in counted)
    rows = [(space, _row(visit, space, each)) for space, each in looked.others]
    return TogetherPage(
        place=place_of(visit, looked.space),
        when=when_of(visit, looked.space, looked.wish.period),
        hidden=_hidden(looked.wish, fields),
        room=_row(visit, looked.space, looked.room),
        rooms=[row for space, row in rows if not space.is_equipment],
        equipment=[row for space, row in rows if space.is_equipment],
        total=money(visit, cents),
        total_cents=str(cents),
        giving_up=giving_up_all(visit, counted),
        deposit=money(visit, deposit) if deposit else "",
        charged=cents > 0,
        requested=any(each.asks for each in counted),
        can=looked.room.counts,
        errors=fields.problems,
    )


async def book_together(
    visit: Visit, actor: Actor, fields: Fields
) -> list[Reservation] | TogetherPage:
    """Book all that was ticked for the sum that was shown, or nothing and say why."""
    total = fields.number("total", low=0, high=TOTAL_MAX)
    if fields.problems:
        raise RefusedError(BAD_ID)

    def run(write: Write) -> list[Reservation] | Refusal:
        wish, _ = _wish(write, fields)
        picked = [each for space, each in spaces.beside(write, wish) if _is_ticked(fields, space)]
        return spaces.reserve_series(
            write,
            actor,
            [wish, *picked],
            total_cents=total,
            now=visit.now,
            signer=visit.house.signer,
        )

    done = await visit.store.write(run)
    if not isinstance(done, Refusal):
        return done
    page = await together_page(visit, actor, fields)
    page.refusal = words(visit, done)
    return page


def _look(read: Read, visit: Visit, actor: Actor, fields: Fields) -> _Looked:
    wish, space = _wish(read, fields)
    others = spaces.beside(read, wish)
    asked = [(wish, True), *((each, _is_ticked(fields, one)) for one, each in others)]
    room, *rest = spaces.preview_series(read, actor, asked, now=visit.now, others=False)
    return _Looked(wish, space, room, list(zip((one for one, _ in others), rest, strict=True)))


def _wish(read: Read, fields: Fields) -> tuple[Wish, Space]:
    space_id, period = read_offer(fields.given.get("offer", ""))
    space = room_of(read, space_id)
    wish = Wish(
        space_id=space_id,
        period=period,
        people=fields.number("people", low=1, high=99, default=1),
        purpose=purpose_for(space, fields.text("use", longest=40)),
        note=fields.text("note", longest=500),
        series=series_asked(fields),
    )
    return wish, space


def _tick(space: Space) -> str:
    return f"with_{id_text(space.id)}"


def _is_ticked(fields: Fields, space: Space) -> bool:
    return bool(fields.given.get(_tick(space), ""))


def _row(visit: Visit, space: Space, each: SeriesDate) -> dict[str, Any]:
    refusal = each.refusal
    about = visit.local(space.row.about)
    return {
        "name": _tick(space),
        "place": place_of(visit, space),
        "about": about,
        "checked": each.counts,
        "price": money(visit, each.bill.total_cents) if refusal is None else "",
        "giving_up": giving_up_date(visit, each),
        "asks": visit.say(N_("wird angefragt")) if each.asks else "",
        "why": visit.say(refusal.message, **refusal.values) if refusal else "",
    }


def _hidden(wish: Wish, fields: Fields) -> list[dict[str, str]]:
    given = {
        "person": fields.given.get("person", ""),
        "offer": offer_value(wish.space_id, wish.period),
        "people": str(wish.people),
        "use": wish.purpose,
        "series": id_text(wish.series),
    }
    return [{"name": name, "value": value} for name, value in given.items() if value]
