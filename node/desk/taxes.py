"""Taxes at the desk: which levy and which value-added tax hold from what day on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from litestar import Response, get, post

from node import people, quarter
from node.base.actors import Permission
from node.base.ids import parse_id
from node.base.refusals import N_, Refusal
from node.desk.frame import desk_page
from node.quarter import QuarterProfile, TaxFact
from node.quarter.model import NO_TEXT, Exemption, Levy, VatRate
from node.store import NodeRole, Read, Write
from node.web import i18n
from node.web.forms import read_fields
from node.web.guest_forms import dated
from node.web.listing import rows_table
from node.web.showing import moment
from node.web.visit import Visit

NIGHTS_MAX = 366
AGE_MAX = 120


@dataclass(slots=True)
class TaxesPage:
    """See `desk/taxes.html`."""

    levies: list[dict[str, Any]]
    rates: list[dict[str, Any]]
    levy_codes: list[dict[str, str]]
    vat_codes: list[dict[str, str]]
    reasons: list[dict[str, str]]
    is_home: bool
    given: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)


@get("/desk/taxes", include_in_schema=False)
async def taxes_page(visit: Visit) -> Response[Any]:
    """What holds from which day on, and the forms for one more day."""
    visit.allowed(Permission.MANAGE_SPACES)
    return await _page(visit, {}, {})


async def _page(visit: Visit, given: dict[str, str], problems: dict[str, str]) -> Response[Any]:
    def look(read: Read) -> TaxesPage:
        profile, facts = quarter.get_profile(read), quarter.tax_facts(read)
        said = {fact.key: fact for fact in facts}
        names = {each.code: each.name.in_language(visit.prefs.lang) for each in profile.levies}
        return TaxesPage(
            levies=[_levy(visit, read, each, said) for each in profile.levies],
            rates=_rates(visit, read, profile, said),
            levy_codes=[{"value": code, "text": name} for code, name in names.items()],
            vat_codes=[
                {"value": code, "text": service_words(visit, code)} for code in profile.vat_percent
            ],
            reasons=[
                {"name": f"exempt_{each}", "text": visit.say(REASONS[each])} for each in Exemption
            ],
            is_home=visit.store.core.role is NodeRole.HOME,
            given=given or _usual(profile),
            problems=problems,
        )

    page = await visit.store.read(look)
    status = 422 if problems else 200
    return await desk_page(
        visit,
        "desk/taxes.html",
        page,
        here="places",
        status=status,
        table=lambda: rows_table(visit, visit.say(N_("steuern")), COLUMNS, _listed(page)),
    )


COLUMNS = {
    "title": N_("Steuer"),
    "value": N_("Satz"),
    "since": N_("Gilt"),
    "who": N_("Durch"),
    "at": N_("Wann"),
}


def _listed(page: TaxesPage) -> list[dict[str, Any]]:
    """Levies and rates as one list: what holds, from when, and who said so."""
    levies = (
        {
            **each,
            "value": "; ".join(f"{row['label']}: {row['value']}" for row in each["rows"]),
        }
        for each in page.levies
    )
    return [*levies, *({**each, "value": each["percent"]} for each in page.rates)]


def _usual(profile: QuarterProfile) -> dict[str, str]:
    """The levy that holds last, for people to change a part of it."""
    if not profile.levies:
        return {}
    levy = profile.levies[-1]
    euros = f"{levy.cents_per_adult_night // 100},{levy.cents_per_adult_night % 100:02d}"
    given = {"code": levy.code, "cents": euros, "days_max": str(levy.days_max)}
    given |= {"exempt_under": str(levy.exempt_under)}
    return given | {f"exempt_{each}": "1" for each in levy.exempt}


def _levy(
    visit: Visit, read: Read, levy: Levy, said: dict[tuple[str, str, date], TaxFact]
) -> dict[str, Any]:
    reasons = [visit.say(REASONS[each]) for each in levy.exempt]
    rows = (
        (
            N_("Je Nacht und Person"),
            i18n.money_words(visit.prefs.lang, levy.cents_per_adult_night),
        ),
        (N_("Frei, jünger als"), visit.say(N_("{years} Jahre"), years=levy.exempt_under)),
        (
            N_("Längstens für"),
            visit.say(N_("{nights} Nächte eines Aufenthalts"), nights=levy.days_max)
            if levy.days_max
            else "",
        ),
        (N_("Außerdem frei"), visit.list_words(*reasons) if reasons else visit.say(N_("niemand"))),
    )
    return {
        "title": levy.name.in_language(visit.prefs.lang),
        "rows": [{"label": visit.say(label), "value": value} for label, value in rows if value],
        **_head(visit, read, ("levy", levy.code, levy.valid_from), said),
    }


def _rates(
    visit: Visit,
    read: Read,
    profile: QuarterProfile,
    said: dict[tuple[str, str, date], TaxFact],
) -> list[dict[str, Any]]:
    first = [VatRate(code, percent, date.min) for code, percent in profile.vat_percent.items()]
    found = sorted((*first, *profile.vat_rates), key=lambda each: (each.code, each.valid_from))
    return [
        {
            "title": service_words(visit, each.code),
            "percent": f"{each.percent} %",
            **_head(visit, read, ("vat", each.code, each.valid_from), said),
        }
        for each in found
    ]


def _head(
    visit: Visit,
    read: Read,
    key: tuple[str, str, date],
    said: dict[tuple[str, str, date], TaxFact],
) -> dict[str, Any]:
    """From when it holds and who said so."""
    kind, code, day = key
    fact = said.get(key)
    who = people.find_person(read, parse_id(fact.staff_id)) if fact and fact.staff_id else None
    begins = day > date.min
    return {
        "since": visit.say(N_("ab {day}"), day=dated(visit.prefs.lang, day)) if begins else "",
        "ahead": day > visit.today,
        "who": who.name if who else "",
        "at": moment(visit, fact.at) if fact else "",
        "key": f"{kind}.{code}.{day.isoformat()}" if fact else "",
    }


def service_words(visit: Visit, code: str) -> str:
    """What people call a kind of service; the operator's own word where it is none of ours."""
    return visit.say(SERVICES[code]) if code in SERVICES else code


@post("/desk/taxes/levy", include_in_schema=False)
async def set_levy(visit: Visit) -> Response[Any]:
    """A levy from a day on."""
    actor = visit.allowed(Permission.MANAGE_SPACES)
    fields = await read_fields(visit)
    day = fields.day("valid_from")
    levy = Levy(
        code=fields.text("code", required=True, longest=60),
        name=NO_TEXT,
        cents_per_adult_night=fields.cents("cents"),
        days_max=fields.number("days_max", low=0, high=NIGHTS_MAX, default=0),
        exempt_under=fields.number("exempt_under", low=0, high=AGE_MAX, default=0),
        exempt=tuple(each for each in Exemption if fields.given.get(f"exempt_{each}")),
    )
    if day is None or fields.problems:
        return await _page(visit, fields.given, fields.problems)
    wanted = replace(levy, valid_from=day)
    await visit.write(lambda write: quarter.set_levy(write, actor, wanted, now=visit.now))
    return visit.go("/desk/taxes")


@post("/desk/taxes/vat", include_in_schema=False)
async def set_vat(visit: Visit) -> Response[Any]:
    """A rate of value-added tax from a day on."""
    actor = visit.allowed(Permission.MANAGE_SPACES)
    fields = await read_fields(visit)
    code = fields.text("vat_code", required=True, longest=60)
    percent, day = fields.number("percent", low=0, high=50), fields.day("vat_from")
    if day is None or fields.problems:
        return await _page(visit, fields.given, fields.problems)
    wanted = VatRate(code, percent, day)
    await visit.write(lambda write: quarter.set_vat(write, actor, wanted, now=visit.now))
    return visit.go("/desk/taxes")


@post("/desk/taxes/withdraw", include_in_schema=False)
async def withdraw(visit: Visit) -> Response[Any]:
    """Take back what the team said for a day."""
    actor = visit.allowed(Permission.MANAGE_SPACES)
    fields = await read_fields(visit)
    kind, _, rest = fields.text("key", longest=120).partition(".")
    code, _, text = rest.rpartition(".")

    def run(write: Write) -> Refusal | None:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = date.min
        return quarter.withdraw(write, actor, (kind, code, day), now=visit.now)

    await visit.write(run)
    return visit.go("/desk/taxes")


SERVICES = {
    "room": N_("Räume"),
    "stay": N_("Gästewohnungen"),
    "service": N_("Dienste"),
    "rolls": N_("Brötchen"),
}
REASONS = {
    Exemption.BUSINESS: N_("beruflicher Aufenthalt"),
    Exemption.DISABLED: N_("Schwerbehinderung"),
    Exemption.SCHOOL_TRIP: N_("Schulfahrt"),
    Exemption.CARE: N_("Begleitung im Krankenhaus oder zur Pflege"),
}
ROUTES = (taxes_page, set_levy, set_vat, withdraw)
