"""What a place costs before anybody has picked a time: its price rules in words, for who looks.

Gross, as every sum that residents read. What a certain time costs only its bill says.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from node.base.money import Cents, share_of
from node.base.refusals import N_
from node.quarter.files import Audience, RoomPrice, SpaceRow, StayPrice
from node.quarter.model import QuarterProfile
from node.spaces import Space
from node.spaces.pricing import room_price
from node.web import i18n
from node.web.showing import money
from node.web.terms import giving_up_rule, no_show_rule
from node.web.visit import Visit


def price_words(
    visit: Visit, space: Space, audience: Audience, profile: QuarterProfile, day: date
) -> str:
    """The usual price in a line, with what is free here: "18,00 € je Stunde, höchstens 120,00 €
    am Tag; als „Offener Treff“: kostenlos". "" where this audience has no price here."""
    usual = usual_words(visit, space.row, audience, profile, day)
    free = _free(visit, space.row, audience, profile, day)
    return i18n.clauses(visit.prefs.lang, [usual, *free]) if usual else ""


def short_words(
    visit: Visit, space: Space, audience: Audience, profile: QuarterProfile, day: date
) -> tuple[str, str]:
    """The same for a list: what an hour or a night costs, and as what it costs nothing."""
    usual = usual_words(visit, space.row, audience, profile, day, is_short=True)
    free = _free(visit, space.row, audience, profile, day)
    return usual, i18n.clauses(visit.prefs.lang, free) if usual else ""


def usual_words(
    visit: Visit,
    row: SpaceRow,
    audience: Audience,
    profile: QuarterProfile,
    day: date,
    *,
    is_short: bool = False,
) -> str:
    """The price of the usual purpose, or of nights; `is_short`: without what an hour, half a day
    and a day cost beside each other."""
    if row.stay is not None:
        found = _stay_price(row, audience)
        return "" if found is None else _nights(visit, row, found, profile, day)
    chosen = room_price(row.room_prices, audience, row.usual_purpose)
    percent = profile.vat_on(row.vat, day)
    return "" if chosen is None else _room(visit, chosen, percent, most=1 if is_short else 3)


def for_residents(visit: Visit, space: Space, profile: QuarterProfile, day: date) -> str:
    """The usual price for whoever of the house stands here, with and without a contract."""
    with_, without = (
        usual_words(visit, space.row, audience, profile, day, is_short=True)
        for audience in (Audience.CONTRACT, Audience.NO_CONTRACT)
    )
    if with_ == without or not without:
        return with_
    if not with_:
        return without
    parts = [
        visit.say(N_("mit Servicevertrag: {price}"), price=with_),
        visit.say(N_("ohne: {price}"), price=without),
    ]
    return i18n.clauses(visit.prefs.lang, parts)


def price_rows(
    visit: Visit, space: Space, audience: Audience, profile: QuarterProfile, day: date
) -> list[tuple[str, str]]:
    """All that the place's page says of money: prices, deposit, what late words cost."""
    row = space.row
    usual = usual_words(visit, row, audience, profile, day)
    if not usual:
        return []
    others = [words for words, _ in _others(visit, row, audience, profile, day)]
    rows = [(N_("Preis"), i18n.clauses(visit.prefs.lang, [usual, *others]))]
    found = _stay_price(row, audience)
    if row.stay is not None and found is not None:
        rows += _stay_rows(visit, row, found, profile, day)
    if row.deposit_cents:
        rows.append((N_("Kaution"), money(visit, row.deposit_cents)))
    if _costs(row, audience):
        rows.append((N_("Kosten der Absage"), giving_up_rule(visit, row)))
        rows.append((N_("Kosten, wenn niemand kommt"), no_show_rule(visit, row)))
    return rows


def _stay_rows(
    visit: Visit, row: SpaceRow, found: StayPrice, profile: QuarterProfile, day: date
) -> Iterator[tuple[str, str]]:
    stay = row.stay
    if stay is None:
        return
    if found.extra_person_cents and row.seats > stay.persons_included:
        per_night = visit.say(N_("{price} je Nacht"), price=money(visit, found.extra_person_cents))
        included = visit.say(N_("{count} im Preis"), count=stay.persons_included)
        yield N_("Jede weitere Person"), visit.list_words(per_night, included)
    levy = profile.levy_on(stay.levy, day)
    if levy is not None:
        each = money(visit, levy.cents_per_adult_night)
        words = visit.say(N_("{price} je erwachsene Person und Nacht"), price=each)
        yield N_("Beherbergungssteuer der Stadt"), words


def _stay_price(row: SpaceRow, audience: Audience) -> StayPrice | None:
    return next((p for p in row.stay_prices if p.audience is audience), None)


def _others(
    visit: Visit, row: SpaceRow, audience: Audience, profile: QuarterProfile, day: date
) -> Iterator[tuple[str, bool]]:
    """The prices of other purposes that differ, and whether each is none."""
    usual = room_price(row.room_prices, audience, row.usual_purpose)
    for purpose in row.purposes[1:]:
        chosen = room_price(row.room_prices, audience, purpose)
        if chosen is None or chosen == usual:
            continue
        named = next((each.name for each in profile.purposes if each.key == purpose), None)
        name = visit.local(named) if named else purpose
        words = _room(visit, chosen, profile.vat_on(row.vat, day))
        yield visit.say(N_("als „{purpose}“: {price}"), purpose=name, price=words), _is_free(chosen)


def _free(
    visit: Visit, row: SpaceRow, audience: Audience, profile: QuarterProfile, day: date
) -> list[str]:
    """As what else it costs nothing."""
    others = _others(visit, row, audience, profile, day)
    return [words for words, is_free in others if is_free]


def _is_free(chosen: RoomPrice) -> bool:
    """Whether it comes to nothing, however long: the least of what is offered counts."""
    offers = (chosen.flat_cents, chosen.hour_cents, chosen.half_day_cents, chosen.day_cents)
    return 0 in offers


def _costs(row: SpaceRow, audience: Audience) -> bool:
    """Whether anything here costs this audience something."""
    if row.stay is not None:
        return True
    chosen = (room_price(row.room_prices, audience, each) for each in row.purposes or ("",))
    return any(each is not None and not _is_free(each) for each in chosen)


def _room(visit: Visit, chosen: RoomPrice, percent: int, *, most: int = 3) -> str:
    if _is_free(chosen):
        return money(visit, 0)

    def said(cents: Cents) -> str:
        return money(visit, cents + (share_of(cents, percent) if chosen.is_net else 0))

    if chosen.flat_cents is not None:
        return visit.say(N_("{price} pauschal"), price=said(chosen.flat_cents))
    parts = []
    if chosen.hour_cents is not None:
        parts.append(visit.say(N_("{price} je Stunde"), price=said(chosen.hour_cents)))
    if chosen.half_day_cents is not None:
        parts.append(visit.say(N_("{price} je halben Tag"), price=said(chosen.half_day_cents)))
    if chosen.day_cents is not None:
        day = N_("höchstens {price} am Tag") if parts else N_("{price} am Tag")
        parts.append(visit.say(day, price=said(chosen.day_cents)))
    return visit.list_words(*parts[:most])


def _nights(
    visit: Visit, row: SpaceRow, found: StayPrice, profile: QuarterProfile, day: date
) -> str:
    first, further = found.first_night_cents, found.further_night_cents
    if first == further:
        words = visit.say(N_("{price} je Nacht"), price=money(visit, first))
    else:
        words = visit.list_words(
            visit.say(N_("erste Nacht {price}"), price=money(visit, first)),
            visit.say(N_("jede weitere {price}"), price=money(visit, further)),
        )
    levy = profile.levy_on(row.stay.levy, day) if row.stay else None
    return visit.list_words(words, visit.say(N_("dazu die Steuer der Stadt")) if levy else "")
