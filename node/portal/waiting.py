"""The waiting list in the portal: getting in line for a taken time, one's turn, leaving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, granted
from node.portal.booking import fitting, read_wish, refused_answer
from node.spaces import EntryStatus, InLine
from node.web.forms import path_id, read_fields
from node.web.live import RESERVATION_TABLES
from node.web.showing import moment
from node.web.visit import Visit
from node.web.waiting import ShownEntry, entry_of


@dataclass(slots=True)
class WaitingPage:
    """See `portal/waiting.html`."""

    entry: ShownEntry
    notice: dict[str, str] | None
    rows: list[dict[str, str]]
    accept_href: str
    can_leave: bool
    live: str = RESERVATION_TABLES


@post("/wait", include_in_schema=False)
async def join(visit: Visit) -> Response[Any]:
    """Get in line for a time that is taken."""
    actor = visit.signed_in()
    wish = read_wish(visit, await read_fields(visit))
    joined = await visit.store.write(
        lambda write: spaces.join(write, actor, fitting(write, wish), now=visit.now)
    )
    if isinstance(joined, Refusal):
        return await refused_answer(visit, actor, wish, joined)
    return visit.go(f"/wait/{id_text(joined.id)}?new=1")


@get("/wait/{entry:str}", include_in_schema=False)
async def waiting_page(visit: Visit, entry: str) -> Response[Any]:
    """One entry of mine: whose turn it is, until when to say yes, how to leave."""
    actor = visit.signed_in()
    entry_id = path_id(entry)
    each = await visit.read(
        lambda read: granted(spaces.get_in_line(read, actor, entry_id, now=visit.now))
    )
    is_new = visit.request.query_params.get("new") == "1"
    return visit.page("portal/waiting.html", _page(visit, each, is_new=is_new), here="mine")


def _page(visit: Visit, each: InLine, *, is_new: bool) -> WaitingPage:
    shown, asked = entry_of(visit, each), each.entry.request
    is_here = each.space.home_site == visit.house.site_id
    hours = each.space.row.offer_hours
    rows = (
        (N_("Wer"), shown.text),
        (N_("Zeit zum Annehmen"), visit.say(N_("bis zu {hours} Std."), hours=hours)),
        (N_("Auf der Warteliste seit"), moment(visit, asked.requested_at)),
        (
            N_("Eingetragen durch"),
            visit.say(N_("Service-Point für Sie")) if asked.details.staff_id else "",
        ),
    )
    return WaitingPage(
        entry=shown,
        notice=_notice(visit, each, shown, is_new=is_new, is_here=is_here),
        rows=[{"label": visit.say(label), "value": value} for label, value in rows if value],
        accept_href=f"/book/{shown.offer}" if shown.offer and is_here else "",
        can_leave=each.status in {EntryStatus.WAITING, EntryStatus.OFFERED},
    )


def _notice(
    visit: Visit, each: InLine, shown: ShownEntry, *, is_new: bool, is_here: bool
) -> dict[str, str] | None:
    """What there is to do or to know."""
    if shown.offer:
        text = visit.say(N_("Bis {until} halten wir es für Sie."), until=shown.until)
        if not is_here:
            elsewhere = visit.say(N_("Annehmen geht im Portal des Hauses oder am Service-Point."))
            text = f"{text} {elsewhere}"
        return {"kind": "success", "title": visit.say(N_("Für Sie frei geworden")), "text": text}
    if each.status is EntryStatus.WAITING:
        title = visit.say(
            N_("Sie stehen auf der Warteliste.") if is_new else N_("Das wartet noch.")
        )
        text = visit.say(
            N_(
                "Wird die Zeit frei, halten wir sie für Sie. Sie sehen es auf der ersten Seite; "
                "wer hier nicht nachsieht, bekommt vom Service-Point Bescheid."
            )
        )
        return {"kind": "waiting", "title": title, "text": text}
    if each.status is EntryStatus.MISSED:
        title = visit.say(N_("Die Zeit zum Annehmen ist um."))
        text = visit.say(N_("Suchen Sie noch einmal, vielleicht ist sie noch frei."))
        return {"kind": "warning", "title": title, "text": text}
    return None


@post("/wait/{entry:str}/leave", include_in_schema=False)
async def leave(visit: Visit, entry: str) -> Response[Any]:
    """Leave the line; what is offered at that moment goes to the next."""
    actor = visit.signed_in()
    await read_fields(visit)
    entry_id = path_id(entry)
    await visit.write(lambda write: spaces.leave_line(write, actor, entry_id, now=visit.now))
    return visit.go("/mine")


ROUTES = (join, waiting_page, leave)
