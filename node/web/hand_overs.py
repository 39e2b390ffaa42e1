"""How the list of a hand-over looks and is read: the same for its people and for the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from node.base.figures import whole_number
from node.base.ids import id_text
from node.base.periods import from_epoch
from node.base.refusals import N_
from node.quarter.files import HandoverKind, HandoverRow
from node.spaces import Answer, HandOver, Phase, Photo, Protocol, Said
from node.spaces.hand_over import THOUSAND
from node.web import i18n
from node.web.forms import Fields
from node.web.showing import Place, moment, place_of, when_of
from node.web.visit import Visit

COUNT_MAX = 100_000
FIGURES_MAX = 9
PART_FIGURES = 3
WORDS_MAX = 500
LIVE_TABLES = "hand_over passage"
"""A page of hand-overs asks for itself again when one of these changes."""

TITLES = {Phase.IN: N_("Übergabe bei der Ankunft"), Phase.OUT: N_("Übergabe bei der Abreise")}
KINDS = {
    HandoverKind.COUNT: N_("Anzahl"),
    HandoverKind.KEY: N_("Schlüssel"),
    HandoverKind.METER: N_("Zähler"),
    HandoverKind.CONDITION: N_("Zustand"),
}


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A line of the list as its form asks for it; see `_hand_over.html`."""

    key: str
    name: str
    kind: str
    unit: str
    hint: str
    choice: str
    """ "fits", "differs" or "" where nothing is said."""
    number: str
    words: str
    error: str = ""
    photos: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class ListPage:
    """One protocol as a form, or as what it said once it is signed; see `_hand_over.html`."""

    title: str
    place: Place
    when: str
    action: str
    back: str
    rows: list[ShownRow]
    signed: str
    answers: list[dict[str, str]]
    left: int
    photos: list[dict[str, str]] = field(default_factory=list)
    """Those of no line; once it is signed, all."""
    problems: dict[str, str] = field(default_factory=dict)
    is_guests: bool = False
    until: str = ""
    """How long the address is good for; "" where it does not end."""


def list_page(
    visit: Visit,
    found: HandOver,
    phase: Phase,
    photos: Sequence[Photo],
    *,
    action: str,
    back: str,
    fields: Fields | None,
) -> ListPage:
    """The page of one protocol; `fields` is what was typed where it has to be looked at again."""
    protocol = found.protocol(phase)
    reservation = found.line.reservation
    problems = fields.problems if fields is not None else {}
    shown = photos_by_row(visit, found, [each for each in photos if each.phase == phase], back)
    rows = _rows(visit, found, phase, fields)
    for row in rows:
        row.photos.extend(shown.pop(row.key, []))
    return ListPage(
        title=visit.say(TITLES[phase]),
        place=place_of(visit, found.line.space),
        when=when_of(visit, found.line.space, reservation.period),
        action=action,
        back=back,
        rows=rows,
        signed=moment(visit, protocol.signed.fact.at) if protocol.signed else "",
        answers=_answered(visit, found, protocol) if protocol.signed else [],
        left=len(protocol.unanswered(found.listed)),
        photos=[each for some in shown.values() for each in some],
        problems={_place(found, name): text for name, text in problems.items()},
    )


def photos_by_row(
    visit: Visit, found: HandOver, photos: Sequence[Photo], start: str
) -> dict[str, list[dict[str, str]]]:
    """Where the photos are, by the line that they show; `start` is the reservation's address."""
    names = {row.key: visit.local(row.name) for row in found.listed}
    shown: dict[str, list[dict[str, str]]] = {}
    for photo in photos:
        what = names.get(photo.row_key) or visit.say(TITLES[Phase(photo.phase)])
        shown.setdefault(photo.row_key, []).append(
            {
                "id": id_text(photo.id),
                "href": f"{start}/photos/{id_text(photo.id)}",
                "text": visit.say(
                    N_("Foto: {what}, {when}"),
                    what=what,
                    when=moment(visit, from_epoch(photo.at)),
                ),
            }
        )
    return shown


def _rows(visit: Visit, found: HandOver, phase: Phase, fields: Fields | None) -> list[ShownRow]:
    if found.protocol(phase).signed is not None:
        return []
    return [_row(visit, found, phase, row, fields) for row in found.listed]


def _place(found: HandOver, name: str) -> str:
    """Where in the page a field's problem leads to: the first thing to touch in its line."""
    kinds = {row.key: row.kind for row in found.listed}
    kind = kinds.get(name)
    if kind is None:
        return name
    return f"number_{name}" if kind is HandoverKind.METER else f"is_{name}_differs"


def _row(
    visit: Visit, found: HandOver, phase: Phase, row: HandoverRow, fields: Fields | None
) -> ShownRow:
    said = found.protocol(phase).answers.get(row.key)
    choice, number, words = "", "", ""
    if said is not None:
        choice = "fits" if said.fits else "differs"
        number, words = _number(visit, said), said.words
        if choice == "fits" and row.kind is not HandoverKind.METER:
            number = ""
    if fields is not None:
        choice = fields.given.get(f"is_{row.key}", choice)
        number = fields.given.get(f"number_{row.key}", number)
        words = fields.given.get(f"words_{row.key}", words)
    return ShownRow(
        key=row.key,
        name=visit.local(row.name),
        kind=str(row.kind),
        unit=row.unit,
        hint=_hint(visit, found, phase, row),
        choice=choice,
        number=number,
        words=words,
        error=fields.problems.get(row.key, "") if fields is not None else "",
    )


def _hint(visit: Visit, found: HandOver, phase: Phase, row: HandoverRow) -> str:
    """What there should be."""
    before = found.arrival.answers.get(row.key) if phase is Phase.OUT else None
    if row.kind is HandoverKind.METER:
        if before is None or before.fact.number is None:
            return ""
        return visit.say(N_("Bei der Ankunft: {number}"), number=_number(visit, before))
    if row.kind is HandoverKind.CONDITION:
        was = before.words if before is not None and not before.fits else ""
        return visit.say(N_("Bei der Ankunft: {words}"), words=was) if was else ""
    should = found.expected(row, phase)
    return visit.say(N_("Soll: {count}"), count=should)


def _number(visit: Visit, said: Said) -> str:
    number, row = said.fact.number, said.row
    if number is None or row is None:
        return ""
    if row.kind is not HandoverKind.METER:
        return str(number)
    whole, part = divmod(number, THOUSAND)
    if not part:
        return str(whole)
    sign = "," if visit.prefs.lang == "de" else "."
    return f"{whole}{sign}{part:03d}".rstrip("0")


def reading_words(visit: Visit, said: Said | None) -> str:
    """An answer in words: a number, what differs, or that it was as it should be."""
    if said is None:
        return "–"
    row, number = said.row, said.fact.number
    if row is not None and row.kind is HandoverKind.METER and number is not None:
        shown = i18n.shown(visit.prefs.lang, number / THOUSAND)
        return f"{shown} {row.unit}".strip() + (f", {said.words}" if said.words else "")
    if number is not None:
        return f"{number}, {said.words}" if said.words else str(number)
    return said.words or visit.say(N_("in Ordnung") if said.fits else N_("anders"))


def _answered(visit: Visit, found: HandOver, protocol: Protocol) -> list[dict[str, str]]:
    """What was answered, in the order of the list; what is no longer on it stands at the end."""
    places = {row.key: place for place, row in enumerate(found.listed)}
    ordered = sorted(
        protocol.answers.values(),
        key=lambda said: places.get(said.row.key if said.row else "", len(places)),
    )
    return [
        {"label": visit.local(said.row.name), "value": reading_words(visit, said)}
        for said in ordered
        if said.row is not None
    ]


def read_answers(fields: Fields, found: HandOver) -> list[Answer]:
    """What the form says of each line; a number that is none is a problem at its line."""
    return [answer for row in found.listed if (answer := _read_answer(fields, row)) is not None]


def _read_answer(fields: Fields, row: HandoverRow) -> Answer | None:
    words = fields.given.get(f"words_{row.key}", "").strip()[:WORDS_MAX]
    typed = fields.given.get(f"number_{row.key}", "").strip()
    if row.kind is HandoverKind.METER:
        return _read_meter(fields, row, typed, words)
    choice = fields.given.get(f"is_{row.key}", "")
    if choice != "differs":
        return Answer(key=row.key) if choice == "fits" else None
    number = whole_number(typed, most=COUNT_MAX)
    if typed and number is None:
        fields.problem(row.key, N_("Bitte eine ganze Zahl."))
        return None
    return Answer(key=row.key, fits=False, number=number, words=words)


def _read_meter(fields: Fields, row: HandoverRow, typed: str, words: str) -> Answer | None:
    number = read_reading(typed) if typed else None
    if typed and number is None:
        fields.problem(row.key, N_("Bitte eine Zahl, zum Beispiel 1234,5."))
    if number is None and (typed or not words):
        return None
    return Answer(key=row.key, fits=number is not None, number=number, words=words)


def read_reading(typed: str) -> int | None:
    """A meter's reading in thousandths: 1234, 1234,5 or 1.234,5; None for anything else."""
    text = typed.replace(" ", "")
    text = text.replace(".", "") if "," in text else text.replace(".", ",")
    whole, _, part = text.partition(",")
    figures = (whole, part or "0")
    if not all(each.isascii() and each.isdecimal() for each in figures):
        return None
    if len(whole) > FIGURES_MAX or len(part) > PART_FIGURES:
        return None
    return int(whole) * THOUSAND + int(part.ljust(PART_FIGURES, "0") or "0")


def hand_over_links(visit: Visit, found: HandOver, start: str = "") -> list[dict[str, str]]:
    """The ways of a reservation's people to its protocols: to fill in, or to read; `start` is where
    their pages begin, if not among "mine"."""
    start = start or f"/mine/{id_text(found.line.reservation.id)}"
    links = []
    for phase in Phase:
        protocol, asked = found.protocol(phase), found.is_asked(phase, now=visit.now)
        if not asked and protocol.signed is None:
            continue
        if asked and not found.is_due(phase, now=visit.now, zone=visit.zone):
            links.append(_later(visit, found, phase, start))
            continue
        left = len(protocol.unanswered(found.listed))
        text = visit.say(N_("noch offen: {count}"), count=left) if asked and left else ""
        links.append(
            {
                "title": visit.say(TITLES[phase]),
                "text": text,
                "href": f"{start}/hand-over/{phase}",
                "state": "requested" if asked else "confirmed",
                "state_text": visit.say(N_("zu machen") if asked else N_("bestätigt")),
            }
        )
    return links


def _later(visit: Visit, found: HandOver, phase: Phase, start: str) -> dict[str, str]:
    """What is still to come: who leaves sooner finds the way there all the same."""
    last = found.line.reservation.period.ends_at.astimezone(visit.zone).date()
    return {
        "title": visit.say(TITLES[phase]),
        "text": visit.say(N_("erst am {day}"), day=last),
        "href": f"{start}/hand-over/{phase}",
        "state": "",
        "state_text": "",
    }


def side_by_side(visit: Visit, found: HandOver) -> list[dict[str, Any]]:
    """Each line as it was found at the arrival and at the departure, what differs marked."""
    rows = {row.key: row for row in found.listed}
    for protocol in (found.departure, found.arrival):
        rows |= {key: said.row for key, said in protocol.answers.items() if said.row is not None}
    open_ = {each.answer.id for each in found.open}
    shown = []
    for key, row in rows.items():
        came, left = (each.answers.get(key) for each in (found.arrival, found.departure))
        ids = [id_text(each.id) for each in (came, left) if each is not None and each.id in open_]
        shown.append(
            {
                "name": visit.local(row.name),
                "should": "" if row.kind in _UNCOUNTED else str(row.count),
                "came": reading_words(visit, came),
                "left": reading_words(visit, left),
                "used": _used(visit, came, left),
                "open": ids,
                "settled": _settled(visit, found, key),
            }
        )
    return shown


_UNCOUNTED = frozenset({HandoverKind.METER, HandoverKind.CONDITION})


def _used(visit: Visit, came: Said | None, left: Said | None) -> str:
    """What a meter counted meanwhile."""
    both = [each.fact.number for each in (came, left) if each is not None]
    row = left.row if left is not None else None
    if row is None or row.kind is not HandoverKind.METER or len(both) < 2:
        return ""
    first, last = both
    if first is None or last is None or last < first:
        return ""
    used = i18n.shown(visit.prefs.lang, (last - first) / THOUSAND)
    return visit.say(N_("Verbrauch: {used}"), used=f"{used} {row.unit}".strip())


def _settled(visit: Visit, found: HandOver, key: str) -> str:
    words = [
        each.settled.words or visit.say(N_("ohne Worte"))
        for each in found.differences
        if each.settled is not None and each.answer.row is not None and each.answer.row.key == key
    ]
    return "; ".join(words)
