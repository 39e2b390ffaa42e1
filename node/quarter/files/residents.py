"""The lists of houses and people: one reader per CSV file."""

from __future__ import annotations

from datetime import date

from node.base.actors import Role
from node.base.refusals import N_
from node.quarter.files.csv_rows import read_rows
from node.quarter.files.fields import Fields
from node.quarter.files.found import Found
from node.quarter.files.source import Source
from node.quarter.files.values import (
    BuildingRow,
    Channel,
    ContractRow,
    FlatRow,
    HouseholdRow,
    OutsideNeighbourRow,
    PersonRow,
    StaffRow,
    Tenure,
)
from node.quarter.model import MARK_COLOURS, PlaceMark

MARK_NUMBER_MAX = 999
STAFF_ROLES = (Role.STAFF, Role.MANAGEMENT, Role.OPERATOR)


def read_mark(fields: Fields, prefix: str) -> PlaceMark | None:
    """The mark of a place from the fields `icon`, `number` and `colour` after `prefix`."""
    names = [prefix + part for part in ("icon", "number", "colour")]
    given = [fields.has(name) for name in names]
    if not any(given):
        return None
    icon = fields.reference(names[0], needed=True)
    number = fields.whole(names[1], lowest=1, highest=MARK_NUMBER_MAX, default=1)
    colour = fields.text(names[2], needed=True).lower()
    if colour and colour not in MARK_COLOURS:
        message = N_("„{field}“ kennt „{value}“ nicht.")
        remedy = N_("Möglich sind: {possible}.")
        fields.error(names[2], message, remedy, possible=", ".join(MARK_COLOURS))
    return PlaceMark(icon, number, colour)


def read_buildings(source: Source) -> list[Found[BuildingRow]]:
    """The rows of `buildings.csv`."""
    rows = read_rows(
        source,
        "buildings.csv",
        "key name",
        "street postcode city storeys entrances mark_icon mark_number mark_colour",
    )
    return [
        Found(
            fields,
            BuildingRow(
                key=fields.key(),
                name=fields.text("name", needed=True),
                street=fields.text("street"),
                postcode=fields.text("postcode"),
                city=fields.text("city"),
                storeys=fields.whole("storeys", highest=200),
                entrances=fields.words("entrances"),
                mark=read_mark(fields, "mark_"),
            ),
        )
        for fields in rows
    ]


def read_flats(source: Source) -> list[Found[FlatRow]]:
    """The rows of `flats.csv`."""
    rows = read_rows(source, "flats.csv", "key building", "entrance number floor size_m2 rooms")
    return [
        Found(
            fields,
            FlatRow(
                key=fields.key(),
                building=fields.reference("building", needed=True),
                entrance=fields.text("entrance"),
                number=fields.text("number"),
                floor=fields.whole("floor", lowest=-9, highest=200),
                size_m2=fields.number("size_m2", highest=10_000),
                rooms=fields.number("rooms", highest=100),
            ),
        )
        for fields in rows
    ]


def read_households(source: Source) -> list[Found[HouseholdRow]]:
    """The rows of `households.csv`."""
    rows = read_rows(
        source, "households.csv", "key flat name", "tenure lives_here channel language since until"
    )
    return [
        Found(
            fields,
            HouseholdRow(
                key=fields.key(),
                flat=fields.reference("flat", needed=True),
                name=fields.text("name", needed=True),
                tenure=fields.choice("tenure", Tenure, Tenure.TENANT),
                lives_here=fields.flag("lives_here", default=True),
                channel=fields.choice("channel", Channel, Channel.LETTER),
                language=_language(fields),
                since=fields.day("since"),
                until=fields.day("until"),
            ),
        )
        for fields in rows
    ]


def _language(fields: Fields) -> str:
    code = fields.text("language").lower() or "de"
    plain = code.removesuffix("-simple")
    if not (plain.isascii() and plain.isalpha() and 2 <= len(plain) <= 3):
        message = N_("„{value}“ ist kein Kürzel einer Sprache.")
        fields.error("language", message, N_("Schreiben Sie z. B. de, en, tr, uk oder ar."))
    return code


def _email(fields: Fields) -> str:
    address = fields.text("email")
    name, at, host = address.rpartition("@")
    if address and (not (name and at and "." in host) or len(address.split()) != 1):
        message = N_("„{value}“ ist keine E-Mail-Adresse.")
        fields.error("email", message, N_("Lassen Sie das Feld leer, wenn es keine gibt."))
    return address


def read_people(source: Source) -> list[Found[PersonRow]]:
    """The rows of `people.csv`."""
    rows = read_rows(
        source,
        "people.csv",
        "key household given_name family_name",
        "child birth_year email phone language registered_on until",
    )
    return [
        Found(
            fields,
            PersonRow(
                key=fields.key(),
                household=fields.reference("household", needed=True),
                given_name=fields.text("given_name", needed=True),
                family_name=fields.text("family_name", needed=True),
                is_child=fields.flag("child"),
                birth_year=fields.whole("birth_year", lowest=1900, highest=2199) or None,
                email=_email(fields),
                phone=fields.text("phone"),
                language=_language(fields),
                registered_on=fields.day("registered_on"),
                until=fields.day("until"),
            ),
        )
        for fields in rows
    ]


def read_contracts(source: Source) -> list[Found[ContractRow]]:
    """The rows of `contracts.csv`."""
    rows = read_rows(
        source,
        "contracts.csv",
        "key household starts_on",
        "ends_on monthly minimum_months notice_months",
        must_exist=False,
    )
    found = []
    for fields in rows:
        starts_on = fields.day("starts_on", needed=True)
        row = ContractRow(
            key=fields.key(),
            household=fields.reference("household", needed=True),
            starts_on=starts_on or date.min,
            ends_on=fields.day("ends_on"),
            monthly_cents=fields.cents("monthly"),
            minimum_months=fields.whole("minimum_months", highest=24),
            notice_months=fields.whole("notice_months", highest=24, default=1),
        )
        if row.ends_on is not None and row.ends_on < row.starts_on:
            message = N_("Der Vertrag endet vor seinem Anfang.")
            fields.error("ends_on", message, N_("Prüfen Sie beide Tage."))
        found.append(Found(fields, row))
    return found


def read_staff(source: Source) -> list[Found[StaffRow]]:
    """The rows of `staff.csv`."""
    rows = read_rows(
        source,
        "staff.csv",
        "key given_name family_name role sign_in",
        "title title_de title_en email phone since until",
        must_exist=False,
    )
    return [
        Found(
            fields,
            StaffRow(
                key=fields.key(),
                given_name=fields.text("given_name", needed=True),
                family_name=fields.text("family_name"),
                role=_staff_role(fields),
                sign_in=fields.reference("sign_in", needed=True).lower(),
                title=fields.local_text("title"),
                email=_email(fields),
                phone=fields.text("phone"),
                since=fields.day("since"),
                until=fields.day("until"),
            ),
        )
        for fields in rows
    ]


def _staff_role(fields: Fields) -> Role:
    role = fields.choice("role", Role)
    if role not in STAFF_ROLES and fields.has("role"):
        message = N_("„{field}“ kennt „{value}“ nicht.")
        remedy = N_("Möglich sind: {possible}.")
        fields.error("role", message, remedy, possible=", ".join(STAFF_ROLES))
    return role


def read_outside_neighbours(source: Source) -> list[Found[OutsideNeighbourRow]]:
    """The rows of `outside_neighbours.csv`."""
    rows = read_rows(
        source,
        "outside_neighbours.csv",
        "key given_name family_name sponsor",
        "street email phone language since until",
        must_exist=False,
    )
    return [
        Found(
            fields,
            OutsideNeighbourRow(
                key=fields.key(),
                given_name=fields.text("given_name", needed=True),
                family_name=fields.text("family_name", needed=True),
                sponsor=fields.reference("sponsor", needed=True),
                street=fields.text("street"),
                email=_email(fields),
                phone=fields.text("phone"),
                language=_language(fields),
                since=fields.day("since"),
                until=fields.day("until"),
            ),
        )
        for fields in rows
    ]
