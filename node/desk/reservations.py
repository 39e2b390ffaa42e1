"""One reservation at the desk: find it, check in and out, approve, decline, cancel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people, spaces
from node.base.actors import Permission, may
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, granted
from node.desk.frame import desk_page
from node.desk.today import names_of
from node.desk.undoing import act_flashes, undo_acts, undo_shown, undone_row
from node.devices import Printers
from node.quarter.files import HandoverKind
from node.spaces import Line, Status, Turnover, UndoneFact
from node.spaces.giving_up import FEE_MAX, cancel_for
from node.spaces.levy import EXEMPTABLE
from node.spaces.telling import with_words
from node.store import Read, Write
from node.web.deposits import STATES as DEPOSIT_STATES
from node.web.forms import path_id, read_fields, read_query
from node.web.listing import rows_table
from node.web.on_paper import is_printable
from node.web.series_end import series_lines, series_words
from node.web.showing import (
    ShownBill,
    ShownLine,
    line_of,
    moment,
    money,
)
from node.web.terms import cancellation_words, due_bill, no_show_row, no_show_words
from node.web.turnovers import early_words, free_words
from node.web.visit import Visit


@dataclass(slots=True)
class ReservationPage:
    """See `desk/reservation.html`."""

    line: ShownLine
    name: str
    flat: str
    rows: list[dict[str, str]]
    bill: ShownBill
    code: str
    can: dict[str, bool]
    fee: str
    fee_cents: str
    person_href: str = ""
    early: str = ""
    """What leaving now gives back, where it is before the end."""
    series: dict[str, str] | None = None
    """What it was booked with, and where all of that is given up."""
    hand_over_href: str = ""
    deposit: dict[str, str] | None = None
    keys_href: str = ""
    """Where the place's keys are handed out and taken back."""
    unclean: dict[str, str] | None = None
    """That the place is not ready for who comes now."""
    undo: dict[str, str] | None = None
    """What was done last and can be taken back, and what it then comes to."""
    flashes: list[dict[str, Any]] = field(default_factory=list)
    printers: list[str] = field(default_factory=list)
    """The names of this box's printers."""


@dataclass(frozen=True, slots=True)
class _Looked:
    line: Line
    name: str
    flat: str
    note: dict[str, str]
    fee: int
    staff: str
    changed_by: str
    accepted_by: str
    waiting: Turnover | None
    undone: list[tuple[UndoneFact, str]]
    deposit: spaces.HeldDeposit
    series: list[Line]


@get("/desk/reservations/{reservation:str}", include_in_schema=False)
async def reservation_page(visit: Visit, reservation: str) -> Response[Any]:
    """All about one reservation."""
    actor = visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    reservation_id = path_id(reservation)

    def look(read: Read) -> _Looked:
        line = granted(spaces.get_line(read, actor, reservation_id, now=visit.now))
        fee = spaces.preview_cancellation(line.reservation, now=visit.now).fee_cents
        name, flat = names_of(read, [line])[reservation_id]
        note, made = spaces.note_of(read, reservation_id), line.reservation
        staff, changed_by = _name(read, made.staff_id), _name(read, made.changed_by)
        accepted_by = _name(read, made.accepted_by)
        waiting = spaces.waiting_turnover(read, line.space, now=visit.now, but=reservation_id)
        undone = [(each, _name(read, each.by)) for each in spaces.undone_of(read, reservation_id)]
        deposit = granted(spaces.find_deposit(read, actor, reservation_id, now=visit.now))
        return _Looked(
            line=line,
            name=name,
            flat=flat,
            note=note,
            fee=fee,
            staff=staff,
            changed_by=changed_by,
            accepted_by=accepted_by,
            waiting=waiting,
            undone=undone,
            deposit=deposit,
            series=series_lines(read, visit, actor, reservation_id),
        )

    looked = await visit.read(look)
    page = _page(visit, looked)
    page.flashes = act_flashes(visit, read_query(visit))
    return await desk_page(
        visit,
        "desk/reservation.html",
        page,
        here="today",
        table=lambda: rows_table(visit, visit.say(N_("buchung")), COLUMNS, page.rows),
    )


COLUMNS = {"label": N_("Angabe"), "value": N_("Inhalt")}


def _name(read: Read, person_id: bytes | None) -> str:
    """Who of the team it was; "" where nobody was, or nobody knows them any more."""
    found = people.find_person(read, person_id) if person_id is not None else None
    return found.name if found is not None else ""


def _page(visit: Visit, looked: _Looked) -> ReservationPage:
    line, note, fee = looked.line, looked.note, looked.fee
    status, reservation = line.status, line.reservation
    facts = [
        (N_("Gebucht"), moment(visit, reservation.requested_at)),
        (N_("Nummer"), spaces.number_of(reservation.id)),
        (N_("Eingecheckt"), moment(visit, reservation.check_in.at) if reservation.check_in else ""),
        (
            N_("Ausgecheckt"),
            moment(visit, reservation.check_out.at) if reservation.check_out else "",
        ),
        (N_("Kosten der Absage"), _terms(visit, line)),
        (N_("Kosten, wenn niemand kommt"), no_show_row(visit, line)),
        (N_("Nicht erschienen"), no_show_words(visit, line)),
        (N_("Anlass"), note.get("note", "")),
        (N_("Gäste"), note.get("guests", "")),
        (N_("Gebucht durch"), _booked_by(visit, looked)),
        (N_("Geändert durch"), looked.changed_by),
        (N_("Angenommen für sie oder ihn durch"), looked.accepted_by),
        *(undone_row(visit, fact, name) for fact, name in looked.undone),
    ]
    return ReservationPage(
        line=line_of(visit, line),
        name=looked.name,
        flat=looked.flat,
        rows=[{"label": visit.say(label), "value": value} for label, value in facts if value],
        bill=due_bill(visit, line),
        code=line.code,
        can={
            "check_in": spaces.is_open_for(reservation, line.space, now=visit.now),
            "check_out": status is Status.CHECKED_IN,
            "judge": status is Status.REQUESTED and line.space.home_site == visit.house.site_id,
            "change": status in {Status.CONFIRMED, Status.CHECKED_IN}
            and line.space.home_site == visit.house.site_id
            and may(visit.actor, Permission.RESERVE_FOR_OTHERS),
            "split": line.space.is_by_night
            and status in {Status.CONFIRMED, Status.CHECKED_IN}
            and line.space.home_site == visit.house.site_id
            and may(visit.actor, Permission.RESERVE_FOR_OTHERS),
            "cancel": status in {Status.REQUESTED, Status.HELD, Status.CONFIRMED},
            "print": is_printable(line) and may(visit.actor, Permission.CHECK_IN_OTHERS),
            "levy": line.space.is_by_night
            and bool(line.space.row.stay and line.space.row.stay.levy)
            and line.space.home_site == visit.house.site_id
            and status in EXEMPTABLE
            and may(visit.actor, Permission.RESERVE_FOR_OTHERS),
            "guests": line.space.is_by_night
            and line.has_pass
            and may(visit.actor, Permission.CHECK_IN_OTHERS),
        },
        fee=money(visit, fee) if fee else "",
        fee_cents=str(fee),
        person_href=f"/desk/people/{id_text(reservation.person_id)}",
        early=early_words(visit, line) if status is Status.CHECKED_IN else "",
        series=series_words(
            visit, line, looked.series, f"/desk/reservations/{id_text(reservation.id)}"
        ),
        hand_over_href=_hand_over_href(line),
        deposit=_deposit(visit, looked.deposit),
        keys_href=_keys_href(line),
        unclean=_unclean(visit, looked),
        undo=undo_shown(visit, line),
        printers=[each.name for each in visit.house.service(Printers).all],
    )


def _terms(visit: Visit, line: Line) -> str:
    """What giving it up will cost by when, where it may cost something."""
    agreed = line.status is Status.CONFIRMED and line.reservation.bill.total_cents
    return cancellation_words(visit, line, say_when=moment) if agreed else ""


def _deposit(visit: Visit, found: spaces.HeldDeposit) -> dict[str, str] | None:
    """The way to the deposit, and how far that is; nothing where none is asked for or was paid."""
    stage = found.deposit.stage
    if stage is spaces.DepositStage.NONE:
        return None
    href = f"/desk/deposits/{id_text(found.line.reservation.id)}"
    state, text = DEPOSIT_STATES[stage]
    return {"href": href, "state": state, "state_text": visit.say(text)}


def _keys_href(line: Line) -> str:
    """To the keys of the place, while they may be handed out or must come back."""
    has_keys = any(row.kind is HandoverKind.KEY for row in line.space.row.handover)
    gone = line.reservation.check_in is None and line.status is not Status.CONFIRMED
    return "" if gone or not has_keys else f"/desk/keys?reservation={id_text(line.reservation.id)}"


def _hand_over_href(line: Line) -> str:
    """Where what was found in the place stands, once people are or were in."""
    was_in = line.reservation.check_in is not None
    return f"/desk/hand-over/{id_text(line.reservation.id)}" if was_in else ""


def _unclean(visit: Visit, looked: _Looked) -> dict[str, str] | None:
    """A warning beside the check-in, no bar to it: the people are here."""
    waiting, line = looked.waiting, looked.line
    if waiting is None or not spaces.is_open_for(line.reservation, line.space, now=visit.now):
        return None
    return {
        "title": visit.say(N_("Hier ist noch nicht gereinigt.")),
        "text": free_words(visit, waiting),
    }


def _booked_by(visit: Visit, looked: _Looked) -> str:
    """Who of the team booked; nothing where people booked for themselves."""
    if not looked.line.reservation.details.staff_id:
        return ""
    if not looked.staff:
        return visit.say(N_("Team für diese Person"))
    return visit.say(N_("{name}, Team für diese Person"), name=looked.staff)


@post("/desk/reservations/{reservation:str}/{act:str}", include_in_schema=False)
async def act_on(visit: Visit, reservation: str, act: str) -> Response[Any]:
    """Check in, check out, approve, decline or cancel."""
    actor = visit.allowed(Permission.CHECK_IN_OTHERS)
    fields = await read_fields(visit)
    reservation_id = path_id(reservation)
    reason = fields.text("reason", longest=200)
    fee = fields.number("fee", low=0, high=FEE_MAX, default=0)

    now, signer = visit.now, visit.house.signer
    acts: dict[str, Callable[[Write, Line], object]] = {
        "check-in": lambda write, line: spaces.admit(write, actor, line, now=now),
        "check-out": lambda write, line: spaces.leave(write, actor, line, now=now),
        "approve": lambda write, _: spaces.approve(
            write, actor, reservation_id, now=now, signer=signer
        ),
        "decline": lambda write, _: spaces.decline(
            write, actor, reservation_id, reason=reason, now=now, signer=signer
        ),
        "cancel": lambda write, _: with_words(
            write, cancel_for(write, actor, reservation_id, fee_cents=fee, now=now), reason
        ),
    }
    acts |= undo_acts(actor, now=now, signer=signer)

    def run(write: Write) -> object:
        line = spaces.get_line(write, actor, reservation_id, now=now)
        if isinstance(line, Refusal) or act not in acts:
            return line if isinstance(line, Refusal) else UNKNOWN_ACT
        return acts[act](write, line)

    await visit.write(run)
    back = fields.given.get("back", "")
    start = "/desk" if back == "today" else f"/desk/reservations/{reservation}"
    return visit.go(f"{start}?did={act}&of={reservation}")


UNKNOWN_ACT = Refusal(
    "desk.unknown_act",
    N_("Das kann man mit einer Buchung nicht tun."),
    N_("Bitte gehen Sie zurück und wählen Sie noch einmal."),
    status=404,
)


ROUTES = (reservation_page, act_on)
