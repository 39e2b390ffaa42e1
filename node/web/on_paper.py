"""What people take along on paper: the pass, and the receipt of a cancellation.

Made here for the desk's downloads and for the printers of this box alike, in the language of
whoever will read it; in German where the printer lacks the letters.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from node import devices, people, quarter, spaces
from node.base.refusals import N_, Refusal, RefusedError, granted
from node.devices import Job, Printer
from node.spaces import Line, Status
from node.store import Read
from node.web import i18n
from node.web.showing import how_to_come_in, money
from node.web.slips import PaperPass, pass_page, pass_roll
from node.web.terms import cancellation_words, no_show_rules
from node.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Taken:
    """A reservation that goes on paper, with what else stands there."""

    line: Line
    building: str
    lang: str
    phone: str


def is_printable(line: Line) -> bool:
    """Whether there is something to take along: a pass that lets in, or that it was cancelled."""
    return line.has_pass or line.status is Status.CANCELLED


def look(read: Read, line: Line, *, lang: str = "") -> Taken:
    """What is needed for paper; in the language of the pass's holder where none is given."""
    if not is_printable(line):
        raise RefusedError(NO_PAPER)
    building = quarter.find_building(read, line.space.building_id)
    if not lang:
        person = people.find_person(read, line.reservation.person_id)
        lang = person.profile.language if person else i18n.SOURCE
    return Taken(
        line,
        building.name if building else "",
        i18n.on_paper(lang),
        quarter.get_profile(read).contact.phone,
    )


async def draw(visit: Visit, taken: Taken, make: Callable[[PaperPass], bytes]) -> bytes:
    """The document, made apart from people's pages."""
    shown = paper_pass(_reader(visit, taken.lang), taken)
    return await asyncio.to_thread(make, shown)


async def put_in_queue(
    visit: Visit, taken: Taken, printer: Printer, *, by_team: bool = False
) -> Job | Refusal:
    """Have it printed on a printer of this box."""
    title, content = await asyncio.to_thread(_made_for, visit, taken, printer)
    return await devices.change_jobs(
        visit.store,
        lambda write: devices.put_job(
            write,
            printer,
            title=title,
            content=content,
            about=taken.line.reservation.id,
            by_team=by_team,
            now=visit.now,
        ),
    )


async def print_test_page(visit: Visit, printer: Printer) -> None:
    """Have a page printed that shows whether letters, the euro and the code come out right."""
    house = visit.house
    shown = PaperPass(
        quarter=house.quarter_name,
        title=visit.say(N_("Testseite")),
        place=visit.say(N_("Testseite")),
        where=printer.name,
        day=i18n.long_day_words(visit.prefs.lang, visit.today),
        time=i18n.time_words(visit.prefs.lang, visit.now, visit.zone),
        url=house.address.rstrip("/"),
        code="",
        steps=(devices.LETTERS,),
        notes=(visit.say(N_("Stimmen alle Zeichen, und führt der Code zum Portal?")),),
        lang=visit.prefs.lang,
    )
    content = await asyncio.to_thread(_drawn_for, shown, printer)
    done = await devices.change_jobs(
        visit.store,
        lambda write: devices.put_job(
            write, printer, title=shown.title, content=content, by_team=True, now=visit.now
        ),
    )
    granted(done)


def _drawn_for(shown: PaperPass, printer: Printer) -> bytes:
    return pass_roll(shown, printer) if printer.is_roll else pass_page(shown)


def _made_for(visit: Visit, taken: Taken, printer: Printer) -> tuple[str, bytes]:
    shown = paper_pass(_reader(visit, taken.lang), taken)
    if printer.is_roll and not devices.can_say(printer, shown.title, shown.day, *shown.steps):
        taken = replace(taken, lang=i18n.SOURCE)
        shown = paper_pass(_reader(visit, taken.lang), taken)
    title = f"{shown.title}, {shown.place}, {shown.day}"
    return title, _drawn_for(shown, printer)


def _reader(visit: Visit, lang: str) -> Visit:
    return replace(visit, prefs=replace(visit.prefs, lang=lang))


def paper_pass(reader: Visit, taken: Taken) -> PaperPass:
    """What stands on the paper."""
    line, house = taken.line, reader.house
    is_gone = line.status is Status.CANCELLED
    day, time = _when(reader, line)
    decision = line.reservation.decision
    pass_ = spaces.pass_text(decision.pass_) if decision and not is_gone else ""
    return PaperPass(
        quarter=house.quarter_name,
        title=reader.say(N_("Beleg der Absage") if is_gone else N_("Ausweis")),
        place=line.space.name.in_language(taken.lang),
        where=taken.building,
        day=day,
        time=time,
        url=f"{house.address.rstrip('/')}/p/{pass_}".upper() if pass_ else "",
        code="" if is_gone else line.code,
        steps=_gone(reader, line) if is_gone else _steps(reader, line),
        notes=_gone_notes(reader, taken) if is_gone else _notes(reader, taken),
        lang=taken.lang,
    )


def _gone(reader: Visit, line: Line) -> tuple[str, ...]:
    gone = line.reservation.cancellation
    if gone is None:
        return ()
    cost = (
        reader.say(N_("Die Absage kostet {fee}."), fee=money(reader, gone.fee_cents))
        if gone.fee_cents
        else reader.say(N_("Die Absage kostet nichts."))
    )
    return (reader.say(N_("Abgesagt: {at}."), at=_instant(reader, gone.at)), cost)


def _gone_notes(reader: Visit, taken: Taken) -> tuple[str, ...]:
    number = spaces.number_of(taken.line.reservation.id)
    notes = [reader.say(N_("Nummer der Buchung: {number}"), number=number)]
    if taken.phone:
        notes.append(reader.say(N_("Fragen: Service-Point, {phone}"), phone=taken.phone))
    return tuple(notes)


def _when(reader: Visit, line: Line) -> tuple[str, str]:
    """The day and the time; paper says no "tomorrow", for it is read later."""
    lang, period, zone = reader.prefs.lang, line.reservation.period, reader.zone
    first, last = (at.astimezone(zone).date() for at in (period.starts_at, period.ends_at))
    if line.space.is_by_night:
        leaves = i18n.long_day_words(lang, last)
        return i18n.long_day_words(lang, first), reader.say(N_("bis {day}"), day=leaves)
    times = i18n.times_words(lang, period.starts_at, period.ends_at, zone)
    return i18n.long_day_words(lang, first), times


def _steps(reader: Visit, line: Line) -> tuple[str, ...]:
    opens_at = spaces.check_in_opens_at(line.space, line.reservation)
    come, *more = how_to_come_in(reader, line)
    came = line.reservation.check_in if line.status is Status.CHECKED_IN else None
    first = (
        reader.say(N_("Eingecheckt: {time}."), time=_instant(reader, came.at))
        if came is not None
        else reader.say(N_("Einchecken geht ab {opens_at}."), opens_at=_instant(reader, opens_at))
    )
    return (
        first,
        come,
        reader.say(N_("Geht das nicht, tippen Sie in der Lobby die acht Zeichen ein.")),
        *more,
        reader.say(
            N_("Wenn Sie gehen, halten Sie ihn noch einmal vor und berühren Sie „Auschecken“.")
        ),
    )


def _notes(reader: Visit, taken: Taken) -> tuple[str, ...]:
    line = taken.line
    bill, agreed = line.reservation.bill, line.status is Status.CONFIRMED
    notes = no_show_rules(reader, line.reservation.terms, bill) if agreed else []
    if bill.total_cents:
        terms = cancellation_words(reader, line, say_when=_instant)
        notes += [
            reader.say(N_("Preis: {price}"), price=money(reader, bill.total_cents)),
            reader.say(N_("Kosten der Absage: {terms}"), terms=terms),
        ]
    number = spaces.number_of(line.reservation.id)
    notes.append(reader.say(N_("Nummer der Buchung: {number}"), number=number))
    notes.append(reader.say(N_("Wer diesen Ausweis hat, kommt hinein. Bitte gut aufbewahren.")))
    if taken.phone:
        notes.append(
            reader.say(N_("Fragen oder Absage: Service-Point, {phone}"), phone=taken.phone)
        )
    return tuple(notes)


def _instant(reader: Visit, at: datetime) -> str:
    """An instant with its day: "Sa 28. Nov., 14:45 Uhr"."""
    day = i18n.day_words(reader.prefs.lang, at.astimezone(reader.zone).date())
    return f"{day}, {i18n.time_words(reader.prefs.lang, at, reader.zone)}"


NO_PAPER = Refusal(
    "desk.no_pass",
    N_("Zu dieser Buchung gibt es keinen Ausweis zu drucken."),
    N_("Es gibt ihn, sobald die Buchung bestätigt ist und solange sie gilt."),
    status=404,
)
