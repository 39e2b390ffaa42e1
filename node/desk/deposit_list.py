"""All deposits that are open: to be received, with us, to be returned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from litestar import Response, get

from node import spaces
from node.base.actors import Permission
from node.base.ids import id_text
from node.base.refusals import N_
from node.desk.frame import desk_page
from node.desk.today import names_of
from node.spaces import HeldDeposit
from node.spaces.depositing import deposits_with_us
from node.store import Read
from node.web.i18n import money_words
from node.web.showing import place_of, when_of
from node.web.table import Cell, Sum, Table
from node.web.visit import Visit

TO_RETURN = ("displaced", N_("zurückgeben"))
TO_TAKE = ("requested", N_("entgegennehmen"))
WITH_US = ("held", N_("hinterlegt"))
COLUMNS = (
    N_("Ort"),
    N_("Von"),
    N_("Bis"),
    N_("Person"),
    N_("Wohnung"),
    N_("Stand"),
    N_("Vereinbart"),
    N_("Hinterlegt"),
    N_("Nummer"),
)


@dataclass(slots=True)
class DepositsPage:
    """See `desk/deposits.html`."""

    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Open:
    found: HeldDeposit
    state: str
    text: str
    name: str
    flat: str


@get("/desk/deposits", include_in_schema=False)
async def deposits_page(visit: Visit) -> Response[Any]:
    """Every open deposit, first what is to be done."""
    visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    found = await visit.read(lambda read: _look(read, visit))
    page = DepositsPage([_row(visit, each) for each in found])
    return await desk_page(
        visit, "desk/deposits.html", page, here="today", table=lambda: _table(visit, found)
    )


def _look(read: Read, visit: Visit) -> list[_Open]:
    now = visit.now
    groups: Iterable[tuple[tuple[str, str], list[HeldDeposit]]] = (
        (TO_RETURN, spaces.deposits_to_return(read, now=now)),
        (TO_TAKE, spaces.deposits_to_take(read, now=now)),
        (WITH_US, deposits_with_us(read, now=now)),
    )
    opened: dict[bytes, _Open] = {}
    for (state, text), group in groups:
        names = names_of(read, [each.line for each in group])
        for each in group:
            name, flat = names[each.line.reservation.id]
            # Part of one may be with us and the rest still due: it stands here once.
            one = _Open(each, state, visit.say(text), name, flat)
            opened.setdefault(each.line.reservation.id, one)
    return list(opened.values())


def _row(visit: Visit, each: _Open) -> dict[str, Any]:
    line, deposit = each.found.line, each.found.deposit
    return {
        "place": place_of(visit, line.space),
        "when": when_of(visit, line.space, line.reservation.period),
        "name": each.name,
        "flat": each.flat,
        "href": f"/desk/deposits/{id_text(line.reservation.id)}",
        "state": each.state,
        "state_text": each.text,
        "asked": money_words(visit.prefs.lang, deposit.asked_cents),
        "held": money_words(visit.prefs.lang, deposit.held_cents),
    }


def _table(visit: Visit, found: Iterable[_Open]) -> Table:
    rows: list[list[Cell | Sum]] = [
        [
            visit.local(each.found.line.space.name),
            each.found.line.reservation.period.starts_at,
            each.found.line.reservation.period.ends_at,
            each.name,
            each.flat,
            each.text,
            Sum(each.found.deposit.asked_cents),
            Sum(each.found.deposit.held_cents),
            id_text(each.found.line.reservation.id),
        ]
        for each in found
    ]
    return Table(visit.say(N_("kautionen")), [visit.say(column) for column in COLUMNS], rows)


ROUTES = (deposits_page,)
