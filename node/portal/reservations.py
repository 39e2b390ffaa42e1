"""My reservations: what I have booked, one of them with its pass, and giving it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node import quarter, spaces
from node.base.actors import Actor
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, granted
from node.portal.help_words import desk_help
from node.portal.passes import ShownPass, shown_pass
from node.portal.safe_code import has_code
from node.portal.spaces import nearest_of
from node.portal.unlocking import own_door_href
from node.spaces import Line, Status
from node.spaces.by_team import Told
from node.spaces.giving_up import FEE_CHANGED, FEE_MAX, cancel_for
from node.spaces.telling import told_of as find_told
from node.spaces.terms import CancelPreview
from node.store import Read
from node.web.changing import is_to_change
from node.web.deposits import deposit_rows
from node.web.errors import words
from node.web.forms import path_id, read_fields
from node.web.hand_overs import hand_over_links
from node.web.listing import reservations_table
from node.web.live import RESERVATION_TABLES
from node.web.relocating import closed_words
from node.web.series_end import series_lines, series_words
from node.web.showing import (
    ShownBill,
    ShownLine,
    how_to_come_in,
    line_of,
    moment,
    money,
    people_words,
    place_of,
    when_of,
)
from node.web.table import Table
from node.web.terms import (
    cancellation_words,
    cost_now_words,
    cost_reason,
    due_bill,
    no_show_row,
    no_show_words,
)
from node.web.told import ShownTold, told_of
from node.web.visit import Visit
from node.web.waiting import ShownEntry, entry_of

AHEAD = frozenset({Status.REQUESTED, Status.HELD, Status.CONFIRMED, Status.CHECKED_IN})
LOST = frozenset({Status.DECLINED, Status.DISPLACED})
CANCELLABLE = frozenset({Status.REQUESTED, Status.HELD, Status.CONFIRMED})
BILLED = frozenset(Status) - {
    Status.CANCELLED,
    Status.DECLINED,
    Status.DISPLACED,
    Status.EXPIRED,
    Status.REQUESTED,
}


@dataclass(slots=True)
class MinePage:
    """See `portal/mine.html`."""

    ahead: list[ShownLine]
    past: list[ShownLine]
    offers: list[ShownEntry]
    waiting: list[ShownEntry]
    live: str = RESERVATION_TABLES


@dataclass(slots=True)
class ReservationPage:
    """See `portal/reservation.html`."""

    line: ShownLine
    is_new: bool
    notice: dict[str, str] | None
    rows: list[dict[str, str]]
    bill: ShownBill | None
    pass_: ShownPass | None
    how: list[str]
    cancel: dict[str, str] | None
    change_href: str
    series: dict[str, str] | None
    book_href: str
    hand_overs: list[dict[str, str]]
    deposit: list[dict[str, str]]
    code_href: str
    door_href: str
    instead: dict[str, Any]
    closed: dict[str, str] | None = None
    """That its place is shut at its time."""
    told: ShownTold | None = None
    """What the team did to it, until they have read it."""
    guest_href: str = ""
    """Where a link for guests is made."""
    live: str = RESERVATION_TABLES


@dataclass(slots=True)
class CancelPage:
    """See `portal/cancel.html`."""

    line: ShownLine
    fee: str
    fee_cents: str
    is_free: bool
    sentence: str
    explanation: str
    refusal: dict[str, Any] | None = None


@get("/mine", include_in_schema=False)
async def mine(visit: Visit) -> Response[Any]:
    """What my household has booked, and had in the last month."""
    actor = visit.signed_in()
    found, lined = await visit.read(
        lambda read: (
            spaces.my_reservations(read, actor, now=visit.now),
            spaces.my_line(read, actor, now=visit.now),
        )
    )
    entries = [entry_of(visit, each) for each in lined]
    page = MinePage(
        ahead=[line_of(visit, line) for line in found if line.status in AHEAD],
        past=[line_of(visit, line) for line in reversed(found) if line.status not in AHEAD],
        offers=[entry for entry in entries if entry.offer],
        waiting=[entry for entry in entries if not entry.offer],
    )
    return visit.page("portal/mine.html", page, here="mine", table=lambda: _table(visit, found))


def _table(visit: Visit, found: list[Line]) -> Table:
    return reservations_table(visit, visit.say(N_("buchungen")), [("", found)])


@dataclass(frozen=True, slots=True)
class _Looked:
    line: Line
    preview: CancelPreview
    note: dict[str, str]
    reason: Refusal | None
    building: str
    series: list[Line]
    hand_over: spaces.HandOver
    deposit: spaces.Deposit
    has_code: bool
    door_href: str
    instead: tuple[spaces.Offer, ...]
    desk_help: str
    told: Told | None
    closed: dict[str, str] | None

    @property
    def is_free(self) -> bool:
        return bool(self.closed and self.closed["free"])


@get("/mine/{reservation:str}", include_in_schema=False)
async def reservation_page(visit: Visit, reservation: str) -> Response[Any]:
    """One of mine: its state, its pass, what it costs, how to give it up."""
    actor = visit.signed_in()
    reservation_id = path_id(reservation)
    looked = await visit.read(lambda read: _look(read, actor, reservation_id, visit))
    asked = visit.request.query_params
    page = _page(visit, looked, is_new=asked.get("new") == "1")
    if asked.get("changed") == "1" and page.notice is None:
        title = visit.say(N_("Geändert."))
        text = visit.say(N_("Ihr Ausweis gilt weiter, für die neue Zeit."))
        page.notice = {"kind": "success", "title": title, "text": text}
    return visit.page("portal/reservation.html", page, here="mine")


def _look(read: Read, actor: Actor, reservation_id: bytes, visit: Visit) -> _Looked:
    line = granted(spaces.get_line(read, actor, reservation_id, now=visit.now))
    building = quarter.find_building(read, line.space.building_id)
    return _Looked(
        line,
        spaces.preview_cancellation(line.reservation, now=visit.now),
        spaces.note_of(read, reservation_id),
        spaces.why_not(read, line.reservation),
        building.name if building else "",
        series_lines(read, visit, actor, reservation_id),
        granted(spaces.find_hand_over(read, actor, reservation_id, now=visit.now)),
        granted(spaces.find_deposit(read, actor, reservation_id, now=visit.now)).deposit,
        has_code(read, visit, actor, line),
        own_door_href(read, visit, actor, line),
        _instead(read, visit, actor, line),
        desk_help(visit, read),
        find_told(read, actor, reservation_id),
        closed_words(read, visit, line),
    )


def _instead(read: Read, visit: Visit, actor: Actor, line: Line) -> tuple[spaces.Offer, ...]:
    """What comes nearest to a time ahead that they were refused, or had and lost."""
    agreed = line.reservation
    if line.status not in LOST or agreed.period.starts_at <= visit.now:
        return ()
    wish = spaces.Wish(
        space_id=line.space.id,
        period=agreed.period,
        people=agreed.details.people,
        purpose=agreed.details.purpose,
        ages=agreed.details.ages,
    )
    return spaces.alternatives_for(read, actor, wish, now=visit.now)


def _page(visit: Visit, looked: _Looked, *, is_new: bool) -> ReservationPage:
    line = looked.line
    shown = line_of(visit, line)
    return ReservationPage(
        line=shown,
        is_new=is_new,
        notice=_notice(visit, looked, is_new=is_new),
        rows=_rows(visit, looked, shows_pass=is_new and shown.has_pass),
        bill=due_bill(visit, line) if line.status in BILLED else None,
        pass_=shown_pass(visit, line, looked.building) if shown.has_pass else None,
        how=how_to_come_in(visit, line),
        cancel=_cancel_link(visit, looked),
        change_href=_change_href(visit, line),
        # What is shut goes back free, with all of it.
        series=None
        if looked.is_free
        else series_words(visit, line, looked.series, f"/mine/{shown.id}"),
        book_href=f"/book/{shown.id}" if line.status is Status.HELD else "",
        hand_overs=hand_over_links(visit, looked.hand_over),
        deposit=deposit_rows(visit, looked.deposit),
        code_href=f"/mine/{shown.id}/code" if looked.has_code else "",
        door_href=looked.door_href,
        instead=_shown_instead(visit, looked),
        guest_href=_guest_href(visit, line),
        closed=looked.closed,
        told=told_of(visit, looked.told) if looked.told else None,
    )


def _shown_instead(visit: Visit, looked: _Looked) -> dict[str, Any]:
    details = looked.line.reservation.details
    return {
        "offers": nearest_of(visit, looked.instead),
        "people": details.people,
        "ages": ", ".join(str(age) for age in details.ages),
        "who": looked.desk_help if looked.line.status in LOST else "",
    }


def _notice(visit: Visit, looked: _Looked, *, is_new: bool) -> dict[str, str] | None:
    """What there is to say beyond the state: that it worked, what it waits for, why not."""
    line = looked.line
    if line.status is Status.CONFIRMED and is_new:
        text = visit.say(N_("Der Ausweis öffnet die Tür. Sie finden ihn auch unter „Meine“."))
        return {"kind": "success", "title": visit.say(N_("Gebucht.")), "text": text}
    if line.status is Status.REQUESTED:
        title = visit.say(N_("Angefragt.") if is_new else N_("Das wartet noch."))
        return {"kind": "waiting", "title": title, "text": line_of(visit, line).state_text}
    if line.status in LOST and looked.reason is not None:
        reason = looked.reason
        title = visit.say(reason.message, **reason.values)
        text = visit.say(reason.remedy, **reason.values) if reason.remedy else ""
        return {"kind": "refusal", "title": title, "text": text}
    if line.status is Status.NO_SHOW:
        return {
            "kind": "warning",
            "title": visit.say(N_("Der Platz wurde wieder frei, weil niemand eingecheckt hat.")),
            "text": " ".join(filter(None, (no_show_words(visit, line), visit.say(NOT_TRUE)))),
        }
    return None


def _rows(visit: Visit, looked: _Looked, *, shows_pass: bool) -> list[dict[str, str]]:
    """What neither the head of the page nor the pass on it says already."""
    line = looked.line
    reservation = line.reservation
    came, left = reservation.check_in, reservation.check_out
    gone = reservation.cancellation
    rows = (
        (N_("Wer"), people_words(visit, reservation.details.people)),
        (N_("Wo"), "" if shows_pass else looked.building),
        (N_("Gäste"), looked.note.get("guests", "")),
        (N_("Notiz"), looked.note.get("note", "")),
        (N_("Kosten der Absage"), _terms(visit, line)),
        (N_("Kosten, wenn niemand kommt"), no_show_row(visit, line)),
        (N_("Nummer"), "" if shows_pass else spaces.number_of(reservation.id)),
        (N_("Gebucht"), moment(visit, reservation.requested_at)),
        (
            N_("Gebucht durch"),
            visit.say(N_("Service-Point für Sie")) if reservation.details.staff_id else "",
        ),
        (
            N_("Geändert durch"),
            visit.say(N_("Service-Point für Sie")) if reservation.details.changed_by else "",
        ),
        (N_("Eingecheckt"), moment(visit, came.at) if came else ""),
        (N_("Ausgecheckt"), moment(visit, left.at) if left else ""),
        (N_("Abgesagt"), moment(visit, gone.at) if gone else ""),
        (N_("Absagen kostete"), money(visit, gone.fee_cents) if gone else ""),
    )
    return [{"label": visit.say(label), "value": value} for label, value in rows if value]


def _terms(visit: Visit, line: Line) -> str:
    """What giving it up will cost by when, where it may cost something."""
    if line.status not in CANCELLABLE or not line.reservation.bill.total_cents:
        return ""
    return cancellation_words(visit, line, say_when=moment)


def _change_href(visit: Visit, line: Line) -> str:
    """Where it can be changed: while it is agreed or they are in, at the node that decides."""
    can = is_to_change(visit, line)
    return f"/mine/{id_text(line.reservation.id)}/change" if can else ""


def _guest_href(visit: Visit, line: Line) -> str:
    """Where the link for the guests of an apartment is made; in the house only."""
    can = line.space.is_by_night and line.status in {Status.CONFIRMED, Status.CHECKED_IN}
    return f"/mine/{id_text(line.reservation.id)}/guest" if can and not visit.actor.is_away else ""


def _cancel_link(visit: Visit, looked: _Looked) -> dict[str, str] | None:
    if looked.line.status not in CANCELLABLE:
        return None
    if looked.closed and looked.is_free:
        return {"href": looked.closed["href"], "text": looked.closed["free"]}
    reservation_id = id_text(looked.line.reservation.id)
    return {"href": f"/mine/{reservation_id}/cancel", "text": cost_now_words(visit, looked.preview)}


# Giving up


@get("/mine/{reservation:str}/cancel", include_in_schema=False)
async def cancel_page(visit: Visit, reservation: str) -> Response[Any]:
    """What giving up costs now, exactly, before the button that does it."""
    actor = visit.signed_in()
    reservation_id = path_id(reservation)
    looked = await visit.read(lambda read: _look(read, actor, reservation_id, visit))
    if looked.line.status not in CANCELLABLE:
        return visit.go(f"/mine/{reservation}")
    return visit.page("portal/cancel.html", _cancel_page(visit, looked), here="mine")


def _cancel_page(visit: Visit, looked: _Looked) -> CancelPage:
    line, preview = looked.line, looked.preview
    when = when_of(visit, line.space, line.reservation.period)
    return CancelPage(
        line=line_of(visit, line),
        fee=money(visit, preview.fee_cents),
        fee_cents=str(preview.fee_cents),
        is_free=preview.fee_cents == 0,
        sentence=visit.list_words(place_of(visit, line.space).name, when),
        explanation=cost_reason(visit, line.reservation.bill, preview),
    )


@post("/mine/{reservation:str}/cancel", include_in_schema=False)
async def cancel(visit: Visit, reservation: str) -> Response[Any]:
    """Give it up. Had the cost risen since it was shown, it is shown again first."""
    actor = visit.signed_in()
    fields = await read_fields(visit)
    reservation_id = path_id(reservation)
    fee = fields.number("fee", low=0, high=FEE_MAX)
    done = await visit.store.write(
        lambda write: cancel_for(write, actor, reservation_id, fee_cents=fee, now=visit.now)
    )
    if done == FEE_CHANGED:
        looked = await visit.read(lambda read: _look(read, actor, reservation_id, visit))
        page = _cancel_page(visit, looked)
        page.refusal = words(visit, FEE_CHANGED)
        return visit.page("portal/cancel.html", page, here="mine", status=FEE_CHANGED.status)
    granted(done)
    return visit.go(f"/mine/{reservation}")


NOT_TRUE = N_("Wenn das nicht stimmt, sprechen Sie mit dem Service-Point.")

ROUTES = (mine, reservation_page, cancel_page, cancel)
