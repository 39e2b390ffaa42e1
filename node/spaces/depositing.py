"""Deposits as the team notes them and their people see them; what is due stands on the board."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from node.base.actors import Actor, Permission, may
from node.base.ids import id_text, new_id
from node.base.money import Cents
from node.base.periods import kept_instant, local_day
from node.base.refusals import N_, Refusal
from node.quarter import zone_of
from node.spaces import deposit_tables, projections
from node.spaces.actions import NOT_YOURS
from node.spaces.deposit import Deposit, DepositStage, How, Step, StepFact, StepKind, deposit_of
from node.spaces.model import Line, Status
from node.spaces.reads import get_line, lines_of
from node.store import NodeRole, Read, Write

ASKED_OF = frozenset({Status.CONFIRMED, Status.CHECKED_IN})
STILL_WITH_THEM = frozenset({Status.CONFIRMED, Status.CHECKED_IN, Status.REQUESTED, Status.HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the team notes: how much, how and under which number; why, where some is withheld."""

    kind: StepKind
    cents: Cents
    how: How | None = None
    number: str = ""
    words: str = ""
    seen: int
    """How many notes stood there when it was written."""


@dataclass(frozen=True, slots=True)
class HeldDeposit:
    """A reservation with its deposit."""

    line: Line
    deposit: Deposit


def find_deposit(
    read: Read, actor: Actor, reservation_id: bytes, *, now: datetime
) -> HeldDeposit | Refusal:
    """A reservation's deposit; others' don't exist for the actor."""
    line = get_line(read, actor, reservation_id, now=now)
    return line if isinstance(line, Refusal) else _of(read, line)


def _of(read: Read, line: Line) -> HeldDeposit:
    steps = deposit_tables.select_steps(read, line.reservation.id)
    is_due = line.status in ASKED_OF or line.reservation.check_in is not None
    asked = line.reservation.bill.deposit_cents if is_due else 0
    return HeldDeposit(line, deposit_of(asked, steps))


def deposits_to_take(read: Read, *, now: datetime) -> list[HeldDeposit]:
    """Of whom a deposit is to be received: who is in, and who comes today."""
    today = local_day(now.astimezone(zone_of(read)).date(), zone_of(read))
    ids = [*projections.select_ids_inside(read), *projections.select_ids_starting(read, today)]
    found = _each(read, dict.fromkeys(ids), now=now)
    return [x for x in found if x.line.status in ASKED_OF and x.deposit.missing_cents]


def deposits_to_return(read: Read, *, now: datetime) -> list[HeldDeposit]:
    """Whose deposit is held though they have left, or never came; however long ago."""
    found = _each(read, deposit_tables.select_held(read), now=now)
    return [each for each in found if each.line.status not in STILL_WITH_THEM]


def deposits_with_us(read: Read, *, now: datetime) -> list[HeldDeposit]:
    """Whose deposit is held while it is still theirs to use the place: nothing is to be done."""
    found = _each(read, deposit_tables.select_held(read), now=now)
    return [each for each in found if each.line.status in STILL_WITH_THEM]


def _each(read: Read, ids: Iterable[bytes], *, now: datetime) -> list[HeldDeposit]:
    return [_of(read, line) for line in lines_of(read, ids, now=now)]


# What is noted


def note_deposit(
    write: Write, actor: Actor, reservation_id: bytes, note: Note, *, now: datetime
) -> HeldDeposit | Refusal:
    """Note that a deposit was received, returned or withheld in part. Sent twice it is noted once;
    who did not see what a colleague noted meanwhile is shown it first."""
    found = _for_the_team(write, actor, reservation_id, now=now)
    if isinstance(found, Refusal):
        return found
    deposit = found.deposit
    if note.seen != deposit.noted:
        last = deposit.steps[-1] if deposit.steps else None
        is_same = last is not None and (last.kind, last.cents) == (note.kind, note.cents)
        return found if is_same and note.seen == deposit.noted - 1 else CHANGED_MEANWHILE
    wrong = check_note(deposit, note)
    if wrong is not None:
        return wrong
    _insert(write, actor, found, note, now=now)
    return _of(write, found.line)


def check_note(deposit: Deposit, note: Note) -> Refusal | None:
    """Why this cannot be: more than is asked or held, or not a word of why or how."""
    is_in = note.kind is StepKind.RECEIVED
    most = deposit.missing_cents if is_in else deposit.held_cents
    if not 0 < note.cents <= most:
        return _at_most(note.kind, most)
    if note.kind is StepKind.WITHHELD:
        return None if note.words.strip() else WHY_WITHHELD
    if note.how is None:
        return HOW_IT_WENT
    return WHICH_NUMBER if note.how is How.RECEIPT and not note.number.strip() else None


def undo_step(
    write: Write, actor: Actor, reservation_id: bytes, step_id: bytes, *, now: datetime
) -> HeldDeposit | Refusal:
    """Take the latest note back, entered by mistake. What was paid is not touched by it."""
    found = _for_the_team(write, actor, reservation_id, now=now)
    if isinstance(found, Refusal):
        return found
    steps = found.deposit.steps
    if all(step.id != step_id for step in steps):
        return found
    if steps[-1].id != step_id:
        return CHANGED_MEANWHILE
    note = Note(kind=StepKind.UNDONE, cents=0, seen=found.deposit.noted)
    _insert(write, actor, found, note, now=now, of_id=step_id)
    return _of(write, found.line)


def _for_the_team(
    write: Write, actor: Actor, reservation_id: bytes, *, now: datetime
) -> HeldDeposit | Refusal:
    if not may(actor, Permission.CHECK_IN_OTHERS) or write.role is NodeRole.CENTRAL:
        return NOT_YOURS
    return find_deposit(write, actor, reservation_id, now=now)


def _insert(
    write: Write,
    actor: Actor,
    found: HeldDeposit,
    note: Note,
    *,
    now: datetime,
    of_id: bytes = b"",
) -> None:
    fact = StepFact(
        at=kept_instant(now),
        how=note.how,
        number=note.number.strip(),
        staff_id=id_text(actor.person_id),
    )
    step = Step(
        id=new_id(),
        reservation_id=found.line.reservation.id,
        kind=note.kind,
        cents=note.cents,
        fact=fact,
        of_id=of_id,
        words=note.words.strip()[: deposit_tables.WORDS_MAX],
    )
    deposit_tables.insert_step(write, step)


def _at_most(kind: StepKind, most: Cents) -> Refusal:
    if not most:
        return NOTHING_OPEN
    message = (
        N_("So viel ist nicht offen.")
        if kind is StepKind.RECEIVED
        else N_("So viel liegt nicht bei uns.")
    )
    return Refusal(
        "deposit.at_most",
        message,
        N_("Möglich ist ein Betrag bis {euros} Euro."),
        status=422,
        values={"euros": f"{most // 100},{most % 100:02d}"},
        field="euros",
    )


NOTHING_OPEN = Refusal(
    "deposit.nothing_open",
    N_("Hier ist nichts mehr offen."),
    N_("Bitte sehen Sie sich den Stand noch einmal an."),
    status=409,
)
CHANGED_MEANWHILE = Refusal(
    "deposit.changed_meanwhile",
    N_("Inzwischen hat jemand anderes etwas zu dieser Kaution notiert."),
    N_("Bitte sehen Sie sich den Stand noch einmal an. Es wurde nichts geändert."),
    status=409,
)
WHY_WITHHELD = Refusal(
    "deposit.why",
    N_("Warum wird etwas einbehalten?"),
    N_("Die Person liest diesen Grund."),
    status=422,
    field="words",
)
HOW_IT_WENT = Refusal(
    "deposit.how",
    N_("Wie ist das Geld gegangen?"),
    N_("Wählen Sie Überweisung, Rechnung oder Beleg der Kasse."),
    status=422,
    field="how",
)
WHICH_NUMBER = Refusal(
    "deposit.number",
    N_("Welche Nummer hat der Beleg?"),
    N_("Sie steht auf dem Beleg der Kasse."),
    status=422,
    field="number",
)

__all__ = [
    "Deposit",
    "DepositStage",
    "HeldDeposit",
    "How",
    "Note",
    "StepKind",
    "check_note",
    "deposits_to_return",
    "deposits_to_take",
    "find_deposit",
    "note_deposit",
    "undo_step",
]
