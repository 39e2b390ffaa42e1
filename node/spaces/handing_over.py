"""A place changes hands: its people go through the list and sign, the team agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from node.base.actors import Actor, Permission, may
from node.base.ids import id_text, new_id
from node.base.periods import kept_instant
from node.base.refusals import N_, Refusal
from node.quarter.files import HandoverKind, HandoverRow, SpaceRow
from node.spaces import hand_over_tables
from node.spaces.actions import NOT_YOURS, is_theirs, own_reservation
from node.spaces.hand_over import (
    Difference,
    Phase,
    Protocol,
    Said,
    SaidFact,
    SaidKind,
    differences_of,
    expected,
    protocol_of,
)
from node.spaces.model import Line, Status
from node.spaces.reads import get_line, lines_of
from node.store import NodeRole, Read, Write

READING_MAX = 1_000_000_000_000
LATER = timedelta(hours=24)
"""How long after they left people may still fill in what they saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody says of a line of the list; see `SaidFact`."""

    key: str
    fits: bool = True
    number: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Both protocols of a reservation and what differs in them."""

    line: Line
    arrival: Protocol
    departure: Protocol
    differences: tuple[Difference, ...]

    @property
    def rules(self) -> SpaceRow:
        """The place's rules of the day on which the reservation starts; they hold for all of it."""
        line = self.line
        return line.space.at(line.reservation.period.starts_at).row

    @property
    def listed(self) -> tuple[HandoverRow, ...]:
        """The list that is gone through, when coming and when leaving."""
        return self.rules.handover

    @property
    def open(self) -> list[Difference]:
        """The differences that nobody has settled."""
        return [each for each in self.differences if each.settled is None]

    def protocol(self, phase: Phase) -> Protocol:
        """One of the two."""
        return self.arrival if phase is Phase.IN else self.departure

    def expected(self, row: HandoverRow, phase: Phase) -> int | None:
        """How many of a thing there should be at this protocol."""
        before = self.arrival if phase is Phase.OUT else Protocol(Phase.IN)
        return expected(row, before)

    def is_asked(self, phase: Phase, *, now: datetime) -> bool:
        """Whether its people can fill it in now, and have not signed it."""
        return self.protocol(phase).signed is None and _closed(self, phase, now=now) is None

    def is_due(self, phase: Phase, *, now: datetime, zone: ZoneInfo) -> bool:
        """Whether it is time for it: on leaving only on that day, or once they began or left."""
        if not self.is_asked(phase, now=now):
            return False
        stay = self.line.reservation
        begun = phase is Phase.IN or stay.check_out is not None or self.protocol(phase).answers
        last = stay.period.ends_at.astimezone(zone).date()
        return bool(begun) or now.astimezone(zone).date() >= last


def find_hand_over(
    read: Read, actor: Actor, reservation_id: bytes, *, now: datetime
) -> HandOver | Refusal:
    """What was said of a reservation's place; others' don't exist for the actor."""
    line = get_line(read, actor, reservation_id, now=now)
    return line if isinstance(line, Refusal) else _of(read, line)


def _of(read: Read, line: Line) -> HandOver:
    said = hand_over_tables.select_said(read, line.reservation.id)
    arrival, departure = (protocol_of(said, phase) for phase in Phase)
    return HandOver(line, arrival, departure, tuple(differences_of(said)))


def hand_overs_to_look_at(read: Read, *, now: datetime) -> list[HandOver]:
    """What waits for the team: protocols to agree, and differences that nobody settled."""
    ids = {
        *hand_over_tables.select_unagreed(read),
        *hand_over_tables.select_unsettled(read),
    }
    found = (_of(read, line) for line in lines_of(read, sorted(ids), now=now))
    return [each for each in found if each.open or to_agree(each)]


def to_agree(found: HandOver) -> list[Phase]:
    """The protocols that their people have signed and the team has not."""
    protocols = (found.arrival, found.departure)
    return [each.phase for each in protocols if each.signed and not each.agreed]


# What is said


def answer_list(
    write: Write,
    actor: Actor,
    reservation_id: bytes,
    phase: Phase,
    answers: Sequence[Answer],
    *,
    now: datetime,
    rest_fits: bool = False,
    is_draft: bool = False,
) -> HandOver | Refusal:
    """Note what was found; what is said twice is noted once.

    `rest_fits`: all that nobody answered is as it should be, but for meters; `is_draft`: an answer
    that is not finished is left for later.
    """
    found = find_to_answer(write, actor, reservation_id, phase, now=now)
    if isinstance(found, Refusal) or found.protocol(phase).signed is not None:
        return found
    said = {each.key: each for each in answers}
    if rest_fits:
        left = found.protocol(phase).unanswered(found.listed)
        usual = (row.key for row in left if row.kind is not HandoverKind.METER)
        said = {key: Answer(key=key) for key in usual} | said
    for row in found.listed:
        answer = said.get(row.key)
        wrong = None if answer is None else _check(row, answer)
        if wrong is not None and not is_draft:
            return wrong
        if answer is not None and wrong is None:
            _answer(write, actor, found, (phase, row, answer), now=now)
    return _of(write, found.line)


def sign(
    write: Write, actor: Actor, reservation_id: bytes, phase: Phase, *, now: datetime
) -> HandOver | Refusal:
    """So it was, and nothing of it changes any more. Said twice it is said once."""
    found = find_to_answer(write, actor, reservation_id, phase, now=now)
    if isinstance(found, Refusal) or found.protocol(phase).signed is not None:
        return found
    missing = found.protocol(phase).unanswered(found.listed)
    if missing:
        return _still_open(missing)
    _say(write, actor, found, SaidKind.SIGNED, phase, now=now)
    return _of(write, found.line)


def find_to_answer(
    write: Write, actor: Actor, reservation_id: bytes, phase: Phase, *, now: datetime
) -> HandOver | Refusal:
    """What was said, where the actor may say more in this protocol now; else why not."""
    reservation = own_reservation(write, actor, reservation_id)
    if isinstance(reservation, Refusal):
        return reservation
    if not is_theirs(actor, reservation) and not may(actor, Permission.CHECK_IN_OTHERS):
        return NOT_YOURS
    if write.role is NodeRole.CENTRAL:
        return NOT_THERE
    found = find_hand_over(write, actor, reservation_id, now=now)
    if isinstance(found, Refusal):
        return found
    return _closed(found, phase, now=now) or found


def _closed(found: HandOver, phase: Phase, *, now: datetime) -> Refusal | None:
    """Why nothing can be said in a protocol now."""
    reservation, status = found.line.reservation, found.line.status
    if not found.listed:
        return NO_LIST
    if status not in {Status.CHECKED_IN, Status.CHECKED_OUT}:
        return NOT_IN_YET
    if phase is Phase.IN and (found.departure.signed or status is Status.CHECKED_OUT):
        return ARRIVAL_IS_OVER
    left = reservation.check_out
    return TOO_LATE if left is not None and now >= left.at + LATER else None


def _answer(
    write: Write,
    actor: Actor,
    found: HandOver,
    said: tuple[Phase, HandoverRow, Answer],
    *,
    now: datetime,
) -> None:
    phase, row, answer = said
    number, should = answer.number, found.expected(row, phase)
    words = answer.words.strip()
    fits = answer.fits or (should is not None and number == should and not words)
    if fits and row.kind is not HandoverKind.METER:
        number, words = should, ""
    before = found.protocol(phase).answers.get(row.key)
    if before is None or (before.fits, before.fact.number, before.words) != (fits, number, words):
        kind = SaidKind.FITS if fits else SaidKind.DIFFERS
        _say(write, actor, found, kind, phase, now=now, row=row, number=number, words=words)


def _check(row: HandoverRow, answer: Answer) -> Refusal | None:
    if answer.number is not None and not 0 <= answer.number <= READING_MAX:
        return _what_differs(row)
    if row.kind is HandoverKind.METER:
        return _reading(row) if answer.fits and answer.number is None else None
    says_nothing = answer.number is None and not answer.words.strip()
    return _what_differs(row) if not answer.fits and says_nothing else None


def agree(
    write: Write, actor: Actor, reservation_id: bytes, phase: Phase, *, now: datetime
) -> HandOver | Refusal:
    """The team has seen a protocol, and agrees. Said twice it is said once."""
    found = _for_the_team(write, actor, reservation_id, now=now)
    if isinstance(found, Refusal) or phase not in to_agree(found):
        return found
    _say(write, actor, found, SaidKind.AGREED, phase, now=now)
    return _of(write, found.line)


def settle(
    write: Write,
    actor: Actor,
    reservation_id: bytes,
    answer_id: bytes,
    words: str,
    *,
    now: datetime,
) -> HandOver | Refusal:
    """A difference is none any more: replaced, mended, or not worth more words."""
    found = _for_the_team(write, actor, reservation_id, now=now)
    if isinstance(found, Refusal):
        return found
    named = next((each for each in found.open if each.answer.id == answer_id), None)
    if named is None:
        return found
    phase = named.answer.fact.phase
    words = words.strip()[: hand_over_tables.WORDS_MAX]
    _say(write, actor, found, SaidKind.SETTLED, phase, now=now, of_id=answer_id, words=words)
    return _of(write, found.line)


def _for_the_team(
    write: Write, actor: Actor, reservation_id: bytes, *, now: datetime
) -> HandOver | Refusal:
    if not may(actor, Permission.CHECK_IN_OTHERS) or write.role is NodeRole.CENTRAL:
        return NOT_YOURS
    return find_hand_over(write, actor, reservation_id, now=now)


def _say(
    write: Write,
    actor: Actor,
    found: HandOver,
    kind: SaidKind,
    phase: Phase,
    *,
    now: datetime,
    row: HandoverRow | None = None,
    number: int | None = None,
    of_id: bytes = b"",
    words: str = "",
) -> None:
    """Write it down; what the team says for the people is marked as such."""
    reservation = found.line.reservation
    by_staff = not is_theirs(actor, reservation)
    fact = SaidFact(
        at=kept_instant(now),
        phase=phase,
        row=row,
        number=number,
        face=str(actor.face),
        staff_id=id_text(actor.person_id) if by_staff else "",
        by_bearer=bool(actor.bearer_of),
    )
    said = Said(
        id=new_id(),
        reservation_id=reservation.id,
        kind=kind,
        fact=fact,
        of_id=of_id,
        words=words[: hand_over_tables.WORDS_MAX],
        person_id=reservation.person_id if by_staff else actor.person_id,
    )
    hand_over_tables.insert_said(write, said)


def _still_open(missing: Sequence[HandoverRow]) -> Refusal:
    return Refusal(
        "handover.still_open",
        N_("Hier fehlt noch eine Antwort: {row}."),
        N_("Bitte gehen Sie alles einmal durch. Was Sie schon gesagt haben, ist gespeichert."),
        status=422,
        values={"row": missing[0].name, "count": len(missing)},
        field=missing[0].key,
    )


def _what_differs(row: HandoverRow) -> Refusal:
    return Refusal(
        "handover.what_differs",
        N_("{row}: Was ist anders?"),
        N_("Bitte nennen Sie die Anzahl oder schreiben Sie es in ein paar Worten."),
        status=422,
        values={"row": row.name},
        field=row.key,
    )


def _reading(row: HandoverRow) -> Refusal:
    return Refusal(
        "handover.reading",
        N_("Bitte lesen Sie den Zähler ab: {row}."),
        N_("Nur die Ziffern, mit Komma, wenn eines da ist. Geht es nicht, schreiben Sie warum."),
        status=422,
        values={"row": row.name},
        field=row.key,
    )


NO_LIST = Refusal(
    "handover.no_list",
    N_("Für diesen Ort gibt es keine Übergabeliste."),
    N_("Was Ihnen auffällt, sagen Sie bitte dem Service-Point."),
    status=404,
)
NOT_IN_YET = Refusal(
    "handover.not_in_yet",
    N_("Die Übergabe beginnt, wenn Sie eingecheckt sind."),
    N_("Checken Sie zuerst ein. Dann gehen wir die Liste zusammen durch."),
    status=409,
)
ARRIVAL_IS_OVER = Refusal(
    "handover.arrival_is_over",
    N_("Die Übergabe bei der Ankunft ist vorbei."),
    N_("Was Ihnen jetzt auffällt, schreiben Sie bitte in die Übergabe bei der Abreise."),
    status=409,
)
TOO_LATE = Refusal(
    "handover.too_late",
    N_("Für diese Übergabe ist es zu spät."),
    N_("Was noch zu sagen ist, sagen Sie bitte dem Service-Point."),
    status=409,
)
NOT_THERE = Refusal(
    "handover.not_there",
    N_("Von unterwegs kann niemand eine Übergabe machen."),
    N_("Bitte öffnen Sie die Seite im Haus, mit dem WLAN dort."),
    status=403,
)
