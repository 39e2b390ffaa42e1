"""The stay book: stays of a quarter of the year with the levy, forms in numbers, nights let."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from litestar import Response, get

from node.base.actors import Permission
from node.base.ids import id_text
from node.base.refusals import N_, Refusal
from node.desk.frame import desk_page
from node.desk.taxes import REASONS
from node.desk.today import names_of
from node.spaces import guests
from node.spaces.guests import BookedStay, LetNights, Registered
from node.store import Read
from node.web import i18n
from node.web.forms import read_query
from node.web.guest_forms import dated
from node.web.showing import STATES, Place, place_of, state_word
from node.web.table import Cell, Sum, Table
from node.web.visit import Visit

ASKED = re.compile(r"(20[0-9]{2}|21[0-9]{2})-([1-4])")
BACK = 8
"""So many quarters back can be chosen from a list; any other by its address."""
COLUMNS = (
    N_("Ort"),
    N_("Wohnraum-ID"),
    N_("Ankunft"),
    N_("Abreise"),
    N_("Nächte"),
    N_("Genutzt"),
    N_("Personen"),
    N_("Person"),
    N_("Stand"),
    N_("Steuerpflichtige Übernachtungen"),
    N_("Beherbergungssteuer"),
    N_("Frei: unter 18 Jahren"),
    N_("Frei: über der Höchstdauer"),
    N_("Frei: befreit"),
    N_("Grund der Befreiung"),
    N_("Im Kalender bis"),
    N_("Nummer"),
)


@dataclass(frozen=True, slots=True)
class Span:
    """A quarter of a year."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after.first - timedelta(days=1)

    @property
    def after(self) -> Span:
        """The next one."""
        return Span(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def before(self) -> Span:
        """The one before."""
        return Span(self.year - (self.number == 1), (self.number - 2) % 4 + 1)

    def __str__(self) -> str:
        return f"{self.year}-{self.number}"


@dataclass(slots=True)
class StaysPage:
    """See `desk/stays.html`."""

    title: str
    days: str
    paper_href: str
    forms_href: str
    spans: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    sums: list[dict[str, str]]
    forms: list[dict[str, str]]
    year: str
    let: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Book:
    """The stay book of a quarter with everything that is told beside it."""

    stays: list[BookedStay]
    names: dict[bytes, tuple[str, str]]
    registered: Registered
    let: list[LetNights]


@get("/desk/stays", include_in_schema=False)
async def stays(visit: Visit) -> Response[Any]:
    """The stays of a quarter of the year, `?quarter=2026-4`; a table for the city, too."""
    visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    span = asked_span(visit)
    book = await visit.read(lambda read: read_book(read, visit, span))
    return await desk_page(
        visit,
        "desk/stays.html",
        _page(visit, span, book),
        here="plan",
        table=lambda: _table(visit, span, book),
    )


def asked_span(visit: Visit) -> Span:
    """The quarter that was asked for, else that of today."""
    found = ASKED.fullmatch(read_query(visit).given.get("quarter", ""))
    if found is not None:
        return Span(int(found[1]), int(found[2]))
    today = visit.today
    return Span(today.year, (today.month + 2) // 3)


def read_book(read: Read, visit: Visit, span: Span) -> Book | Refusal:
    """All that the book of a quarter says."""
    found = guests.stay_book(read, visit.actor, span.first, span.last, now=visit.now)
    if isinstance(found, Refusal):
        return found
    return Book(
        found,
        names_of(read, [each.stay.line for each in found]),
        guests.registered(read, span.first, span.last),
        guests.let_nights(read, span.year, now=visit.now),
    )


def _page(visit: Visit, span: Span, book: Book) -> StaysPage:
    lang = visit.prefs.lang
    today = visit.today
    now = Span(today.year, (today.month + 2) // 3)
    spans = [now.after, now]
    for _ in range(BACK):
        spans.append(spans[-1].before)
    return StaysPage(
        title=title_of(visit, span),
        days=f"{dated(lang, span.first)} – {dated(lang, span.last)}",
        paper_href=f"/desk/stays/paper?quarter={span}",
        forms_href=f"/desk/stays/forms?quarter={span}",
        spans=[
            {
                "href": f"/desk/stays?quarter={each}",
                "text": title_of(visit, each),
                "here": each == span,
            }
            for each in spans
        ],
        rows=[_row(visit, each, book.names) for each in book.stays],
        sums=sums_of(visit, book.stays),
        forms=forms_of(visit, book.registered),
        year=str(span.year),
        let=[_let(visit, each) for each in book.let],
    )


def title_of(visit: Visit, span: Span) -> str:
    """As one says it: "4. Quartal 2026"."""
    return visit.say(N_("{number}. Quartal {year}"), number=span.number, year=str(span.year))


def _row(visit: Visit, booked: BookedStay, names: dict[bytes, tuple[str, str]]) -> dict[str, Any]:
    stay, lang = booked.stay, visit.prefs.lang
    place: Place = place_of(visit, stay.line.space)
    return {
        "place": place,
        "when": f"{_short(lang, stay.arrives_on)} – {_short(lang, stay.leaves_on)}",
        "name": names[stay.line.reservation.id][0],
        "href": f"/desk/reservations/{id_text(stay.line.reservation.id)}",
        "people": str(stay.people),
        "nights": str(stay.nights),
        "state": STATES[stay.line.status],
        "taxed": str(booked.levied.nights),
        "free": str(booked.levied.minors + booked.levied.beyond + booked.levied.exempt),
        "levy": i18n.money_words(lang, booked.levied.cents),
        "enter_by": _short(lang, booked.enter_by),
    }


def _short(lang: str, day: date) -> str:
    """A day of a year that stands above the list."""
    return f"{day:%d.%m.}" if lang == "de" else f"{day:%d/%m}"


def sums_of(visit: Visit, found: Sequence[BookedStay]) -> list[dict[str, str]]:
    """What is filed with the city."""
    levied = [each.levied for each in found]
    cents = i18n.money_words(visit.prefs.lang, sum(each.cents for each in levied))
    rows = (
        (N_("Aufenthalte"), str(len(found))),
        (N_("Steuerpflichtige Übernachtungen"), str(sum(each.nights for each in levied))),
        (N_("Frei: unter 18 Jahren"), str(sum(each.minors for each in levied))),
        (N_("Frei: über der Höchstdauer"), str(sum(each.beyond for each in levied))),
    )
    return [
        *({"label": visit.say(label), "value": value} for label, value in rows),
        *_exempt(visit, found),
        {"label": visit.say(N_("Steuer")), "value": cents},
    ]


def _exempt(visit: Visit, found: Sequence[BookedStay]) -> list[dict[str, str]]:
    """Nights of exempt guests by reason, as the city asks for them."""
    nights: dict[str, int] = {}
    for each in found:
        if each.levied.exempt:
            nights[each.reason] = nights.get(each.reason, 0) + each.levied.exempt
    return [
        {
            "label": visit.say(N_("Frei: {reason}"), reason=reason_words(visit, reason)),
            "value": str(count),
        }
        for reason, count in sorted(nights.items())
    ]


def reason_words(visit: Visit, reason: str) -> str:
    """Why somebody owes no levy, in words; what is not known any more is said so."""
    known = {str(each): words for each, words in REASONS.items()}
    return visit.say(known.get(reason, NOT_KNOWN))


def forms_of(visit: Visit, found: Registered) -> list[dict[str, str]]:
    """Forms in numbers; on which days how many were destroyed."""
    lang = visit.prefs.lang
    rows = [
        (visit.say(N_("Ausgefüllt")), str(found.forms)),
        (visit.say(N_("Unterschrieben")), str(found.signed)),
        *(
            (visit.say(N_("Vernichtet am {day}"), day=dated(lang, day)), str(count))
            for day, count in found.destroyed
        ),
    ]
    return [{"label": label, "value": value} for label, value in rows]


def _let(visit: Visit, found: LetNights) -> dict[str, Any]:
    stay = found.space.row.stay
    return {
        "place": place_of(visit, found.space),
        "id": stay.registration_number if stay else "",
        "href": f"/desk/places/{id_text(found.space.id)}",
        "text": let_words(visit, found),
        "is_over": found.is_over,
    }


def let_words(visit: Visit, found: LetNights) -> str:
    """How many nights of the year a place is let, of how many."""
    if not found.most:
        return str(found.nights)
    return visit.say(N_("{nights} von {most}"), nights=found.nights, most=found.most)


def _table(visit: Visit, span: Span, book: Book) -> Table:
    rows: list[list[Cell | Sum]] = [
        [
            visit.local(each.stay.line.space.name),
            each.stay.line.space.row.stay.registration_number
            if each.stay.line.space.row.stay
            else "",
            each.stay.arrives_on,
            each.stay.leaves_on,
            each.stay.nights,
            each.let,
            each.stay.people,
            book.names[each.stay.line.reservation.id][0],
            state_word(visit, each.stay.line),
            each.levied.nights,
            Sum(each.levied.cents),
            each.levied.minors,
            each.levied.beyond,
            each.levied.exempt,
            reason_words(visit, each.reason) if each.levied.exempt else "",
            each.enter_by,
            id_text(each.stay.line.reservation.id),
        ]
        for each in book.stays
    ]
    name = visit.say(N_("belegungsbuch-{quarter}"), quarter=str(span))
    return Table(name, [visit.say(column) for column in COLUMNS], rows)


NOT_KNOWN = N_("Grund nicht mehr bekannt")

ROUTES = (stays,)
