"""What somebody has reserved: the list, one with its pass to take along, and giving it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node import quarter, spaces
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, granted
from node.kiosk import frame
from node.kiosk.handover import page_link, pass_address
from node.kiosk.printing import print_here, printing_at_the_lobby
from node.spaces import Line, Status
from node.spaces.giving_up import FEE_CHANGED, FEE_MAX, cancel_for
from node.store import Read
from node.web.changing import is_to_change
from node.web.errors import words
from node.web.forms import path_id, read_fields, read_query
from node.web.live import RESERVATION_TABLES
from node.web.on_paper import is_printable
from node.web.qr import qr_svg
from node.web.relocating import closed_words
from node.web.series_end import series_lines, series_words
from node.web.showing import Place, ShownLine, line_of, money, place_of, when_of
from node.web.terms import no_show_words
from node.web.visit import Visit

LINES_A_PAGE = 4
"""As many as stand above the bar, with what leads on."""

LINES_MAX = 200


@dataclass(slots=True)
class MinePage:
    """See `kiosk/mine.html`."""

    lines: list[ShownLine]
    more: dict[str, str] | None


@dataclass(slots=True)
class ReservationPage:
    """See `kiosk/reservation.html`."""

    title: str
    text: str
    place: Place
    where: str
    when: str
    people: str
    state: str
    price: str
    code: str
    pass_src: str
    phone_src: str
    can: dict[str, bool]
    check_in: str
    change: str
    cancel: str
    print: str
    printing: dict[str, str | bool]
    closed: dict[str, str] | None = None
    live: str = RESERVATION_TABLES + " print_job"


@dataclass(slots=True)
class CancelPage:
    """See `kiosk/cancel.html`."""

    line: ShownLine
    fee: str
    fee_cents: str
    """What is sent back with the button."""
    action: str
    back: str
    series: dict[str, str] | None
    refusal: dict[str, Any] | None = None


@get("/mine", include_in_schema=False)
async def mine(visit: Visit) -> Response[Any]:
    """What lies ahead, by start."""
    actor = visit.signed_in()
    lines = await visit.read(lambda read: spaces.coming_up(read, actor, now=visit.now))
    start = read_query(visit).number("from", low=0, high=LINES_MAX, default=0)
    shown = [line_of(visit, line) for line in lines[start : start + LINES_A_PAGE]]
    page = MinePage(shown, _more(visit, start, len(lines)))
    return await frame.kiosk_page(visit, "kiosk/mine.html", page)


def _more(visit: Visit, start: int, count: int) -> dict[str, str] | None:
    """What leads to the next ones, and from the last ones to the first."""
    following = start + LINES_A_PAGE
    if following < count:
        text = visit.say(N_("{count} weitere zeigen"), count=count - following)
        return {"text": text, "href": f"/kiosk/mine?from={following}"}
    return {"text": visit.say(N_("Von vorn")), "href": "/kiosk/mine"} if start else None


@get("/mine/{reservation:str}", include_in_schema=False)
async def reservation_page(visit: Visit, reservation: str) -> Response[Any]:
    """One booking: booked or asked for, its pass, and how to take it along."""
    actor, reservation_id = visit.signed_in(), path_id(reservation)

    def look(read: Read) -> tuple[Line, str, dict[str, str] | None]:
        line = granted(spaces.get_line(read, actor, reservation_id, now=visit.now))
        building = quarter.find_building(read, line.space.building_id)
        return line, building.name if building else "", closed_words(read, visit, line)

    line, where, closed = await visit.read(look)
    printing = await printing_at_the_lobby(visit, line.reservation.id, can=is_printable(line))
    page = _shown(visit, line, where, printing)
    page.closed = closed
    page.can["cancel"] &= not (closed and closed["free"])
    if visit.request.query_params.get("changed") == "1":
        page.title = visit.say(N_("Geändert."))
        page.text = visit.say(N_("Ihr Ausweis gilt weiter, für die neue Zeit."))
    if visit.request.query_params.get("ended") == "1" and line.status is Status.CANCELLED:
        page.text = visit.say(N_("Und mit dieser Buchung alles, was dazugehörte."))
    return await frame.kiosk_page(visit, "kiosk/reservation.html", page)


@post("/mine/{reservation:str}/print", include_in_schema=False)
async def print_mine(visit: Visit, reservation: str) -> Response[Any]:
    """Print its pass, or the receipt of its cancellation, beside the screen."""
    actor, reservation_id = visit.signed_in(), path_id(reservation)
    await read_fields(visit)
    line = await visit.read(
        lambda read: spaces.get_line(read, actor, reservation_id, now=visit.now)
    )
    refusal = await print_here(visit, line)
    if refusal is not None:
        return await frame.refusal_page(visit, refusal, again=f"/kiosk/mine/{reservation}")
    return visit.go(f"/kiosk/mine/{reservation}")


def _shown(
    visit: Visit, line: Line, where: str, printing: dict[str, str | bool]
) -> ReservationPage:
    reservation, shown = line.reservation, line_of(visit, line)
    address = f"/kiosk/mine/{shown.id}"
    title, text = _title(visit, line)
    pass_ = qr_svg(pass_address(visit, reservation)) if shown.has_pass else ""
    ahead = line.status in {Status.REQUESTED, Status.HELD}
    link = qr_svg(page_link(visit, f"/mine/{shown.id}")) if ahead else ""
    return ReservationPage(
        title=title,
        text=shown.state_text or no_show_words(visit, line) or text,
        place=place_of(visit, line.space),
        where=where,
        when=when_of(visit, line.space, reservation.period),
        people=shown.text,
        state=shown.state,
        price=shown.end,
        code=line.code if shown.has_pass else "",
        pass_src=frame.qr_src(pass_) if pass_ else "",
        phone_src=frame.qr_src(link) if link else "",
        can={
            "check_in": spaces.is_open_for(reservation, line.space, now=visit.now)
            or line.status is Status.CHECKED_IN,
            "change": is_to_change(visit, line),
            "cancel": line.status in {Status.REQUESTED, Status.CONFIRMED},
        },
        check_in=f"{address}/pass",
        change=f"{address}/change",
        cancel=f"{address}/cancel",
        print=f"{address}/print",
        printing=printing,
    )


def _title(visit: Visit, line: Line) -> tuple[str, str]:
    """Where it stands, and what to do with it, in a sentence each."""
    titles = {
        Status.CONFIRMED: (
            N_("Gebucht."),
            N_(
                "Scannen oder fotografieren Sie den Code mit dem Handy, oder merken Sie sich die "
                "acht Zeichen."
            ),
        ),
        Status.REQUESTED: (N_("Angefragt."), ""),
        Status.CHECKED_IN: (N_("Sie sind eingecheckt."), ""),
        Status.HELD: (N_("Vorgemerkt."), N_("Noch nicht gebucht.")),
        Status.CANCELLED: (N_("Abgesagt."), ""),
        Status.DECLINED: (N_("Abgelehnt."), N_("Warum, sagt Ihnen der Service-Point.")),
        Status.DISPLACED: (N_("Verlegt."), N_("Der Service-Point hilft Ihnen weiter.")),
        Status.NO_SHOW: (N_("Der Platz wurde wieder frei, weil niemand eingecheckt hat."), ""),
    }
    title, text = titles.get(line.status, (N_("Ihre Buchung"), ""))
    return visit.say(title), visit.say(text) if text else ""


# Giving it up


@get("/mine/{reservation:str}/cancel", include_in_schema=False)
async def cancel_page(visit: Visit, reservation: str) -> Response[Any]:
    """What giving it up would cost now, before it is done."""
    return await _cancel_page(visit, reservation)


async def _cancel_page(
    visit: Visit, reservation: str, refusal: Refusal | None = None
) -> Response[Any]:
    actor, reservation_id = visit.signed_in(), path_id(reservation)

    def look(read: Read) -> tuple[Line, list[Line]]:
        line = granted(spaces.get_line(read, actor, reservation_id, now=visit.now))
        return line, series_lines(read, visit, actor, reservation_id)

    line, series = await visit.read(look)
    fee = spaces.preview_cancellation(line.reservation, now=visit.now).fee_cents
    page = CancelPage(
        line=line_of(visit, line),
        fee=money(visit, fee) if fee else "",
        fee_cents=str(fee),
        action=f"/kiosk/mine/{reservation}/cancel",
        back=f"/kiosk/mine/{reservation}",
        series=series_words(visit, line, series, f"/kiosk/mine/{reservation}"),
    )
    if refusal is None:
        return await frame.kiosk_page(visit, "kiosk/cancel.html", page)
    page.refusal = words(visit, refusal)
    return await frame.kiosk_page(
        visit, "kiosk/cancel.html", page, status=refusal.status, again=page.action
    )


@post("/mine/{reservation:str}/cancel", include_in_schema=False)
async def cancel(visit: Visit, reservation: str) -> Response[Any]:
    """Give it up for what was shown; had that changed meanwhile, it is shown again first."""
    actor, reservation_id = visit.signed_in(), path_id(reservation)
    fee = (await read_fields(visit)).number("fee", low=0, high=FEE_MAX)
    done = await visit.store.write(
        lambda write: cancel_for(write, actor, reservation_id, fee_cents=fee, now=visit.now)
    )
    if done == FEE_CHANGED:
        return await _cancel_page(visit, reservation, FEE_CHANGED)
    if isinstance(done, Refusal):
        return await frame.refusal_page(visit, done, again="/kiosk/mine")
    return visit.go(f"/kiosk/mine/{id_text(done.id)}")


ROUTES = (mine, reservation_page, print_mine, cancel_page, cancel)
