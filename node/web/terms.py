"""What it costs to give a reservation up, by when, or not to come: in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from node import spaces
from node.base.refusals import N_
from node.quarter.files import SpaceRow
from node.spaces import Bill, Line, SeriesDate, Status
from node.spaces.pricing import (
    CancelStep,
    no_show_cost,
    own_cents,
    shared_cents,
    steps_of_all,
)
from node.spaces.terms import CancelPreview, Terms
from node.web import i18n
from node.web.showing import ShownBill, bill_of, moment, money
from node.web.visit import Visit


def cancellation_words(
    visit: Visit, line: Line, *, say_when: Callable[[Visit, datetime], str]
) -> str:
    """What giving it up costs, by when: "kostenlos bis morgen, 15 Uhr; danach 36,00 €"."""
    agreed = line.reservation
    starts_at = agreed.period.starts_at
    return giving_up_words(visit, agreed.terms, agreed.bill, starts_at, say_when=say_when)


def cost_now_words(visit: Visit, preview: CancelPreview) -> str:
    """What cancelling costs now and until when it costs nothing."""
    if preview.fee_cents:
        return visit.say(N_("Absagen kostet jetzt {fee}."), fee=money(visit, preview.fee_cents))
    if preview.free_until is not None and preview.free_until > visit.now:
        until = moment(visit, preview.free_until)
        return visit.say(N_("Absagen kostet bis {until} nichts."), until=until)
    return visit.say(N_("Absagen kostet nichts."))


def giving_up_words(
    visit: Visit,
    terms: Terms,
    bill: Bill,
    starts_at: datetime,
    *,
    say_when: Callable[[Visit, datetime], str] = moment,
) -> str:
    """The same of what is not booked yet."""
    steps = spaces.cancellation_steps(terms, bill, starts_at)
    return steps_words(visit, steps, say_when=say_when)


def giving_up_date(visit: Visit, each: SeriesDate) -> str:
    """The same of one of several that are looked at together; "" of what costs nothing anyway or
    cannot be had."""
    if each.refusal is not None or not each.bill.total_cents:
        return ""
    words = giving_up_words(visit, each.terms, each.bill, each.wish.period.starts_at)
    return visit.say(N_("Absage: {words}."), words=words)


def giving_up_all(visit: Visit, dates: Sequence[SeriesDate]) -> str:
    """What giving up all that is chosen comes to before the first of it begins."""
    parts = [(each.terms, each.bill, each.wish.period.starts_at) for each in dates if each.counts]
    if not sum(bill.total_cents for _, bill, _ in parts):
        return ""
    words = steps_words(visit, steps_of_all(parts), say_when=moment)
    return visit.say(N_("Alles absagen, bevor es beginnt: {words}."), words=words)


def giving_up_rule(visit: Visit, row: SpaceRow) -> str:
    """What giving up costs at a place, whatever its price: "kostenlos bis 72 Stunden vorher; danach
    50 % des Preises"."""
    tiers = sorted(row.cancellation, key=lambda tier: -tier.notice_hours)
    ahead = [tier for tier in tiers if tier.notice_hours]
    parts = [
        visit.say(
            N_("{fee} bis {until}"),
            fee=_percent_words(visit, tier.percent),
            until=visit.say(N_("{notice} vorher"), notice=notice_words(visit, tier.notice_hours)),
        )
        for tier in ahead
    ]
    # With less notice than every tier asks for, everything stays due.
    last = tiers[-1].percent if len(tiers) > len(ahead) else (100 if tiers else 0)
    words = _percent_words(visit, last)
    parts.append(visit.say(N_("danach {fee}"), fee=words) if parts else words)
    said = i18n.clauses(visit.prefs.lang, parts)
    if not any(tier.percent for tier in tiers) or row.stay is None:
        return said
    more = []
    if row.stay.cleaning_refunded and any(each.cleaning_cents for each in row.stay_prices):
        more.append(visit.say(NO_CLEANING))
    if row.stay.levy:
        more.append(visit.say(LEVY_WITH_ALL))
    return ". ".join([said, " ".join(more)]) if more else said


def cost_reason(visit: Visit, bill: Bill, preview: CancelPreview) -> str:
    """Why giving up costs now what it does, or until when it costs nothing."""
    if preview.is_least:
        return visit.say(N_("So viel bleibt seit der späten Änderung fällig."))
    if preview.fee_cents:
        share = visit.say(
            N_("Das sind {percent} % des Preises von {total}. Alles andere bekommen Sie zurück."),
            percent=preview.percent,
            total=money(visit, shared_cents(bill, preview.percent)),
        )
        return " ".join([share, *not_due(visit, bill, percent=preview.percent)])
    if preview.free_until is not None and preview.free_until > visit.now:
        return visit.say(N_("Das gilt bis {until}."), until=moment(visit, preview.free_until))
    return ""


def not_due(visit: Visit, bill: Bill, *, percent: int = 0) -> list[str]:
    """What a percentage of a bill leaves out, a sentence each."""
    found = [NO_CLEANING] if bill.cleaning_cents else []
    if bill.levy_cents and percent < 100:
        found.append(LEVY_WITH_ALL)
    return [visit.say(words) for words in found]


def no_show_rule(visit: Visit, row: SpaceRow) -> str:
    """What it costs not to come, whatever the price; "" where the place is kept all the time."""
    return _percent_words(visit, row.no_show_percent) if row.release_after_minutes else ""


def _percent_words(visit: Visit, percent: int) -> str:
    if percent == 0:
        return visit.say(N_("kostenlos"))
    return visit.say(N_("{percent} % des Preises"), percent=percent)


def notice_words(visit: Visit, hours: int) -> str:
    """How long before something: "72 Stunden", "14 Tage"."""
    if hours % 24 == 0 and hours > 48:
        return visit.say(N_("{days} Tage"), days=hours // 24)
    return visit.say(N_("{hours} Stunden"), hours=hours)


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
    fee = N_("Dann bleiben {fee} fällig.") if cents else N_("Dann ist nichts zu bezahlen.")
    return [f"{released} {visit.say(fee, fee=money(visit, cents))}"]


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


NO_CLEANING = N_("Die Reinigung zahlen Sie dann nicht.")
LEVY_WITH_ALL = N_("Die Steuer der Stadt zahlen Sie nur mit dem vollen Preis.")
RELEASED = N_("Nach {minutes} Minuten ohne Einchecken wird der Raum für andere frei.")
