"""How it looks what the team did to somebody's reservation: before and after, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from node import spaces
from node.base.ids import id_text
from node.base.refusals import N_
from node.spaces import Undone
from node.spaces.by_team import Act, ActKind, Known, Told
from node.spaces.deciding import DISPLACED, SHUT, reason_of
from node.spaces.telling import acknowledge
from node.web.forms import Fields, path_id, read_fields
from node.web.showing import Place, moment, money, people_words, place_of, when_of
from node.web.visit import Visit


@dataclass(frozen=True, slots=True)
class ShownTold:
    """One notice as `_told.html` draws it."""

    id: str
    act: str
    """The last that it tells of: what comes after it is not read yet."""
    kind: str
    title: str
    place: Place
    subject: str
    """The time that it is about; empty where the rows say it."""
    at: str
    rows: list[dict[str, str]]
    text: str
    words: str


KINDS = {ActKind.UNDONE: "info", ActKind.APPROVED: "success", ActKind.DECLINED: "refusal"}
UNDONE = {
    Undone.CHECK_IN: N_("Das Team hat das Einchecken zurückgenommen"),
    Undone.CHECK_OUT: N_("Das Team hat das Auschecken zurückgenommen"),
    Undone.CANCELLATION: N_("Das Team hat die Absage zurückgenommen"),
    Undone.DECLINE: N_("Das Team hat seine Ablehnung zurückgenommen"),
    Undone.NO_SHOW: N_("Das Team hält Ihren Platz weiter frei"),
}
ANSWERED = {
    ActKind.APPROVED: N_("Das Team hat Ihre Anfrage bestätigt"),
    ActKind.DECLINED: N_("Das Team hat Ihre Anfrage abgelehnt"),
}
COMES_TO = {
    Undone.CHECK_IN: N_("Für diese Buchung sind Sie noch nicht eingecheckt."),
    Undone.CHECK_OUT: N_("Sie sind wieder eingecheckt; der Rest der Zeit gehört Ihnen."),
    Undone.CANCELLATION: N_("Ihre Buchung gilt wieder, mit demselben Ausweis."),
    Undone.DECLINE: N_("Ihre Anfrage wartet wieder auf eine Antwort."),
    Undone.NO_SHOW: N_("Der Platz gehört Ihnen wieder, bis zum Ende Ihrer Zeit."),
}
"""What was taken back, and how it is now."""


async def note_seen(visit: Visit, reservation: str) -> Fields:
    """Whoever is signed in knows of it, up to what stood there; answers what was sent."""
    actor, reservation_id = visit.signed_in(), path_id(reservation)
    fields = await read_fields(visit)
    await visit.read(lambda read: spaces.get_line(read, actor, reservation_id, now=visit.now))
    act_id = fields.id("act")
    await visit.write(
        lambda write: acknowledge(write, actor, reservation_id, act_id, now=visit.now)
    )
    return fields


def told_of(visit: Visit, told: Told) -> ShownTold:
    """A notice in the visitor's language."""
    last = told.last
    is_gone = last.kind in {ActKind.CANCELLED, ActKind.TAKEN_BACK}
    known, space = told.now, told.space
    if is_gone and told.before is not None:
        # Of what is no more people know the time that they booked.
        known, space = told.before, told.was_in or told.space
    rows = [] if is_gone else [*_rows(visit, told)]
    when = when_of(visit, space, known.period)
    return ShownTold(
        id=id_text(told.reservation.id),
        act=id_text(last.id),
        kind=KINDS.get(last.kind, "warning"),
        title=_title(visit, told),
        place=place_of(visit, space),
        subject="" if any(when == row["now"] for row in rows) else when,
        at=_at(visit, last),
        rows=rows,
        text=_text(visit, told),
        words=told.words,
    )


def _at(visit: Visit, last: Act) -> str:
    at = moment(visit, last.at)
    # Where two had the same time the node found that out, nobody of the team.
    by_itself = last.kind is ActKind.TAKEN_BACK and last.reason != SHUT.code
    return at if by_itself else visit.say(N_("Durch das Team, {at}"), at=at)


def _title(visit: Visit, told: Told) -> str:
    last, before = told.last, told.before
    if last.undone is not None:
        return visit.say(UNDONE[last.undone])
    if last.kind in ANSWERED:
        return visit.say(ANSWERED[last.kind])
    if last.kind is ActKind.CANCELLED:
        return visit.say(N_("Das Team hat Ihre Buchung abgesagt"))
    if last.kind is ActKind.TAKEN_BACK:
        return visit.say(N_("Ihre Buchung gilt nicht mehr"))
    if before is not None and _where_and_when(before) != _where_and_when(told.now):
        return visit.say(N_("Das Team hat Ihre Buchung verlegt"))
    return visit.say(N_("Das Team hat Ihre Buchung geändert"))


def _where_and_when(known: Known) -> tuple[object, ...]:
    return known.space_id, known.period


def _rows(visit: Visit, told: Told) -> Iterator[dict[str, str]]:
    """What is otherwise than they know it, each with both."""
    before, now = told.before, told.now
    if before is None:
        return
    was_in = told.was_in or told.space
    both = (
        (N_("Ort"), visit.local(was_in.name), visit.local(told.space.name)),
        (
            N_("Zeit"),
            when_of(visit, was_in, before.period),
            when_of(visit, told.space, now.period),
        ),
        (N_("Personen"), people_words(visit, before.people), people_words(visit, now.people)),
        (N_("Preis"), money(visit, before.total_cents), money(visit, now.total_cents)),
    )
    for label, was, is_now in both:
        if was != is_now:
            yield {"label": visit.say(label), "before": was, "now": is_now}
    if told.goes_on is not None:
        part, space = told.goes_on
        where = visit.list_words(visit.local(space.name), when_of(visit, space, part.period))
        yield {"label": visit.say(N_("Danach")), "before": "", "now": where}


def _text(visit: Visit, told: Told) -> str:
    """What it comes to for them, in a sentence."""
    last = told.last
    if last.undone is not None:
        return visit.say(COMES_TO[last.undone])
    if last.kind in ANSWERED:
        return _answer_text(visit, told)
    if last.kind is ActKind.TAKEN_BACK:
        return visit.say(SHUT.message if last.reason == SHUT.code else DISPLACED.message)
    if last.kind is ActKind.CANCELLED:
        gone = told.reservation.cancellation
        fee = gone.fee_cents if gone is not None else 0
        if fee:
            return visit.say(N_("Zu zahlen bleibt: {fee}."), fee=money(visit, fee))
        return visit.say(N_("Es kostet Sie nichts."))
    return visit.say(N_("Ihr Ausweis gilt weiter.")) if told.reservation.has_pass else ""


def _answer_text(visit: Visit, told: Told) -> str:
    if told.last.kind is ActKind.APPROVED:
        return visit.say(N_("Sie gilt jetzt. Den Ausweis finden Sie bei der Buchung."))
    # What the team wrote to a no stands below.
    return "" if told.words else visit.say(reason_of(told.last.reason).message)
