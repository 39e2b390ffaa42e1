"""Changing a reservation on pages: the same fields as a search, then what it comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from node import spaces
from node.base.actors import Actor
from node.base.ids import id_text, parse_id
from node.base.refusals import N_, Refusal, RefusedError, granted
from node.spaces import Line, Reservation, Status, Wish, moving_along
from node.spaces.moving_along import Companion, TogetherOffer
from node.spaces.telling import with_words
from node.store import Read, Write
from node.web.errors import words
from node.web.finding import read_ages, read_period
from node.web.forms import BAD_ID, Fields
from node.web.i18n import money_words
from node.web.showing import ShownBill, ShownLine, bill_of, line_of, money, place_of, when_of
from node.web.visit import Visit

TOTAL_MAX = 100_000_00


@dataclass(slots=True)
class ChangePage:
    """See `_change.html`."""

    line: ShownLine
    by_night: bool
    inside: bool
    """They are in: place and beginning are past changing."""
    fields: dict[str, str]
    places: list[dict[str, str]]
    errors: dict[str, str] = field(default_factory=dict)
    refusal: dict[str, Any] | None = None
    offer: dict[str, Any] | None = None


def is_to_change(visit: Visit, line: Line) -> bool:
    """Whether it can be changed: while it is agreed or they are in, at the node that decides, and
    by itself; equipment goes with its room."""
    is_here = line.space.home_site == visit.house.site_id and not line.space.is_equipment
    return is_here and line.status in {Status.CONFIRMED, Status.CHECKED_IN}


async def change_page(
    visit: Visit, actor: Actor, reservation_id: bytes, fields: Fields
) -> ChangePage:
    """The form for a change and, once a time was typed, what it would come to."""
    line = await _line(visit, actor, reservation_id)
    given = {**_given(visit, line), **{k: v for k, v in fields.given.items() if v}}
    given["ages"] = fields.given.get("ages", given["ages"])  # nothing said is no children
    page = ChangePage(
        line=line_of(visit, line),
        by_night=line.space.is_by_night,
        inside=line.status is Status.CHECKED_IN,
        fields=given,
        places=await _places(visit, line),
    )
    if "search" not in fields.given:
        return page
    fields.given = given
    wish = _wish(visit, fields, line)
    page.errors = fields.problems
    if wish is None or fields.problems:
        return page
    result = await visit.store.read(
        lambda read: moving_along.preview_together(
            read, actor, reservation_id, wish, left=_left(fields), now=visit.now
        )
    )
    if isinstance(result, Refusal):
        page.refusal = words(visit, result)
    else:
        page.offer = _shown(visit, line, result)
    return page


async def change_now(
    visit: Visit, actor: Actor, reservation_id: bytes, fields: Fields, *, said: str = ""
) -> Reservation | ChangePage:
    """Change it for the total that was shown; else the page again, with why not. `said` is what the
    team writes to it."""
    line = await _line(visit, actor, reservation_id)
    wish = _wish(visit, fields, line)
    total = fields.number("total", low=0, high=TOTAL_MAX)
    if wish is None or fields.problems:
        raise RefusedError(BAD_ID)

    def run(write: Write) -> Reservation | Refusal:
        done = moving_along.change_together(
            write,
            actor,
            reservation_id,
            wish,
            left=_left(fields),
            total_cents=total,
            now=visit.now,
            signer=visit.house.signer,
        )
        return with_words(write, done, said)

    result = await visit.store.write(run)
    if not isinstance(result, Refusal):
        return result
    fields.given["search"] = "1"
    page = await change_page(visit, actor, reservation_id, fields)
    page.refusal = words(visit, result)
    return page


def _left(fields: Fields) -> set[bytes]:
    """What was booked with it and is not to come along: shown, and without a tick."""
    shown = fields.given.get("companions", "").split()
    try:
        return {parse_id(each) for each in shown if not fields.given.get(f"take_{each}")}
    except ValueError:
        raise RefusedError(BAD_ID) from None


async def _line(visit: Visit, actor: Actor, reservation_id: bytes) -> Line:
    def look(read: Read) -> Line:
        return granted(spaces.get_line(read, actor, reservation_id, now=visit.now))

    return await visit.read(look)


async def _places(visit: Visit, line: Line) -> list[dict[str, str]]:
    """The places of the same kind: whoever moves may move next door."""
    found = await visit.read(spaces.list_spaces)
    return [
        {"value": id_text(space.id), "text": visit.local(space.name)}
        for space in found
        if space.kind is line.space.kind
    ]


def _given(visit: Visit, line: Line) -> dict[str, str]:
    """The fields as the reservation stands."""
    period, details = line.reservation.period, line.reservation.details
    first, last = (at.astimezone(visit.zone) for at in (period.starts_at, period.ends_at))
    return {
        "kind": str(line.space.kind),
        "space": id_text(line.space.id),
        "day": first.date().isoformat(),
        "until": last.date().isoformat(),
        "starts": f"{first:%H:%M}",
        "ends": f"{last:%H:%M}",
        "people": str(details.people),
        "ages": ", ".join(map(str, details.ages)),
    }


def _wish(visit: Visit, fields: Fields, line: Line) -> Wish | None:
    fields.given["kind"] = str(line.space.kind)
    period = read_period(visit, fields, line.space.kind)
    people = fields.number("people", low=1, high=99)
    ages = read_ages(visit, fields)
    if period is None or fields.problems:
        return None
    return Wish(
        space_id=fields.id("space"),
        period=period,
        people=people,
        ages=ages,
        purpose=line.reservation.details.purpose,
    )


def _shown(visit: Visit, line: Line, whole: TogetherOffer) -> dict[str, Any]:
    offer = whole.room
    bill: ShownBill = bill_of(visit, offer.bill)
    when = when_of(visit, offer.space, offer.period)
    return {
        "place": place_of(visit, offer.space),
        "sentence": visit.list_words(visit.local(offer.space.name), when),
        "before": when_of(visit, line.space, line.reservation.period),
        "bill": bill,
        "difference": difference_words(visit, whole.difference_cents),
        "total": str(whole.total_cents),
        "charged": whole.difference_cents > 0,
        "can": whole.can,
        "all": money(visit, whole.total_cents),
        "companions": [_companion(visit, each) for each in whole.companions],
        "is_same": offer.is_same,
    }


def _companion(visit: Visit, each: Companion) -> dict[str, Any]:
    refusal = each.refusal
    if not each.space.is_equipment:
        without = visit.say(N_("Ohne Haken bleibt es zur bisherigen Zeit gebucht."))
    elif each.fee_cents:
        fee = money(visit, each.fee_cents)
        without = visit.say(N_("Ohne Haken wird es abgesagt; das kostet {fee}."), fee=fee)
    else:
        without = visit.say(N_("Ohne Haken wird es kostenlos abgesagt."))
    return {
        "id": id_text(each.reservation.id),
        "place": place_of(visit, each.space),
        "checked": each.is_taken,
        "price": money(visit, each.cents),
        "why": visit.say(refusal.message, **refusal.values) if refusal else "",
        "without": without,
    }


def difference_words(visit: Visit, cents: int) -> str:
    """What a change comes to beside what was agreed."""
    if cents == 0:
        return visit.say(N_("Der Preis bleibt gleich."))
    amount = money_words(visit.prefs.lang, abs(cents))
    if cents > 0:
        return visit.say(N_("Es kommen {amount} dazu."), amount=amount)
    return visit.say(N_("Es werden {amount} weniger."), amount=amount)
