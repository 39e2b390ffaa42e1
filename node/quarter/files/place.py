"""`quarter.toml`: the place, its desk, its rules and taxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from node.base.refusals import N_
from node.quarter.files import times
from node.quarter.files.fields import LONG_TEXT_MAX, Fields
from node.quarter.files.source import Source
from node.quarter.files.toml_doc import TomlTable, read_toml
from node.quarter.holidays import lands
from node.quarter.model import (
    Contact,
    DeskProfile,
    Exemption,
    HouseRule,
    Levy,
    Purpose,
    QuarterProfile,
    QuietHours,
    RuleSource,
    SpecialDay,
    TimeSpan,
    WeekHours,
)

QUARTER_FILE = "quarter.toml"
LANGUAGES = ("de", "en")
DEFAULT_ZONE = "Europe/Berlin"
DEFAULT_DESK_NAME = "Service-Point"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What `quarter.toml` says."""

    profile: QuarterProfile
    desk: DeskProfile
    id_seed: str
    house_rules: tuple[HouseRule, ...]
    quiet_hours: tuple[QuietHours, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone the quarter lives by."""
        return ZoneInfo(self.profile.timezone)


def read_place(source: Source) -> Place | None:
    """The place, or None where the file can't be read at all."""
    document = read_toml(source, QUARTER_FILE)
    if document is None:
        return None
    place = Place(
        profile=_profile(document),
        desk=_desk(document.table("desk")),
        id_seed=document.table("quarter").fields.text("id_seed"),
        house_rules=tuple(_house_rule(table) for table in document.tables("rules")),
        quiet_hours=tuple(_quiet_hours(table) for table in document.tables("quiet_hours")),
    )
    for tables, name in (("rules", "key"), ("quiet_hours", "key"), ("purposes", "key")):
        _check_once(document.tables(tables), name)
    _check_once(document.tables("levies"), "code")
    _check_once(document.table("desk").tables("days"), "day")
    document.fields.warn_of_unknown()
    return place


def _check_once(tables: Iterator[TomlTable], name: str) -> None:
    first: dict[str, int] = {}
    for table in tables:
        value = str(table.values.get(name, ""))
        if value in first:
            message = N_("„{value}“ steht schon in {place}.")
            remedy = N_("Jeder Schlüssel kommt nur einmal vor.")
            table.fields.error(name, message, remedy, place=f"{QUARTER_FILE}:{first[value]}")
        first.setdefault(value, table.line)


def _profile(document: TomlTable) -> QuarterProfile:
    quarter = document.table("quarter")
    fields = quarter.fields
    contact = document.table("contact").fields
    profile = QuarterProfile(
        key=fields.key(),
        name=fields.text("name", needed=True),
        city=fields.text("city", needed=True),
        timezone=_timezone(fields),
        country=fields.text("country") or "DE",
        land=_land(fields),
        languages=fields.words("languages") or LANGUAGES,
        is_demo=fields.flag("demo"),
        about=fields.local_text("about", longest=LONG_TEXT_MAX),
        contact=Contact(
            operator=contact.text("operator"),
            address=contact.text("address"),
            phone=contact.text("phone"),
            email=contact.text("email"),
        ),
        purposes=tuple(_purpose(table) for table in document.tables("purposes")),
        levies=tuple(_levy(table) for table in document.tables("levies")),
        vat_percent=_vat(document.table("vat")),
    )
    fields.warn_of_unknown(also_known=["id_seed"])
    contact.warn_of_unknown()
    return profile


def _timezone(fields: Fields) -> str:
    name = fields.text("timezone") or DEFAULT_ZONE
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass
    else:
        return name
    message = N_("Die Zeitzone „{value}“ gibt es nicht.")
    fields.error("timezone", message, N_("Schreiben Sie z. B. Europe/Berlin."))
    return DEFAULT_ZONE


def _land(fields: Fields) -> str:
    land = fields.text("land").upper()
    if land and (fields.text("country") or "DE") == "DE" and land not in lands():
        message = N_("Das Bundesland „{value}“ gibt es nicht.")
        remedy = N_("Möglich sind: {possible}.")
        fields.error("land", message, remedy, possible=", ".join(lands()))
    return land


def _vat(table: TomlTable) -> dict[str, int]:
    names = list(table.values)
    return {name: table.fields.whole(name, highest=100) for name in names}


def _purpose(table: TomlTable) -> Purpose:
    fields = table.fields
    purpose = Purpose(fields.key(), fields.local_text("name", needed=True), fields.flag("public"))
    fields.warn_of_unknown()
    return purpose


def _levy(table: TomlTable) -> Levy:
    fields = table.fields
    levy = Levy(
        code=fields.key("code"),
        name=fields.local_text("name", needed=True),
        cents_per_adult_night=fields.cents("adult_night"),
        days_max=fields.whole("days_max", highest=366),
        exempt_under=fields.whole("exempt_under", highest=120, default=18),
        valid_from=fields.day("valid_from") or date.min,
        exempt=_exemptions(fields),
    )
    fields.warn_of_unknown()
    return levy


def _exemptions(fields: Fields) -> tuple[Exemption, ...]:
    """Why grown-up guests may owe nothing: `exempt = ["business", "school_trip"]`."""
    found = []
    for word in fields.words("exempt"):
        if word in set(Exemption):
            found.append(Exemption(word))
        else:
            message = N_("Den Grund „{value}“ für eine Befreiung gibt es nicht.")
            possible = ", ".join(Exemption)
            fields.error("exempt", message, N_("Möglich sind: {possible}."), possible=possible)
    return tuple(found)


def _desk(table: TomlTable) -> DeskProfile:
    fields = table.fields
    desk = DeskProfile(
        name=fields.text("name") or DEFAULT_DESK_NAME,
        where=fields.local_text("where"),
        phone=fields.text("phone"),
        hours=read_hours(table.table("hours")),
        holiday_hours=read_spans(fields, "holiday_hours") if fields.has("holiday_hours") else None,
        special_days=tuple(_special_day(day) for day in table.tables("days")),
    )
    fields.warn_of_unknown()
    return desk


def _special_day(table: TomlTable) -> SpecialDay:
    fields = table.fields
    day = fields.day("day", needed=True) or date.min
    spans = read_spans(fields, "hours") if fields.has("hours") else ()
    special = SpecialDay(day, spans, fields.local_text("reason"))
    fields.warn_of_unknown()
    return special


def read_hours(table: TomlTable) -> WeekHours:
    """Opening times by weekday: `mon-fri = ["09:00-14:00"]`; a missing weekday is closed."""
    days: dict[int, tuple[TimeSpan, ...]] = {}
    for name in list(table.values):
        spans = read_spans(table.fields, name)
        for day in _weekdays(table.fields, name):
            if day in days:
                message = N_("Ein Tag in „{field}“ hat schon Zeiten.")
                table.fields.error(name, message, N_("Nennen Sie jeden Wochentag nur einmal."))
            days[day] = spans
    return WeekHours(tuple(days.get(day, ()) for day in range(7)))


def _weekdays(fields: Fields, name: str) -> tuple[int, ...]:
    try:
        return times.parse_weekdays(name)
    except times.NotATimeError as wrong:
        fields.error(name, wrong.message, wrong.remedy, day=name)
        return ()


def read_spans(fields: Fields, name: str) -> tuple[TimeSpan, ...]:
    """The opening times of one day: `["09:00-14:00"]`."""
    try:
        return times.parse_spans(fields.raw(name))
    except times.NotATimeError as wrong:
        fields.error(name, wrong.message, wrong.remedy)
        return ()


def _house_rule(table: TomlTable) -> HouseRule:
    fields = table.fields
    rule = HouseRule(
        key=fields.key(),
        title=fields.local_text("title", needed=True),
        text=fields.local_text("text", needed=True, longest=LONG_TEXT_MAX),
        source=fields.choice("source", RuleSource, RuleSource.HOUSE_RULE),
    )
    fields.warn_of_unknown()
    return rule


def _quiet_hours(table: TomlTable) -> QuietHours:
    fields = table.fields
    opens, closes = fields.clock("from"), fields.clock("to")
    if opens is None or closes is None:
        fields.required("from")
        fields.required("to")
    rule = QuietHours(
        key=fields.key(),
        title=fields.local_text("title", needed=True),
        opens_minute=opens or 0,
        closes_minute=closes or 0,
        weekdays=read_weekdays(fields, "days"),
        on_holidays=fields.flag("holidays", default=True),
        source=fields.choice("source", RuleSource, RuleSource.HOUSE_RULE),
        where=fields.local_text("where"),
    )
    fields.warn_of_unknown()
    return rule


def read_weekdays(fields: Fields, name: str) -> frozenset[int]:
    """Some weekdays as a text ("mon-fri"); all of them where nothing stands."""
    if not fields.has(name):
        return frozenset(range(7))
    text = fields.text(name)
    try:
        return frozenset(times.parse_weekdays(text))
    except times.NotATimeError as wrong:
        fields.error(name, wrong.message, wrong.remedy, day=text)
        return frozenset(range(7))
