"""The stay book on paper, and the registration forms of a quarter: as a list, as a table, on paper.

The forms are what authorities may ask to see (BMG s.30(4)): all of a quarter in one document, the
list first and then each form with its signature. What was destroyed is in neither.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get

from node.base.actors import Permission
from node.base.ids import id_text
from node.base.refusals import N_
from node.desk.frame import desk_page
from node.desk.stays import (
    Book,
    Span,
    asked_span,
    forms_of,
    let_words,
    read_book,
    reason_words,
    sums_of,
    title_of,
)
from node.spaces import guests
from node.spaces.guests import FiledForm, Stay
from node.web import i18n
from node.web.guest_forms import dated, draw_form, name_of, state_of
from node.web.pdf_file import pdf_file
from node.web.showing import Place, moment, place_of, state_word
from node.web.stay_paper import Column, Listed, list_paper
from node.web.table import Cell, Sum, Table
from node.web.visit import Visit

FORM_COLUMNS = (
    N_("Ort"),
    N_("Ankunft"),
    N_("Abreise"),
    N_("Gast"),
    N_("Mitreisende"),
    N_("Stand"),
    N_("Unterschrieben"),
    N_("Pass gesehen"),
    N_("Aufzubewahren bis"),
    N_("Nummer"),
)


@dataclass(slots=True)
class FormsPage:
    """See `desk/stay_forms.html`."""

    title: str
    days: str
    back: str
    paper_href: str
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One form of a stay, filled in or still due."""

    stay: Stay
    number: int
    filed: FiledForm | None


@get("/desk/stays/paper", include_in_schema=False)
async def stays_paper(visit: Visit) -> Response[bytes]:
    """The stay book of a quarter of the year on A4."""
    visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    span = asked_span(visit)
    book = await visit.read(lambda read: read_book(read, visit, span))
    listed = _book_listed(visit, span, book)
    content = await asyncio.to_thread(lambda: list_paper(visit, listed).content())
    return pdf_file(visit.say(N_("belegungsbuch-{quarter}"), quarter=str(span)), content)


def _book_listed(visit: Visit, span: Span, book: Book) -> Listed:
    lang = visit.prefs.lang
    columns = (
        Column(visit.say(N_("Ort")), 43),
        Column(visit.say(N_("Wohnraum-ID")), 29),
        Column(visit.say(N_("Ankunft")), 22),
        Column(visit.say(N_("Abreise")), 22),
        Column(visit.say(N_("Nächte")), 16, is_number=True),
        Column(visit.say(N_("Pers.")), 13, is_number=True),
        Column(visit.say(N_("Person")), 45),
        Column(visit.say(N_("Stand")), 25),
        Column(visit.say(N_("Zählt")), 14, is_number=True),
        Column(visit.say(N_("Frei")), 14, is_number=True),
        Column(visit.say(N_("Steuer")), 23, is_number=True),
    )
    rows = [
        (
            visit.local(each.stay.line.space.name),
            each.stay.line.space.row.stay.registration_number
            if each.stay.line.space.row.stay
            else "",
            dated(lang, each.stay.arrives_on),
            dated(lang, each.stay.leaves_on),
            str(each.stay.nights),
            str(each.stay.people),
            book.names[each.stay.line.reservation.id][0],
            _state(visit, each.levied.exempt, each.reason, state_word(visit, each.stay.line)),
            str(each.levied.nights),
            str(each.levied.minors + each.levied.beyond + each.levied.exempt),
            i18n.money_words(lang, each.levied.cents),
        )
        for each in book.stays
    ]
    let = [
        {"label": visit.local(each.space.name), "value": let_words(visit, each)}
        for each in book.let
    ]
    return Listed(
        title=f"{visit.say(N_('Belegungsbuch'))}, {title_of(visit, span)}",
        under=f"{visit.house.quarter_name}, {_days(visit, span)}",
        made=visit.say(N_("Stand: {at}"), at=visit.now),
        columns=columns,
        rows=rows,
        empty=visit.say(N_("In diesem Quartal beginnt kein Aufenthalt.")),
        sums=(
            (visit.say(N_("Für die Stadt")), sums_of(visit, book.stays)),
            (visit.say(N_("Meldescheine")), forms_of(visit, book.registered)),
            (visit.say(N_("Nächte im Jahr {year}"), year=str(span.year)), let),
        ),
        note=visit.say(N_("„Zählt“ und „Frei“ sind Übernachtungen: Personen mal Nächte.")),
    )


def _state(visit: Visit, exempt: int, reason: str, words: str) -> str:
    return visit.list_words(words, reason_words(visit, reason)) if exempt else words


def _days(visit: Visit, span: Span) -> str:
    return f"{dated(visit.prefs.lang, span.first)} – {dated(visit.prefs.lang, span.last)}"


# Registration forms


@get("/desk/stays/forms", include_in_schema=False)
async def stay_forms(visit: Visit) -> Response[Any]:
    """Every registration form of the stays that begin in a quarter, and how far it is."""
    span, stays = await _stays(visit)
    page = FormsPage(
        title=title_of(visit, span),
        days=_days(visit, span),
        back=f"/desk/stays?quarter={span}",
        paper_href=f"/desk/stays/forms/paper?quarter={span}",
        rows=[_row(visit, each) for each in _entries(stays)],
    )
    return await desk_page(
        visit,
        "desk/stay_forms.html",
        page,
        here="plan",
        table=lambda: _table(visit, span, stays),
    )


async def _stays(visit: Visit) -> tuple[Span, list[Stay]]:
    actor, span = visit.allowed(Permission.CHECK_IN_OTHERS), asked_span(visit)
    stays = await visit.read(
        lambda read: guests.form_book(read, actor, span.first, span.last, now=visit.now)
    )
    return span, stays


def _entries(stays: Sequence[Stay]) -> Iterator[_Entry]:
    for stay in stays:
        for number in guests.forms_needed(stay):
            yield _Entry(stay, number, stay.forms.get(number))


def _row(visit: Visit, entry: _Entry) -> dict[str, Any]:
    stay, filed, lang = entry.stay, entry.filed, visit.prefs.lang
    place: Place = place_of(visit, stay.line.space)
    return {
        "place": place,
        "when": f"{dated(lang, stay.first_day)} – {dated(lang, stay.last_day)}",
        "name": name_of(stay, entry.number),
        "href": f"/desk/guests/{id_text(stay.line.reservation.id)}",
        "fellows": str(len(filed.form.fellows)) if filed else "",
        "seen": moment(visit, filed.seen_at) if filed and filed.seen_at else "",
        "kept_until": _kept_until(visit, stay),
        **state_of(visit, filed),
    }


def _kept_until(visit: Visit, stay: Stay) -> str:
    return dated(visit.prefs.lang, guests.a_year_after(stay.first_day))


def _table(visit: Visit, span: Span, stays: Sequence[Stay]) -> Table:
    rows: list[list[Cell | Sum]] = [
        [
            visit.local(each.stay.line.space.name),
            each.stay.first_day,
            each.stay.last_day,
            name_of(each.stay, each.number),
            len(each.filed.form.fellows) if each.filed else None,
            state_of(visit, each.filed)["state_text"],
            each.filed.signed_at if each.filed else None,
            each.filed.seen_at if each.filed else None,
            guests.a_year_after(each.stay.first_day),
            id_text(each.stay.line.reservation.id),
        ]
        for each in _entries(stays)
    ]
    name = visit.say(N_("meldescheine-{quarter}"), quarter=str(span))
    return Table(name, [visit.say(column) for column in FORM_COLUMNS], rows)


@get("/desk/stays/forms/paper", include_in_schema=False)
async def forms_paper(visit: Visit) -> Response[bytes]:
    """The list on A4, and behind it each form that was filled in."""
    span, stays = await _stays(visit)
    content = await asyncio.to_thread(_drawn_forms, visit, span, stays)
    return pdf_file(visit.say(N_("meldescheine-{quarter}"), quarter=str(span)), content)


def _drawn_forms(visit: Visit, span: Span, stays: Sequence[Stay]) -> bytes:
    entries = list(_entries(stays))
    paper = list_paper(visit, _forms_listed(visit, span, entries))
    for each in entries:
        if each.filed is not None:
            kept_until = _kept_until(visit, each.stay)
            draw_form(visit, paper, each.stay, each.filed, kept_until=kept_until)
    return paper.content()


def _forms_listed(visit: Visit, span: Span, entries: Sequence[_Entry]) -> Listed:
    lang = visit.prefs.lang
    columns = (
        Column(visit.say(N_("Ort")), 50),
        Column(visit.say(N_("Ankunft")), 23),
        Column(visit.say(N_("Abreise")), 23),
        Column(visit.say(N_("Gast")), 60),
        Column(visit.say(N_("Mitreisende")), 22, is_number=True),
        Column(visit.say(N_("Stand")), 50),
        Column(visit.say(N_("Aufzubewahren bis")), 39),
    )
    rows = [
        (
            visit.local(each.stay.line.space.name),
            dated(lang, each.stay.first_day),
            dated(lang, each.stay.last_day),
            name_of(each.stay, each.number),
            str(len(each.filed.form.fellows)) if each.filed else "",
            state_of(visit, each.filed)["state_text"],
            _kept_until(visit, each.stay),
        )
        for each in entries
    ]
    return Listed(
        title=f"{visit.say(N_('Meldescheine'))}, {title_of(visit, span)}",
        under=f"{visit.house.quarter_name}, {_days(visit, span)}",
        made=visit.say(N_("Stand: {at}"), at=visit.now),
        columns=columns,
        rows=rows,
        empty=visit.say(NONE),
        note=visit.say(KEPT),
    )


NONE = N_("In diesem Quartal gibt es keinen Meldeschein.")
KEPT = N_(
    "Ein Jahr nach der Ankunft vernichtet das System jeden Meldeschein von selbst. Was auf Papier"
    " unterschrieben wurde, vernichten Sie bitte dann auch."
)

ROUTES = (stays_paper, stay_forms, forms_paper)
