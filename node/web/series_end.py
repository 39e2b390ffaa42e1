"""What a reservation was booked with, and giving all of it up: for the portal and the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from node import spaces
from node.base.actors import Actor
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, granted
from node.spaces import Line
from node.store import Read
from node.web.errors import words
from node.web.forms import Fields
from node.web.showing import ShownLine, line_of, money
from node.web.splitting import split_words
from node.web.visit import Visit


@dataclass(slots=True)
class EndSeriesPage:
    """See `_series_cancel.html`. `back` is the reservation's page."""

    back: str
    action: str
    lines: list[ShownLine]
    fee: str
    fee_cents: str
    is_free: bool
    refusal: dict[str, Any] | None = None
    errors: dict[str, str] = field(default_factory=dict)


def series_lines(read: Read, visit: Visit, actor: Actor, reservation_id: bytes) -> list[Line]:
    """What lies ahead of a reservation's series, itself among it; empty where it has none."""
    ahead = spaces.series_ahead(read, actor, reservation_id, now=visit.now)
    found = (spaces.get_line(read, actor, each.id, now=visit.now) for each in ahead)
    return [line for line in found if isinstance(line, Line)]


def series_words(visit: Visit, here: Line, lines: list[Line], back: str) -> dict[str, str] | None:
    """What it was booked with, and where all of that is given up."""
    if len(lines) < 2:
        return None
    href, period = f"{back}/cancel-series", here.reservation.period
    if here.space.is_by_night:
        parts = [(each.space, each.reservation.period) for each in lines]
        text = visit.say(N_("Ein Aufenthalt: {parts}."), parts=split_words(visit, parts))
        return {"href": href, "text": text, "act": visit.say(N_("Den ganzen Aufenthalt absagen"))}
    if any(each.reservation.period != period for each in lines):
        text = visit.say(N_("Gehört zu einer Serie: noch {count} Termine."), count=len(lines))
        return {"href": href, "text": text, "act": visit.say(N_("Alle Termine der Serie absagen"))}
    names = ", ".join(
        visit.local(each.space.name) for each in lines if each.reservation.id != here.reservation.id
    )
    text = visit.say(N_("Zusammen gebucht mit: {names}."), names=names)
    return {"href": href, "text": text, "act": visit.say(N_("Alles zusammen absagen"))}


async def end_page(
    visit: Visit, actor: Actor, reservation_id: bytes, *, back: str
) -> EndSeriesPage:
    """What lies ahead of a series, and what giving all of it up costs now."""

    def look(read: Read) -> tuple[list[Line], int]:
        granted(spaces.own_reservation(read, actor, reservation_id))
        lines = series_lines(read, visit, actor, reservation_id)
        return lines, spaces.series_fee([line.reservation for line in lines], now=visit.now)

    lines, fee = await visit.read(look)
    return EndSeriesPage(
        back=f"{back}/{id_text(reservation_id)}",
        action=f"{back}/{id_text(reservation_id)}/cancel-series",
        lines=[line_of(visit, line) for line in lines],
        fee=money(visit, fee),
        fee_cents=str(fee),
        is_free=fee == 0,
    )


async def end_now(
    visit: Visit, actor: Actor, reservation_id: bytes, fields: Fields, *, back: str
) -> EndSeriesPage | None:
    """Give it up for what was shown; None where it is done, else the page with why not."""
    fee = fields.number("fee", low=0, high=10**8)
    done = await visit.store.write(
        lambda write: spaces.cancel_series(
            write, actor, reservation_id, fee_cents=fee, now=visit.now
        )
    )
    if not isinstance(done, Refusal):
        return None
    page = await end_page(visit, actor, reservation_id, back=back)
    page.refusal = words(visit, done)
    return page
