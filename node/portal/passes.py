"""The pass: on the holder's screen, as picture and calendar entry, and the public page behind it.

A phone's own camera opens `/p/…`, where no name stands: whoever holds the pass may see what it is
for and check in or out with it, a guest without an account as much as a resident.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import quarter, spaces
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, granted
from node.portal.appointments import Said, buildings_by_id, notes_of, row_of
from node.spaces import Line, Passed, Status
from node.store import Read, Write
from node.web import i18n
from node.web.errors import words
from node.web.forms import path_id, read_fields
from node.web.ics import MEDIA_TYPE, CalendarFile, CalendarRow, written
from node.web.qr import qr_png, qr_svg
from node.web.showing import (
    STATES,
    Place,
    clock,
    how_to_come_in,
    place_of,
    state_text,
    when_of,
)
from node.web.turnovers import early_words
from node.web.visit import Visit

PASS_CHARS_MIN = 100
"""An address holds the whole signed pass; the eight characters alone open no public page."""
NOT_KEPT = {"cache-control": "private, no-store"}


@dataclass(frozen=True, slots=True)
class ShownPass:
    """A pass as `ui.pass_card` draws it."""

    qr_src: str
    code: str
    place: Place
    where: str
    day: str
    time: str
    state: str
    holder: str = ""
    note: str = ""


@dataclass(slots=True)
class PassPage:
    """See `portal/pass.html`."""

    back: str
    pass_: ShownPass
    steps: list[str]
    calendar_href: str
    png_href: str
    cancel: dict[str, str] | None = None
    notice: dict[str, str] | None = None


@dataclass(slots=True)
class PublicPassPage:
    """See `portal/public_pass.html`."""

    place: Place | None = None
    where: str = ""
    when: str = ""
    state: str = ""
    state_text: str = ""
    can: dict[str, bool] = field(default_factory=dict)
    action: str = ""
    early: str = ""
    notice: dict[str, str] | None = None
    mine_href: str = ""
    asks_figures: bool = False
    refusal: dict[str, Any] | None = None


def shown_pass(visit: Visit, line: Line, where: str) -> ShownPass:
    """The pass of a reservation of the visitor's household."""
    period, zone = line.reservation.period, visit.zone
    lang = visit.prefs.lang
    if line.space.is_by_night:
        day = i18n.day_words(lang, period.starts_at.astimezone(zone).date())
        leaves = i18n.day_words(lang, period.ends_at.astimezone(zone).date())
        time = visit.say(N_("bis {day}"), day=leaves)
    else:
        day = i18n.day_words(lang, period.starts_at.astimezone(zone).date())
        time = i18n.times_words(lang, period.starts_at, period.ends_at, zone)
    return ShownPass(
        qr_src=f"/mine/{id_text(line.reservation.id)}/pass.svg",
        code=line.code,
        place=place_of(visit, line.space),
        where=where,
        day=day,
        time=time,
        state=STATES[line.status],
        holder=visit.actor.name,
        note=visit.say(NUMBER, number=spaces.number_of(line.reservation.id)),
    )


NUMBER = N_("Nummer der Buchung: {number}")
"""What people say at the desk: it finds the booking and opens nothing."""


def pass_url(visit: Visit, line: Line) -> str:
    """The address behind the QR, in capitals: a QR stores those in half the space."""
    decision = line.reservation.decision
    text = spaces.pass_text(decision.pass_) if decision else ""
    return f"{base_address(visit)}/p/{text}".upper()


def base_address(visit: Visit) -> str:
    """Where the holder's browser found this node: another phone on the same line finds it too."""
    url = visit.request.url
    return f"{url.scheme}://{url.netloc}"


async def _own(visit: Visit, reservation: str) -> tuple[Line, str]:
    """A reservation of mine that has a pass, with the name of its house."""
    actor, reservation_id = visit.signed_in(), path_id(reservation)

    def look(read: Read) -> tuple[Line, str]:
        line = granted(spaces.get_line(read, actor, reservation_id, now=visit.now))
        building = quarter.find_building(read, line.space.building_id)
        return granted(line if line.code else NO_PASS), building.name if building else ""

    return await visit.read(look)


@get("/mine/{reservation:str}/pass", include_in_schema=False)
async def pass_page(visit: Visit, reservation: str) -> Response[Any]:
    """The pass, made to be held to a scanner."""
    line, where = await _own(visit, reservation)
    page = PassPage(
        back=f"/mine/{reservation}",
        pass_=shown_pass(visit, line, where),
        steps=how_to_come_in(visit, line),
        calendar_href=f"/mine/{reservation}/calendar.ics",
        png_href=f"/mine/{reservation}/pass.png",
        notice=_why_not_now(visit, line),
    )
    return visit.page("portal/pass.html", page, here="mine")


def _why_not_now(visit: Visit, line: Line) -> dict[str, str] | None:
    """Why the pass does not open yet, or no more; None where it does, or did."""
    if line.status in {Status.CHECKED_IN, Status.CHECKED_OUT}:
        return None
    refusal = spaces.check_admission(line.space, line.reservation, now=visit.now)
    if refusal is None:
        return None
    if refusal.code == "pass.too_early":
        title = visit.say(N_("Einchecken geht ab {opens_at}."), **refusal.values)
        return {"kind": "info", "title": title, "text": ""}
    said = words(visit, refusal)
    kind = "info" if refusal.code == "pass.not_confirmed" else "warning"
    return {"kind": kind, "title": said["message"], "text": said["remedy"]}


@get("/mine/{reservation:str}/pass.svg", include_in_schema=False)
async def pass_svg(visit: Visit, reservation: str) -> Response[bytes]:
    """The pass's QR as SVG."""
    line, _ = await _own(visit, reservation)
    content = qr_svg(pass_url(visit, line)).encode()
    return Response(content, media_type="image/svg+xml", headers=NOT_KEPT)


@get("/mine/{reservation:str}/pass.png", include_in_schema=False)
async def pass_png(visit: Visit, reservation: str) -> Response[bytes]:
    """The pass's QR as a picture to send to a guest."""
    line, _ = await _own(visit, reservation)
    name = f"quartier-{line.code.lower()}.png"
    headers = NOT_KEPT | {"content-disposition": f'attachment; filename="{name}"'}
    return Response(qr_png(pass_url(visit, line)), media_type="image/png", headers=headers)


@get("/mine/{reservation:str}/calendar.ics", include_in_schema=False)
async def calendar_file(visit: Visit, reservation: str) -> Response[bytes]:
    """The reservation for the person's own calendar, whatever became of it.

    It bears the same name there as in a calendar that is subscribed to, so nothing stands twice.
    """
    actor, reservation_id = visit.signed_in(), path_id(reservation)

    def look(read: Read) -> CalendarRow:
        line = granted(spaces.get_line(read, actor, reservation_id, now=visit.now))
        appointment = spaces.find_appointment(read, line)
        said = Said(
            address=f"{base_address(visit)}/mine",
            buildings=buildings_by_id(read),
            notes=notes_of(read, [appointment]),
            names={},
        )
        return row_of(visit, appointment, said)

    visit.is_file = True
    row = await visit.read(look)
    content = written(CalendarFile("", visit.zone.key, (row,), is_feed=False))
    headers = NOT_KEPT | {"content-disposition": 'attachment; filename="quartier.ics"'}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


# The public page


@get(["/p/{text:str}", "/P/{text:str}"], include_in_schema=False)
async def public_pass(visit: Visit, text: str) -> Response[Any]:
    """What a pass is for, for whoever holds it; no names."""
    return await _public(visit, text)


async def _public(visit: Visit, text: str, absent: Refusal | None = None) -> Response[Any]:
    keys = visit.house.home_keys()

    def look(read: Read) -> PublicPassPage | Refusal:
        found = _find(read, text, keys)
        if isinstance(found, Refusal):
            return found
        building = quarter.find_building(read, found.space.building_id)
        page = _public_page(visit, text, found, building.name if building else "")
        page.asks_figures = spaces.has_display(read, found.space.id)
        return page

    found = await visit.store.read(look)
    page = found if isinstance(found, PublicPassPage) else PublicPassPage()
    refusal = found if isinstance(found, Refusal) else absent
    if refusal is None:
        return visit.page("portal/public_pass.html", page)
    page.refusal = said = words(visit, refusal)
    page.notice = {"kind": "refusal", "title": said["message"], "text": said["remedy"]}
    return visit.page("portal/public_pass.html", page, status=refusal.status)


def _find(read: Read, text: str, keys: list[bytes]) -> Line | Refusal:
    if len(text) < PASS_CHARS_MIN:
        return NO_PASS
    return spaces.find_by_pass(read, text, keys=keys)


def _public_page(visit: Visit, text: str, line: Line, where: str) -> PublicPassPage:
    reservation = line.reservation
    now = Line(reservation, line.space, reservation.status_at(visit.now), line.code)
    actor = visit.actor
    is_mine = bool(actor.household_id) and actor.household_id == reservation.household_id
    return PublicPassPage(
        place=place_of(visit, now.space),
        where=where,
        when=when_of(visit, now.space, reservation.period),
        state=STATES[now.status],
        state_text=state_text(visit, now),
        can={
            "check_in": spaces.is_open_for(reservation, now.space, now=visit.now),
            "check_out": now.status is Status.CHECKED_IN,
        },
        action=f"/p/{text}",
        early=early_words(visit, now) if now.status is Status.CHECKED_IN else "",
        notice=passage_notice(visit, now) or _why_not_now(visit, now),
        mine_href=f"/mine/{id_text(reservation.id)}" if is_mine else "",
    )


def passage_notice(visit: Visit, line: Line) -> dict[str, str] | None:
    """What was just done, or done before: coming or leaving."""
    came, left = line.reservation.check_in, line.reservation.check_out
    if left is not None:
        title = visit.say(N_("Ausgecheckt um {time}. Auf Wiedersehen."), time=clock(visit, left.at))
        return {"kind": "success", "title": title, "text": ""}
    if came is not None:
        title = visit.say(N_("Eingecheckt um {time}. Willkommen."), time=clock(visit, came.at))
        text = visit.say(N_("Wenn Sie gehen, checken Sie bitte hier oder in der Lobby aus."))
        return {"kind": "success", "title": title, "text": text}
    return None


@post("/p/{text:str}/{act:str}", include_in_schema=False)
async def pass_through(visit: Visit, text: str, act: str) -> Response[Any]:
    """Check in or out with the pass alone, where a door display hangs with its figures too."""
    figures = (await read_fields(visit)).text("figures")
    keys = visit.house.home_keys()
    actor = visit.actor

    def run(write: Write) -> Passed | Refusal:
        line = _find(write, text, keys)
        if isinstance(line, Refusal) or act not in {"check-in", "check-out"}:
            return line if isinstance(line, Refusal) else NO_PASS
        if act == "check-out":
            return spaces.leave(write, actor, line, now=visit.now)
        absent = spaces.check_presence(write, line.space.id, figures, now=visit.now)
        return absent or spaces.admit(write, actor, line, now=visit.now)

    done = await visit.store.write(run)
    if isinstance(done, Refusal) and done.code == NO_PASS.code:
        granted(done)
    if isinstance(done, Refusal) and done.field == "figures":
        return await _public(visit, text, done)
    # Any other no is what the page itself says of the pass by now.
    return visit.go(f"/p/{text}")


NO_PASS = Refusal(
    "portal.no_pass",
    N_("Hier gibt es keinen Ausweis."),
    N_("Abgesagte Buchungen haben keinen Ausweis mehr; angefragte bekommen ihn, wenn sie gelten."),
    status=404,
)

ROUTES = (pass_page, pass_svg, pass_png, calendar_file, public_pass, pass_through)
