"""What it costs to give a reservation up, by when, or not to come: in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from node import spaces
from node.base.refusals import N_
from node.spaces import Bill, Line, Status
from node.spaces.pricing import CancelStep, no_show_cost, own_cents
from node.spaces.terms import Terms
from node.web import i18n
from node.web.showing import ShownBill, bill_of, money
from node.web.visit import Visit


def cancellation_words(
    visit: Visit, line: Line, *, say_when: Callable[[Visit, datetime], str]
) -> str:
    """What giving it up costs, by when: "kostenlos bis morgen, 15 Uhr; danach 36,00 €"."""
    reservation = line.reservation
    starts_at = reservation.period.starts_at
    steps = spaces.cancellation_steps(reservation.terms, reservation.bill, starts_at)
    return steps_words(visit, steps, say_when=say_when)


def steps_words(
    visit: Visit, steps: Sequence[CancelStep], *, say_when: Callable[[Visit, datetime], str]
) -> str:
    """The same of any steps, of which there is one at least."""
    ahead = [step for step in steps if step.until >= visit.now] or steps[-1:]
    parts = [
        visit.say(
            N_("{fee} bis {until}"),
            fee=money(visit, step.fee_cents),
            until=say_when(visit, step.until),
        )
        for step in ahead[:-1]
    ]
    last = money(visit, ahead[-1].fee_cents)
    parts.append(visit.say(N_("danach {fee}"), fee=last) if parts else last)
    return i18n.clauses(visit.prefs.lang, parts)


def no_show_rules(visit: Visit, terms: Terms, bill: Bill) -> list[str]:
    """What becomes of the place when nobody comes, and of the price; nothing where it is kept all
    the time."""
    if not terms.release_after_minutes:
        return []
    released = visit.say(RELEASED, minutes=terms.release_after_minutes)
    if not bill.total_cents:
        return [released]
    cents = no_show_cost(terms, bill).cents
    due = visit.say(N_("Dann bleiben {fee} fällig."), fee=money(visit, cents))
    return [released, due if cents else visit.say(N_("Dann ist nichts zu bezahlen."))]


def no_show_row(visit: Visit, line: Line) -> str:
    """What it costs not to come, in a row of an agreed reservation; "" where the place is kept all
    the time or costs nothing."""
    reservation = line.reservation
    minutes = reservation.terms.release_after_minutes
    if line.status is not Status.CONFIRMED or not minutes or not reservation.bill.total_cents:
        return ""
    cents = no_show_cost(reservation.terms, reservation.bill).cents
    return money(visit, cents)


def no_show_words(visit: Visit, line: Line) -> str:
    """What stays due of a time that nobody came to, and why; "" of what costs nothing anyway."""
    terms, bill = line.reservation.terms, line.reservation.bill
    if line.status is not Status.NO_SHOW or not bill.total_cents:
        return ""
    cents = no_show_cost(terms, bill).cents
    if not cents:
        return visit.say(N_("Es ist nichts zu bezahlen."))
    return visit.say(
        N_("{fee} bleiben fällig, denn der Platz war so lange für Sie freigehalten."),
        fee=money(visit, cents),
    )


def due_bill(visit: Visit, line: Line) -> ShownBill:
    """The bill as it is to be paid: of a time that nobody came to only what stays due of it.

    As with giving up, no value-added tax is taken out of that (see `spaces.income`).
    """
    bill, terms = line.reservation.bill, line.reservation.terms
    if line.status is not Status.NO_SHOW or not bill.total_cents:
        return bill_of(visit, bill)
    cost, price = no_show_cost(terms, bill), own_cents(bill)
    lang = visit.prefs.lang
    if terms.least_cents and cost.own_cents == terms.least_cents:
        text = visit.say(N_("Bleibt seit der späten Änderung fällig"))
    else:
        text = visit.say(
            N_("Niemand kam: {percent} % des Preises von {price}"),
            percent=terms.no_show_percent,
            price=i18n.money_words(lang, price),
        )
    rows = [(text, cost.own_cents)]
    if cost.levy_cents:
        rows.append((visit.say(N_("Beherbergungssteuer der Stadt")), cost.levy_cents))
    lines = [
        {"text": each, "detail": "", "amount": i18n.money_words(lang, cents)}
        for each, cents in rows
    ]
    total = {
        "text": visit.say(N_("Zusammen")),
        "amount": i18n.money_words(lang, cost.cents),
    }
    return ShownBill(lines, total, [], "", charged=cost.cents > 0)


RELEASED = N_("Nach {minutes} Minuten ohne Einchecken wird der Raum für andere frei.")
