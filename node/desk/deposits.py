"""Deposits at the desk: received, returned, withheld in part; noted, never a register of cash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people, spaces
from node.base.actors import Actor, Permission, may
from node.base.ids import parse_id
from node.base.refusals import N_, Refusal, RefusedError
from node.desk.frame import desk_page
from node.desk.key_board import fee_cents, key_name, lost_by
from node.desk.today import names_of
from node.spaces import Deposit, HeldDeposit, How, Note, StepKind
from node.store import Read, Write
from node.web.deposits import HOWS, STATES, steps_of
from node.web.errors import words
from node.web.forms import NOT_FOUND, Fields, path_id, read_fields, read_query
from node.web.i18n import money_words
from node.web.listing import rows_table
from node.web.showing import ShownLine, line_of
from node.web.visit import Visit

NOTED = {
    "received": StepKind.RECEIVED,
    "returned": StepKind.RETURNED,
    "withheld": StepKind.WITHHELD,
}
SAID = {
    "received": N_("Notiert: hinterlegt."),
    "returned": N_("Notiert: zurückgegeben."),
    "withheld": N_("Notiert: einbehalten. Die Person sieht den Grund."),
    "undo": N_("Zurückgenommen."),
}
NOTES_MAX = 1_000


@dataclass(slots=True)
class DepositPage:
    """See `desk/deposit.html`."""

    line: ShownLine
    name: str
    flat: str
    state: str
    state_text: str
    sums: list[dict[str, str]]
    steps: list[dict[str, str]]
    seen: int
    missing: str
    held: str
    lost: list[str]
    """Keys that were lost with this reservation, while nothing is kept of its deposit yet."""
    fee: str
    can_act: bool
    hows: list[dict[str, str]]
    act: str = ""
    """Which of the forms was sent, where it has to be looked at again."""
    given: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    flashes: list[dict[str, Any]] = field(default_factory=list)


@get("/desk/deposits/{reservation:str}", include_in_schema=False)
async def deposit_page(visit: Visit, reservation: str) -> Response[Any]:
    """What became of a reservation's deposit, and what can be noted."""
    actor = visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    page = await _look(visit, actor, path_id(reservation))
    said = SAID.get(read_query(visit).given.get("said", ""))
    if said is not None:
        page.flashes = [{"kind": "success", "text": visit.say(said)}]
    return await desk_page(
        visit,
        "desk/deposit.html",
        page,
        here="today",
        table=lambda: rows_table(visit, visit.say(N_("kaution")), STEP_COLUMNS, page.steps),
    )


STEP_COLUMNS = {
    "what": N_("Was"),
    "sum": N_("Betrag"),
    "when": N_("Wann"),
    "how": N_("Wie"),
    "number": N_("Beleg"),
    "words": N_("Grund"),
}


async def _look(visit: Visit, actor: Actor, reservation_id: bytes) -> DepositPage:
    def look(read: Read) -> DepositPage | Refusal:
        found = spaces.find_deposit(read, actor, reservation_id, now=visit.now)
        return found if isinstance(found, Refusal) else _page(read, visit, actor, found)

    return await visit.read(look)


def _page(read: Read, visit: Visit, actor: Actor, found: HeldDeposit) -> DepositPage:
    line, deposit = found.line, found.deposit
    name, flat = names_of(read, [line])[line.reservation.id]
    state, text = STATES[deposit.stage]
    keys = lost_by(read, line.reservation.id, line.space.id, now=visit.now)
    if any(step.kind is StepKind.WITHHELD for step in deposit.steps):
        keys = []
    return DepositPage(
        line=line_of(visit, line),
        name=name,
        flat=flat,
        state=state,
        state_text=visit.say(text),
        sums=_sums(visit, deposit),
        steps=_steps(read, visit, deposit),
        seen=deposit.noted,
        missing=_euros(deposit.missing_cents),
        held=_euros(deposit.held_cents),
        lost=[key_name(visit, key) for key in keys],
        fee=_euros(min(sum(map(fee_cents, keys)), deposit.held_cents)),
        can_act=may(actor, Permission.CHECK_IN_OTHERS),
        hows=[{"value": str(how), "text": visit.say(text)} for how, text in HOWS.items()],
    )


def _sums(visit: Visit, deposit: Deposit) -> list[dict[str, str]]:
    rows = (
        (N_("Verlangt"), deposit.asked_cents),
        (N_("Noch zu hinterlegen"), deposit.missing_cents),
        (N_("Liegt bei uns"), deposit.held_cents),
    )
    lang = visit.prefs.lang
    return [{"label": visit.say(label), "value": money_words(lang, cents)} for label, cents in rows]


def _steps(read: Read, visit: Visit, deposit: Deposit) -> list[dict[str, str]]:
    shown = []
    for step, row in zip(deposit.steps, steps_of(visit, deposit), strict=True):
        who = people.find_person(read, parse_id(step.fact.staff_id)) if step.fact.staff_id else None
        shown.append({**row, "who": who.name if who is not None else visit.say(N_("Team"))})
    return shown


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}" if cents else ""


@post("/desk/deposits/{reservation:str}/{act:str}", include_in_schema=False)
async def note(visit: Visit, reservation: str, act: str) -> Response[Any]:
    """Note what happened to a deposit, or take the latest note back."""
    actor = visit.allowed(Permission.CHECK_IN_OTHERS)
    fields = await read_fields(visit)
    reservation_id = path_id(reservation)
    if act not in {*NOTED, "undo"}:
        raise RefusedError(NOT_FOUND)
    run = _undo(visit, actor, reservation_id, fields) if act == "undo" else None
    if run is None:
        said = _read_note(fields, NOTED[act])
        if not fields.problems:
            run = _noting(visit, actor, reservation_id, said)
    done = await visit.store.write(run) if run is not None else None
    if isinstance(done, Refusal):
        if not done.field:
            raise RefusedError(done)
        told = words(visit, done)
        fields.problems[done.field] = f"{told['message']} {told['remedy']}"
    if fields.problems:
        page = await _look(visit, actor, reservation_id)
        page.act, page.given, page.problems = act, fields.given, fields.problems
        return await desk_page(visit, "desk/deposit.html", page, here="today", status=422)
    return visit.go(f"/desk/deposits/{reservation}?said={act}")


def _read_note(fields: Fields, kind: StepKind) -> Note:
    needs_how = kind is not StepKind.WITHHELD
    how = fields.choice("how", [*How], default=How.TRANSFER) if needs_how else ""
    return Note(
        kind=kind,
        cents=fields.cents("euros"),
        how=How(how) if how else None,
        number=fields.text("number", longest=60) if needs_how else "",
        words=fields.text("words", longest=500) if not needs_how else "",
        seen=fields.number("seen", low=0, high=NOTES_MAX),
    )


def _noting(
    visit: Visit, actor: Actor, reservation_id: bytes, said: Note
) -> Callable[[Write], HeldDeposit | Refusal]:
    return lambda write: spaces.note_deposit(write, actor, reservation_id, said, now=visit.now)


def _undo(
    visit: Visit, actor: Actor, reservation_id: bytes, fields: Fields
) -> Callable[[Write], HeldDeposit | Refusal]:
    step_id = fields.id("step")
    return lambda write: spaces.undo_step(write, actor, reservation_id, step_id, now=visit.now)


ROUTES = (deposit_page, note)
