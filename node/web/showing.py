"""How places, reservations and bills look on every face: the same words, marks and states.

Templates format nothing, so this makes ready words of domain values in the visitor's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from node.base.ids import id_text
from node.base.periods import Period, local_day
from node.base.refusals import N_
from node.quarter import Closure
from node.quarter.model import PlaceMark
from node.spaces import Bill, Line, Offer, Space, Status
from node.spaces.due import due_of
from node.spaces.pricing import cancellation_cost, free_until
from node.web import i18n
from node.web.visit import Visit

HUES = {
    "blue": 1,
    "olive": 2,
    "ochre": 3,
    "brick": 4,
    "plum": 5,
    "teal": 6,
    "slate": 7,
    "rose": 8,
    "sand": 9,
    "pine": 10,
    "sky": 11,
    "indigo": 12,
}
"""The quiet colours of place marks as the design's hues."""

STATES = {
    Status.REQUESTED: "requested",
    Status.HELD: "held",
    Status.CONFIRMED: "confirmed",
    Status.DECLINED: "declined",
    Status.CANCELLED: "cancelled",
    Status.DISPLACED: "displaced",
    Status.CHECKED_IN: "here",
    Status.CHECKED_OUT: "over",
    Status.NO_SHOW: "no_show",
    Status.EXPIRED: "over",
    Status.OVER: "over",
}
"""What each status looks like: one of the states that every face draws the same way."""

UNUSED = frozenset({Status.CANCELLED, Status.NO_SHOW})
"""Of these nothing is said where nothing is due."""

STATE_WORDS = {
    "requested": N_("angefragt"),
    "held": N_("vorgemerkt"),
    "confirmed": N_("bestätigt"),
    "declined": N_("abgelehnt"),
    "cancelled": N_("abgesagt"),
    "displaced": N_("verlegt"),
    "here": N_("ist da"),
    "over": N_("vorbei"),
    "no_show": N_("nicht erschienen"),
}
"""The words of the states, for what is no page: calendars and tables."""


@dataclass(frozen=True, slots=True)
class Place:
    """The sign of a place or house, as `ui.place_mark` draws it."""

    name: str
    icon: str
    plate: str
    hue: int


@dataclass(frozen=True, slots=True)
class ShownBill:
    """A bill as `ui.bill` draws it."""

    lines: list[dict[str, str]]
    total: dict[str, str]
    vat: list[dict[str, str]]
    note: str
    charged: bool


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A reservation as lists draw it."""

    id: str
    title: str
    when: str
    text: str
    place: Place
    state: str
    state_text: str
    end: str
    has_pass: bool


def place_of(visit: Visit, space: Space) -> Place:
    """The sign of a space."""
    return place_mark(space.mark, visit.local(space.name))


def place_mark(mark: PlaceMark, name: str) -> Place:
    """The sign of whatever has a mark."""
    return Place(name, mark.icon, str(mark.number), HUES.get(mark.colour, 7))


def when_of(visit: Visit, space: Space, period: Period) -> str:
    """From when to when: hours of a day for a room, days for a guest apartment."""
    if not space.is_by_night:
        return span(visit, period)
    arrival = period.starts_at.astimezone(visit.zone).date()
    departure = period.ends_at.astimezone(visit.zone).date()
    return visit.say(
        N_("{arrival} bis {departure}, {nights}"),
        # The year stands once, behind both.
        arrival=i18n.day_words(visit.prefs.lang, arrival),
        departure=departure,
        nights=nights_words(visit, (departure - arrival).days),
    )


def span(visit: Visit, period: Period) -> str:
    """From when to when: "Sa 28. Nov., 15 bis 19 Uhr"."""
    starts, ends = period.starts_at, period.ends_at
    return i18n.span_words(visit.prefs.lang, starts, ends, visit.zone, today=visit.today)


def closure_when(visit: Visit, closure: Closure) -> str:
    """From when to when: whole days as days."""
    zone = visit.zone
    first = closure.starts_at.astimezone(zone).date()
    last = (closure.ends_at - timedelta(seconds=1)).astimezone(zone).date()
    whole = Period(local_day(first, zone).starts_at, local_day(last, zone).ends_at)
    if closure.period != whole:
        return span(visit, closure.period)
    if first == last:
        return i18n.day_words(visit.prefs.lang, first, today=visit.today)
    return visit.say(N_("{first} bis {last}"), first=first, last=last)


def nights_words(visit: Visit, nights: int) -> str:
    """ "1 Nacht", "3 Nächte"."""
    if nights == 1:
        return visit.say(N_("1 Nacht"))
    return visit.say(N_("{nights} Nächte"), nights=nights)


def people_words(visit: Visit, people: int) -> str:
    """ "1 Person", "12 Personen"."""
    if people == 1:
        return visit.say(N_("1 Person"))
    return visit.say(N_("{people} Personen"), people=people)


def money(visit: Visit, cents: int) -> str:
    """A sum as the language writes it; nothing to pay is said as such."""
    if cents == 0:
        return visit.say(N_("kostenlos"))
    return i18n.money_words(visit.prefs.lang, cents)


def moment(visit: Visit, at: datetime) -> str:
    """An instant near now: "heute, 15:30 Uhr"."""
    return i18n.moment_words(visit.prefs.lang, at, visit.zone, now=visit.now)


def line_of(visit: Visit, line: Line) -> ShownLine:
    """A reservation for a list."""
    reservation = line.reservation
    return ShownLine(
        id=id_text(reservation.id),
        title=visit.local(line.space.name),
        when=when_of(visit, line.space, reservation.period),
        text=people_words(visit, reservation.details.people),
        place=place_of(visit, line.space),
        state=STATES[line.status],
        state_text=state_text(visit, line),
        end=_due(visit, line),
        has_pass=line.has_pass,
    )


def _due(visit: Visit, line: Line) -> str:
    """What is to be paid by now; nothing is said of what came to nothing."""
    cents = due_of(line)
    return "" if cents is None or (not cents and line.status in UNUSED) else money(visit, cents)


def state_text(visit: Visit, line: Line) -> str:
    """What the state says beyond its one word; empty where the word is enough."""
    if line.status is Status.REQUESTED:
        if line.space.home_site == visit.house.site_id:
            return visit.say(N_("angefragt: der Service-Point muss zustimmen"))
        return visit.say(N_("angefragt: wird bestätigt, sobald das Haus erreichbar ist"))
    if line.status is Status.HELD and line.reservation.decision is not None:
        until = line.reservation.decision.hold_until
        if until is not None:
            return visit.say(N_("für Sie gehalten bis {until}"), until=clock(visit, until))
    if line.status is Status.EXPIRED:
        return visit.say(N_("nicht zustande gekommen"))
    return ""


def state_word(visit: Visit, line: Line) -> str:
    """The state in words where no sign stands beside it."""
    return state_text(visit, line) or visit.say(STATE_WORDS[STATES[line.status]])


def clock(visit: Visit, at: datetime) -> str:
    """A time of day: "15:30 Uhr"."""
    return i18n.time_words(visit.prefs.lang, at, visit.zone)


def bill_of(visit: Visit, bill: Bill) -> ShownBill:
    """A bill for a page."""
    lang = visit.prefs.lang
    lines = [
        {
            "text": visit.say(line.text, **line.values),
            "detail": "",
            "amount": i18n.money_words(lang, line.cents),
        }
        for line in bill.lines
    ]
    if not lines:
        lines = [{"text": visit.say(N_("Nutzung")), "detail": "", "amount": money(visit, 0)}]
    vat = [
        {
            "text": visit.say(N_("darin {percent} % MwSt."), percent=part.percent),
            "amount": i18n.money_words(lang, part.vat_cents),
        }
        for part in bill.vat
    ]
    note = ""
    if bill.deposit_cents:
        deposit = i18n.money_words(lang, bill.deposit_cents)
        note = visit.say(
            N_("Dazu kommt eine Kaution von {deposit}, die Sie zurückbekommen."), deposit=deposit
        )
    total = {
        "text": visit.say(N_("Zusammen")),
        "amount": i18n.money_words(lang, bill.total_cents),
    }
    return ShownBill(lines, total, vat, note, charged=bill.total_cents > 0)


def sentence_of(visit: Visit, space: Space, period: Period, bill: Bill) -> str:
    """The summary above the one button, in a sentence; with what giving up costs already."""
    until = free_until(space, bill, period.starts_at, now=visit.now)
    parts = [
        visit.local(space.name),
        when_of(visit, space, period),
        money(visit, bill.total_cents),
    ]
    fee = cancellation_cost(space.terms, bill, period.starts_at, now=visit.now).fee_cents
    if until is not None and until > visit.now:
        parts.append(visit.say(N_("frei absagbar bis {until}"), until=moment(visit, until)))
    elif fee:
        parts.append(visit.say(N_("Absagen kostet jetzt {fee}"), fee=money(visit, fee)))
    return visit.list_words(*parts)


def how_to_come_in(visit: Visit, line: Line) -> list[str]:
    """How to come in, a short sentence each."""
    row = line.space.row
    steps = [visit.say(N_("Halten Sie den Ausweis in der Lobby oder an der Tür vor die Kamera."))]
    if row.stay is not None and row.stay.key_handover:
        steps.append(visit.local(row.stay.key_handover))
    if row.access_text:
        steps.append(visit.local(row.access_text))
    return steps


def offer_text(visit: Visit, space: Space) -> str:
    """What a place has, in a line."""
    parts = []
    if space.row.seats and space.is_by_night:
        parts.append(people_words(visit, space.row.seats))
    elif space.row.seats:
        parts.append(visit.say(N_("{seats} Plätze"), seats=space.row.seats))
    if space.row.size_m2:
        parts.append(f"{space.row.size_m2:g} m²")
    parts += [visit.local(thing.name) for thing in space.row.equipment]
    if space.row.is_step_free:
        parts.append(visit.say(N_("ohne Stufen")))
    if space.row.stay is not None and space.row.stay.registration_number:
        # By law it stands wherever the place is offered (WohnStG NRW).
        parts.append(visit.say(N_("Wohnraum-ID {id}"), id=space.row.stay.registration_number))
    return visit.list_words(*parts)


def offer_of(visit: Visit, offer: Offer, href: str) -> dict[str, Any]:
    """An offer of a search as pages draw it."""
    return {
        "place": place_of(visit, offer.space),
        "text": offer_text(visit, offer.space),
        "when": when_of(visit, offer.space, offer.period),
        "detail": when_of(visit, offer.space, offer.period),
        "price": money(visit, offer.bill.total_cents),
        "price_note": "",
        "href": href,
        "requested": offer.needs_request,
        "note": "",
    }
