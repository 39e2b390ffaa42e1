"""Passes at the desk: whose is this one, and one on paper for who has no phone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from litestar import Response, get, post

from node import people, quarter, spaces
from node.base.actors import Permission
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, RefusedError, granted
from node.desk.frame import desk_page
from node.spaces import Line
from node.store import Read
from node.web import i18n
from node.web.errors import words
from node.web.forms import NOT_FOUND, path_id, read_fields, read_query
from node.web.showing import cancellation_words, how_to_come_in, money
from node.web.slips import PaperPass, pass_page, pass_slip
from node.web.visit import Visit

PAPERS = {"a4": pass_page, "roll": pass_slip}


@dataclass(slots=True)
class PassPage:
    """See `desk/pass.html`."""

    refusal: dict[str, Any] | None = None
    code: str = ""
    problems: dict[str, str] = field(default_factory=dict)


@get("/desk/pass", include_in_schema=False)
async def ask_pass(visit: Visit) -> Response[Any]:
    """Ask for a pass: scanned with a reader, or its eight characters."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    return await desk_page(visit, "desk/pass.html", PassPage(), here="today")


@post("/desk/pass", include_in_schema=False)
async def find_pass(visit: Visit) -> Response[Any]:
    """Show what a pass stands for."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    fields = await read_fields(visit)
    code = fields.text("code", required=True, longest=400)
    keys = visit.house.home_keys()
    found = await visit.store.read(lambda read: spaces.find_by_pass(read, code, keys=keys))
    if isinstance(found, Refusal):
        page = PassPage(words(visit, found), code, fields.problems)
        return await desk_page(visit, "desk/pass.html", page, here="today", status=found.status)
    return visit.go(f"/desk/reservations/{id_text(found.reservation.id)}")


# On paper


@dataclass(frozen=True, slots=True)
class _Looked:
    line: Line
    building: str
    lang: str
    phone: str


@get("/desk/reservations/{reservation:str}/slip", include_in_schema=False)
async def paper_pass(visit: Visit, reservation: str) -> Response[bytes]:
    """The pass as PDF, `?paper=a4` or `?paper=roll`, in the language of its holder."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    draw = PAPERS.get(read_query(visit).given.get("paper", "a4"))
    if draw is None:
        raise RefusedError(NOT_FOUND)
    reservation_id = path_id(reservation)
    looked = await visit.read(lambda read: _look(read, visit, reservation_id))
    reader = replace(visit, prefs=replace(visit.prefs, lang=looked.lang))
    content = await asyncio.to_thread(draw, _paper_pass(reader, looked))
    name = f"ausweis-{looked.line.code.lower()}.pdf"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "private, no-store",
    }
    return Response(content, media_type="application/pdf", headers=headers)


def _look(read: Read, visit: Visit, reservation_id: bytes) -> _Looked:
    line = granted(spaces.get_line(read, visit.actor, reservation_id, now=visit.now))
    if not line.has_pass:
        raise RefusedError(NO_PAPER)
    building = quarter.find_building(read, line.space.building_id)
    person = people.find_person(read, line.reservation.person_id)
    lang = person.profile.language if person else visit.prefs.lang
    return _Looked(
        line,
        building.name if building else "",
        lang if lang in i18n.CODES else i18n.SOURCE,
        quarter.get_profile(read).contact.phone,
    )


def _paper_pass(reader: Visit, looked: _Looked) -> PaperPass:
    line, house = looked.line, reader.house
    day, time = _when(reader, line)
    decision = line.reservation.decision
    pass_ = spaces.pass_text(decision.pass_) if decision else ""
    return PaperPass(
        quarter=house.quarter_name,
        title=reader.say(N_("Ausweis")),
        place=line.space.name.in_language(looked.lang),
        where=looked.building,
        day=day,
        time=time,
        url=f"{house.address.rstrip('/')}/p/{pass_}".upper(),
        code=line.code,
        steps=_steps(reader, line),
        notes=_notes(reader, looked),
        lang=looked.lang,
    )


def _when(reader: Visit, line: Line) -> tuple[str, str]:
    """The day and the time; paper says no "tomorrow", for it is read later."""
    lang, period, zone = reader.prefs.lang, line.reservation.period, reader.zone
    first, last = (at.astimezone(zone).date() for at in (period.starts_at, period.ends_at))
    if line.space.is_by_night:
        leaves = i18n.long_day_words(lang, last)
        return i18n.long_day_words(lang, first), reader.say(N_("bis {day}"), day=leaves)
    spanned = i18n.span_words(lang, period.starts_at, period.ends_at, zone)
    return i18n.long_day_words(lang, first), spanned.partition(", ")[2]


def _steps(reader: Visit, line: Line) -> tuple[str, ...]:
    opens_at = spaces.check_in_opens_at(line.space, line.reservation)
    come, *more = how_to_come_in(reader, line)
    return (
        reader.say(N_("Einchecken geht ab {opens_at}."), opens_at=_instant(reader, opens_at)),
        come,
        reader.say(N_("Geht das nicht, tippen Sie in der Lobby die acht Zeichen ein.")),
        *more,
        reader.say(
            N_("Wenn Sie gehen, halten Sie ihn noch einmal vor und berühren Sie „Auschecken“.")
        ),
    )


def _notes(reader: Visit, looked: _Looked) -> tuple[str, ...]:
    line = looked.line
    bill, minutes = line.reservation.bill, line.space.row.release_after_minutes
    notes = []
    if minutes:
        notes.append(reader.say(RELEASED, minutes=minutes))
    if bill.total_cents:
        terms = cancellation_words(reader, line, say_when=_instant)
        notes += [
            reader.say(N_("Preis: {price}"), price=money(reader, bill.total_cents)),
            reader.say(N_("Kosten der Absage: {terms}"), terms=terms),
        ]
    notes.append(reader.say(N_("Wer diesen Ausweis hat, kommt hinein. Bitte gut aufbewahren.")))
    if looked.phone:
        notes.append(
            reader.say(N_("Fragen oder Absage: Service-Point, {phone}"), phone=looked.phone)
        )
    return tuple(notes)


def _instant(reader: Visit, at: datetime) -> str:
    """An instant with its day: "Sa 28. Nov., 14:45 Uhr"."""
    day = i18n.day_words(reader.prefs.lang, at.astimezone(reader.zone).date())
    return f"{day}, {i18n.time_words(reader.prefs.lang, at, reader.zone)}"


RELEASED = N_("Nach {minutes} Minuten ohne Einchecken wird der Raum für andere frei.")
NO_PAPER = Refusal(
    "desk.no_pass",
    N_("Zu dieser Buchung gibt es keinen Ausweis zu drucken."),
    N_("Es gibt ihn, sobald die Buchung bestätigt ist und solange sie gilt."),
    status=404,
)

ROUTES = (ask_pass, find_pass, paper_pass)
