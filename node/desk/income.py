"""What a month came to, for the books: net, value-added tax by rate, gross; page and table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from litestar import Response, get

from node.base.actors import Permission
from node.base.ids import id_text
from node.base.refusals import N_
from node.desk.frame import desk_page
from node.spaces import Line, Space
from node.spaces.deposit import StepKind
from node.spaces.due import due_of
from node.spaces.income import Income, Month, RateSum, income_of, month_of
from node.web import i18n
from node.web.forms import read_query
from node.web.showing import Place, place_of, state_word
from node.web.table import Cell, Sum, Table
from node.web.visit import Visit

ASKED = re.compile(r"(20[0-9]{2}|21[0-9]{2})-(0[1-9]|1[0-2])")
BACK = 12
"""So many months back can be chosen from a list; any other by its address."""

COLUMNS = (
    N_("Ende"),
    N_("Ort"),
    N_("Stand"),
    N_("Satz in Prozent"),
    N_("Netto"),
    N_("Mehrwertsteuer"),
    N_("Brutto"),
    N_("Davon Abgabe an die Stadt"),
    N_("Nummer"),
)


@dataclass(slots=True)
class IncomePage:
    """See `desk/income.html`."""

    title: str
    rates: list[dict[str, str]]
    total: dict[str, str]
    places: list[dict[str, Any]]
    apart: list[dict[str, str]]
    deposits: list[dict[str, str]]
    still: str
    months: list[dict[str, Any]]


@get("/desk/income", include_in_schema=False)
async def income(visit: Visit) -> Response[Any]:
    """What a month came to, `?month=2026-11`; for the books as a table, bill by bill and rate."""
    actor = visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    today = visit.today
    found = ASKED.fullmatch(read_query(visit).given.get("month", ""))
    first = date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)
    month = await visit.read(lambda read: month_of(read, actor, first, now=visit.now))
    return await desk_page(
        visit,
        "desk/income.html",
        _page(visit, month, first, today),
        here="plan",
        table=lambda: _table(visit, month, first),
    )


def _page(visit: Visit, month: Month, first: date, today: date) -> IncomePage:
    all_ = income_of(line.reservation.bill for line in month.used)
    return IncomePage(
        title=i18n.month_words(visit.prefs.lang, first),
        rates=[
            {
                "percent": f"{each.percent} %",
                "net": _money(visit, each.net_cents),
                "vat": _money(visit, each.vat_cents),
                "gross": _money(visit, each.gross_cents),
            }
            for each in all_.rates
        ],
        total=_sums(visit, all_),
        places=list(_places(visit, month.used)),
        apart=_apart(visit, month),
        deposits=[
            {"label": visit.say(label), "value": _money(visit, month.deposit_cents(kind))}
            for kind, label in (
                (StepKind.RECEIVED, N_("hinterlegt")),
                (StepKind.RETURNED, N_("zurückgegeben")),
                (StepKind.WITHHELD, N_("einbehalten")),
            )
        ],
        still=_still(visit, month),
        months=_months(visit, first, today),
    )


def _sums(visit: Visit, sums: Income) -> dict[str, str]:
    return {
        "count": str(sums.count),
        "net": _money(visit, sums.net_cents),
        "vat": _money(visit, sums.vat_cents),
        "levy": _money(visit, sums.levy_cents),
        "gross": _money(visit, sums.total_cents),
    }


def _places(visit: Visit, lines: Iterable[Line]) -> Iterable[dict[str, Any]]:
    """The same sums place by place, in the order of their marks."""
    by_place: dict[bytes, list[Line]] = defaultdict(list)
    places: dict[bytes, Space] = {}
    for line in lines:
        by_place[line.space.id].append(line)
        places[line.space.id] = line.space
    for space in sorted(places.values(), key=lambda each: (each.kind, each.mark.number)):
        place: Place = place_of(visit, space)
        bills = (line.reservation.bill for line in by_place[space.id])
        yield {"place": place, **_sums(visit, income_of(bills))}


def _apart(visit: Visit, month: Month) -> list[dict[str, str]]:
    """What is due of times that nobody used."""
    fees = sum(due_of(line) or 0 for line in month.given_up)
    missed = sum(due_of(line) or 0 for line in month.not_come)
    rows = (
        (N_("Abgesagt, mit Kosten: {count}"), len(month.given_up), fees),
        (N_("Nicht erschienen: {count}"), len(month.not_come), missed),
    )
    return [
        {"label": visit.say(label, count=count), "value": _money(visit, cents)}
        for label, count, cents in rows
    ]


def _still(visit: Visit, month: Month) -> str:
    if not month.still:
        return ""
    cents = sum(line.reservation.bill.total_cents for line in month.still)
    return visit.say(
        N_("Noch nicht zu Ende in diesem Monat: {count}, zusammen {sum}."),
        count=len(month.still),
        sum=_money(visit, cents),
    )


def _months(visit: Visit, here: date, today: date) -> list[dict[str, Any]]:
    months = [today.replace(day=1)]
    for _ in range(BACK):
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return [
        {
            "href": f"/desk/income?month={each:%Y-%m}",
            "text": i18n.month_words(visit.prefs.lang, each),
        }
        for each in months
        if each != here
    ]


def _money(visit: Visit, cents: int) -> str:
    """A sum as books have it: nothing is 0,00, too."""
    return i18n.money_words(visit.prefs.lang, cents)


def _table(visit: Visit, month: Month, first: date) -> Table:
    name = visit.say(N_("einnahmen-{month}"), month=f"{first:%Y-%m}")
    rows = [row for line in month.used for row in _bill_rows(visit, line)]
    unused = (*month.given_up, *month.not_come)
    rows += [_row(visit, line, (None, Sum(due_of(line) or 0), None)) for line in unused]
    return Table(name, [visit.say(column) for column in COLUMNS], rows)


def _bill_rows(visit: Visit, line: Line) -> Iterable[list[Cell | Sum]]:
    """A bill rate by rate, and what of it only passes through."""
    sums = income_of([line.reservation.bill])
    for each in sums.rates:
        yield _row(visit, line, (each, Sum(each.gross_cents), None))
    if sums.levy_cents or not sums.rates:
        yield _row(visit, line, (None, Sum(sums.levy_cents), Sum(sums.levy_cents)))


def _row(
    visit: Visit, line: Line, sums: tuple[RateSum | None, Sum, Sum | None]
) -> list[Cell | Sum]:
    """A row of the table: what of a reservation is taxed so, gross, and what of it is the levy."""
    rate, gross, levy = sums
    return [
        line.reservation.period.ends_at,
        visit.local(line.space.name),
        state_word(visit, line),
        rate.percent if rate else None,
        Sum(rate.net_cents) if rate else None,
        Sum(rate.vat_cents) if rate else None,
        gross,
        levy,
        id_text(line.reservation.id),
    ]


ROUTES = (income,)
