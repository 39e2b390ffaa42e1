"""`spaces/*.toml`: one file for each room and each guest apartment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from node.base.refusals import N_
from node.quarter.files import times
from node.quarter.files.fields import LONG_TEXT_MAX, Fields
from node.quarter.files.found import Found
from node.quarter.files.place import Place, read_hours, read_spans, read_weekdays
from node.quarter.files.residents import read_mark
from node.quarter.files.source import Source
from node.quarter.files.space_checks import Contradiction, find_contradictions, find_in_stay
from node.quarter.files.space_values import (
    OFFER_HOURS,
    OFFER_HOURS_MAX,
    Approval,
    Audience,
    CancellationTier,
    EquipmentRow,
    HandoverKind,
    HandoverRow,
    HouseholdLimit,
    RoomPrice,
    Season,
    SpaceKind,
    SpaceRow,
    StayPrice,
    StayRules,
)
from node.quarter.files.toml_doc import TomlTable, read_toml
from node.quarter.model import PlaceMark, RuleSource

FOLDER = "spaces"
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
NIGHTS_MAX = 366
HORIZON_DAYS_MAX = 1_100
NO_MARK = PlaceMark("", 0, "")


def read_spaces(source: Source, place: Place) -> list[Found[SpaceRow]]:
    """All spaces; files that are no TOML are noted and left out."""
    names = source.names(FOLDER, ".toml")
    source.warn_of_others(
        FOLDER,
        [name.split("/", 1)[1] for name in names],
        N_("In diesem Ordner liegen nur Dateien mit der Endung .toml."),
    )
    documents = [read_toml(source, name) for name in names]
    return [_space(document, place) for document in documents if document is not None]


def _space(document: TomlTable, place: Place) -> Found[SpaceRow]:
    fields = document.fields
    kind = fields.choice("kind", SpaceKind)
    limits = document.table("times").fields
    lock = document.table("lock").fields
    quiet_from = fields.clock("quiet_from")
    prices = list(document.tables("prices"))
    by_hour = kind is not SpaceKind.GUEST_APARTMENT
    row = SpaceRow(
        key=fields.key(),
        kind=kind,
        name=fields.local_text("name", needed=True),
        building=fields.reference("building", needed=True),
        mark=_mark(document),
        about=fields.local_text("about", longest=LONG_TEXT_MAX),
        rules_text=fields.local_text("rules", longest=LONG_TEXT_MAX),
        access_text=fields.local_text("access", longest=LONG_TEXT_MAX),
        floor=fields.whole("floor", lowest=-9, highest=200),
        size_m2=fields.number("size_m2", highest=100_000),
        seats=fields.whole("seats", highest=10_000),
        standing=fields.whole("standing", highest=10_000),
        is_step_free=fields.flag("step_free"),
        equipment=tuple(_equipment(table) for table in document.tables("equipment")),
        hours=read_hours(document.table("hours")),
        seasons=tuple(_season(table) for table in document.tables("seasons")),
        holiday_hours=read_spans(fields, "holiday_hours") if fields.has("holiday_hours") else None,
        purposes=fields.words("purposes"),
        buffer_before_minutes=limits.whole("buffer_before", highest=DAY_MINUTES),
        buffer_after_minutes=limits.whole("buffer_after", highest=DAY_MINUTES),
        step_minutes=limits.whole("step", lowest=5, highest=DAY_MINUTES, default=30),
        minutes_min=limits.whole("min", lowest=5, highest=WEEK_MINUTES, default=30),
        minutes_max=limits.whole("max", lowest=5, highest=WEEK_MINUTES, default=DAY_MINUTES),
        lead_minutes=limits.whole("lead", highest=HORIZON_DAYS_MAX * DAY_MINUTES),
        lead_desk_minutes=limits.whole("lead_desk_minutes", highest=WEEK_MINUTES),
        limits=tuple(_household_limit(table) for table in document.tables("limits")),
        horizon_days=_horizon(document.table("horizon_days").fields),
        qualification=fields.local_text("qualification"),
        room_prices=tuple(_room_price(table) for table in prices) if by_hour else (),
        stay_prices=() if by_hour else tuple(_stay_price(table) for table in prices),
        deposit_cents=fields.cents("deposit"),
        vat=fields.text("vat"),
        cancellation=_tiers(document),
        no_show_percent=fields.whole("no_show_percent", highest=100, default=100),
        release_after_minutes=fields.whole("release_after_minutes", highest=DAY_MINUTES),
        offer_hours=fields.whole(
            "offer_hours", lowest=1, highest=OFFER_HOURS_MAX, default=OFFER_HOURS
        ),
        approval=fields.choice("approval", Approval, Approval.NEVER),
        quiet_from=None if quiet_from is None else _as_time(quiet_from),
        quiet_source=fields.choice("quiet_source", RuleSource, RuleSource.HOUSE_RULE),
        stay=None if by_hour else _stay(document.table("stay")),
        handover=tuple(_handover(table) for table in document.tables("handover")),
        lock_after_handover=lock.flag("after_handover"),
    )
    lock.warn_of_unknown()
    limits.warn_of_unknown()
    fields.warn_of_unknown()
    _check(fields, row, place)
    return Found(fields, row)


def _as_time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def _mark(document: TomlTable) -> PlaceMark:
    fields = document.table("mark").fields
    mark = read_mark(fields, "")
    if mark is None:
        message = N_("Der Ort hat kein Zeichen.")
        remedy = N_("Ergänzen Sie [mark] mit icon, number und colour.")
        document.fields.error("mark", message, remedy)
        return NO_MARK
    fields.warn_of_unknown()
    return mark


def _equipment(table: TomlTable) -> EquipmentRow:
    fields = table.fields
    row = EquipmentRow(
        key=fields.key(),
        name=fields.local_text("name", needed=True),
        count=fields.whole("count", lowest=1, highest=10_000, default=1),
    )
    fields.warn_of_unknown()
    return row


def _handover(table: TomlTable) -> HandoverRow:
    fields = table.fields
    row = HandoverRow(
        key=fields.key(),
        kind=fields.choice("kind", HandoverKind, HandoverKind.CONDITION),
        name=fields.local_text("name", needed=True),
        count=fields.whole("count", lowest=1, highest=10_000, default=1),
        unit=fields.text("unit"),
    )
    fields.warn_of_unknown()
    return row


def _horizon(fields: Fields) -> dict[Audience, int]:
    known = [audience for audience in Audience if fields.has(audience)]
    days = {audience: fields.whole(audience, highest=HORIZON_DAYS_MAX) for audience in known}
    fields.warn_of_unknown()
    return days


def _season(table: TomlTable) -> Season:
    fields = table.fields
    season = Season(
        name=fields.local_text("name", needed=True),
        first=_day_of_year(fields, "first"),
        last=_day_of_year(fields, "last"),
        hours=read_hours(table.table("hours")),
    )
    fields.warn_of_unknown()
    return season


def _day_of_year(fields: Fields, name: str) -> str:
    text = fields.text(name, needed=True)
    try:
        return times.parse_day_of_year(text) if text else "01-01"
    except times.NotATimeError as wrong:
        fields.error(name, wrong.message, wrong.remedy)
        return "01-01"


def _household_limit(table: TomlTable) -> HouseholdLimit:
    fields = table.fields
    limit = HouseholdLimit(
        audience=fields.choice("for", Audience) if fields.has("for") else None,
        open_max=fields.whole("open", highest=1_000),
        week_minutes=fields.whole("week", highest=WEEK_MINUTES),
        gap_days=fields.whole("gap_days", highest=NIGHTS_MAX),
    )
    fields.warn_of_unknown()
    return limit


def _room_price(table: TomlTable) -> RoomPrice:
    fields = table.fields
    price = RoomPrice(
        audience=fields.choice("for", Audience) if fields.has("for") else None,
        purpose=fields.reference("purpose") or None,
        hour_cents=fields.money("hour"),
        half_day_cents=fields.money("half_day"),
        day_cents=fields.money("day"),
        flat_cents=fields.money("flat"),
        deposit_cents=fields.money("deposit"),
        is_net=fields.flag("net"),
    )
    if not price.is_by_time and price.flat_cents is None:
        message = N_("Dieser Preis nennt weder hour noch half_day noch day noch flat.")
        fields.error("hour", message, N_("Für „kostenlos“ schreiben Sie flat = 0."))
    if price.flat_cents is not None and price.is_by_time:
        message = N_("Dieser Preis ist zugleich pauschal und nach Zeit.")
        fields.error("flat", message, N_("Löschen Sie flat oder die anderen beiden."))
    fields.warn_of_unknown()
    return price


def _stay_price(table: TomlTable) -> StayPrice:
    fields = table.fields
    fields.required("first_night")
    fields.required("further_night")
    price = StayPrice(
        audience=fields.choice("for", Audience),
        first_night_cents=fields.cents("first_night"),
        further_night_cents=fields.cents("further_night"),
        extra_person_cents=fields.cents("extra_person"),
        cleaning_cents=fields.cents("cleaning"),
    )
    fields.warn_of_unknown()
    return price


def _tiers(document: TomlTable) -> tuple[CancellationTier, ...]:
    tiers = (_tier(table) for table in document.tables("cancellation"))
    return tuple(sorted(tiers, key=lambda tier: -tier.notice_hours))


def _tier(table: TomlTable) -> CancellationTier:
    fields = table.fields
    if fields.has("before_days") == fields.has("before_hours"):
        message = N_("Eine Stufe nennt entweder before_days oder before_hours.")
        fields.error("before_hours", message, N_("Schreiben Sie genau eines von beiden."))
    days = fields.whole("before_days", highest=NIGHTS_MAX)
    hours = fields.whole("before_hours", highest=NIGHTS_MAX * 24)
    fields.required("percent")
    tier = CancellationTier(
        notice_hours=days * 24 + hours, percent=fields.whole("percent", highest=100)
    )
    fields.warn_of_unknown()
    return tier


def _stay(table: TomlTable) -> StayRules:
    fields = table.fields
    rules = StayRules(
        arrival_from=_as_time(fields.clock("arrival_from", default=15 * 60) or 0),
        arrival_until=_as_time(fields.clock("arrival_until", default=20 * 60) or 0),
        departure_until=_as_time(fields.clock("departure_until", default=11 * 60) or 0),
        arrival_weekdays=read_weekdays(fields, "arrival_days"),
        departure_weekdays=read_weekdays(fields, "departure_days"),
        turnover_minutes=fields.whole("turnover_minutes", highest=DAY_MINUTES, default=240),
        nights_min=fields.whole("nights_min", lowest=1, highest=NIGHTS_MAX, default=1),
        nights_max=fields.whole("nights_max", lowest=1, highest=NIGHTS_MAX, default=10),
        weekend_nights_min=fields.whole("weekend_nights_min", lowest=1, highest=7, default=1),
        weekend_months=_months(fields),
        gap_nights=fields.whole("gap_nights", highest=NIGHTS_MAX),
        persons_included=fields.whole("persons_included", lowest=1, highest=50, default=2),
        free_age=fields.whole("free_age", highest=17),
        levy=fields.reference("levy"),
        cleaning_refunded=fields.flag("cleaning_refunded", default=True),
        key_handover=fields.local_text("key_handover", longest=LONG_TEXT_MAX),
        lost_key_cents=fields.cents("lost_key"),
        registration_number=fields.text("registration_number"),
        nights_per_year=fields.whole("nights_per_year", highest=NIGHTS_MAX),
    )
    _note(fields, find_in_stay(rules))
    fields.warn_of_unknown()
    return rules


def _months(fields: Fields) -> frozenset[int]:
    months = fields.raw("weekend_months") or []
    if not isinstance(months, list) or not all(m in range(1, 13) for m in months):
        message = N_("„{field}“ ist keine Liste von Monaten: {value}")
        fields.error("weekend_months", message, N_("Schreiben Sie z. B. [4, 5, 6]."))
        return frozenset()
    return frozenset(months)


def _note(fields: Fields, found: Iterable[Contradiction]) -> None:
    for each in found:
        fields.error(each.field, each.message, each.remedy, **each.values)


def _check(fields: Fields, row: SpaceRow, place: Place) -> None:
    _note(fields, find_contradictions(row))
    if row.vat and row.vat not in place.profile.vat_percent:
        message = N_("Den Steuersatz „{value}“ gibt es in quarter.toml nicht.")
        fields.error("vat", message, N_("Ergänzen Sie ihn unter [vat]."))
    if row.stay and row.stay.levy not in {"", *(levy.code for levy in place.profile.levies)}:
        message = N_("Die Abgabe „{code}“ gibt es in quarter.toml nicht.")
        remedy = N_("Ergänzen Sie sie unter [[levies]].")
        fields.error("stay", message, remedy, code=row.stay.levy)
    _check_purposes(fields, row, {purpose.key for purpose in place.profile.purposes})


def _check_purposes(fields: Fields, row: SpaceRow, known: set[str]) -> None:
    used = [*row.purposes, *(price.purpose for price in row.room_prices if price.purpose)]
    for purpose in dict.fromkeys(used):
        if purpose not in known:
            message = N_("Den Zweck „{purpose}“ gibt es in quarter.toml nicht.")
            remedy = N_("Ergänzen Sie ihn unter [[purposes]].")
            fields.error("purposes", message, remedy, purpose=purpose)
