"""Who somebody is by now: their roles, their household and its contract, as an `Actor`.

The one place where facts become rights. Every face asks here at each request (through a session),
so that a role that ended yesterday allows nothing today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from node import quarter
from node.base.actors import Actor, Face, Permission, Role, may
from node.base.periods import to_epoch
from node.base.refusals import Refusal
from node.people import refusals, tables
from node.people.model import (
    NEIGHBOURS,
    TEAM,
    ContractTerms,
    EntitlementText,
    Household,
    HouseholdProfile,
    OutsideRights,
    Person,
    PersonProfile,
    RoleSpan,
)
from node.people.places import place_name
from node.people.rules import (
    entitlement_text,
    is_entitled,
    newest,
    roles_at,
)
from node.store import Read, decoded_cell

UNKNOWN_YEAR = 9999
COMMAND_LINE = Actor(
    person_id=b"",
    household_id=b"",
    roles=frozenset({Role.STAFF, Role.OPERATOR}),
    name="quartier",
)
"""Who acts when the operator runs a command at the box itself."""


def actor_of(read: Read, person_id: bytes, *, face: Face, now: datetime) -> Actor | None:
    """The person as somebody who acts, or None for who has no role by now (moved out, unknown)."""
    person = find_person(read, person_id)
    if person is None:
        return None
    at = to_epoch(now)
    roles = current_roles(read, person, at)
    if not roles:
        return None
    return Actor(
        person_id=person.id,
        household_id=person.household_id,
        roles=roles,
        has_contract=is_entitled(contracts_of(read, person.household_id), at),
        face=face,
        name=person.name,
    )


def act_for(read: Read, staff: Actor, person_id: bytes, *, now: datetime) -> Actor | Refusal:
    """The resident as an actor for whom this member of staff acts: `staff_id` tells everywhere.

    Rights of the team are never lent, and nobody acts for somebody else through a third.
    """
    if staff.staff_id is not None or not may(staff, Permission.RESERVE_FOR_OTHERS):
        return refusals.NOT_ALLOWED
    found = actor_of(read, person_id, face=staff.face, now=now)
    if found is None:
        return refusals.NOT_FOUND
    neighbour = replace(found, roles=found.roles - TEAM)
    return staff.on_behalf_of(neighbour) if neighbour.roles else refusals.NOT_ALLOWED


def actor_from_outside(rights: OutsideRights, row: Any, *, now: datetime) -> Actor | None:
    """Somebody at central: rights without a name. None once they have ended.

    Nobody is of the team there, whatever a box of the house wrote into the link.
    """
    at = to_epoch(now)
    roles = roles_at(rights.roles, at) & NEIGHBOURS
    if not roles or at >= rights.ends_at:
        return None
    return Actor(
        person_id=row["person_id"],
        household_id=row["household_id"],
        roles=roles,
        has_contract=is_entitled(rights.contracts, at),
        face=Face.CENTRAL,
    )


def current_roles(read: Read, person: Person, at: int) -> frozenset[Role]:
    """The roles that somebody has at a second; who lived in a household has left with it."""
    roles = roles_at(role_spans(read, person.id), at)
    if roles & NEIGHBOURS and person.household_id:
        household = find_household(read, person.household_id)
        if household is None or household.profile.has_ended(at):
            return roles - NEIGHBOURS
    return roles


def role_spans(read: Read, person_id: bytes) -> tuple[RoleSpan, ...]:
    """The newest span of each role that a person ever had."""
    return tuple(newest_spans(tables.select_roles(read, person_id)).values())


def newest_spans(rows: Iterable[Any]) -> dict[Role, RoleSpan]:
    """The newest span of each role, of one person's rows that come newest first."""
    return newest((span.role, span) for span in believed_spans(rows))


def believed_spans(rows: Iterable[Any]) -> Iterator[RoleSpan]:
    """The spans that count: of the team only what stands in the team's own table."""
    for row in rows:
        span = decoded_cell(row["span"], RoleSpan)
        if span is not None and (span.role in TEAM) == bool(row["of_team"]):
            yield span


def all_roles_at(read: Read, at: int) -> dict[bytes, frozenset[Role]]:
    """Everybody's roles at a second since 1970, whether or not their household is still here."""
    rows: dict[bytes, list[Any]] = {}
    for row in tables.select_all_roles(read):
        rows.setdefault(row["person_id"], []).append(row)
    return {person_id: roles_at(newest_spans(own).values(), at) for person_id, own in rows.items()}


def contracts_of(read: Read, household_id: bytes) -> tuple[ContractTerms, ...]:
    """The newest terms of each of a household's service contracts."""
    if not household_id:
        return ()
    held = newest_contracts(tables.select_contracts(read, household_id)).values()
    return tuple(terms for owner_id, terms in held if owner_id == household_id)


def newest_contracts(rows: Iterable[Any]) -> dict[bytes, tuple[bytes, ContractTerms]]:
    """Whose each contract is and its newest terms, of rows that come newest first."""
    found = (
        (row["contract_id"], row["household_id"], decoded_cell(row["terms"], ContractTerms))
        for row in rows
    )
    return newest((key, (owner_id, terms)) for key, owner_id, terms in found if terms is not None)


def entitlement(read: Read, household_id: bytes, *, now: datetime) -> EntitlementText:
    """How a household stands to the service contract, in plain words."""
    return entitlement_text(contracts_of(read, household_id), to_epoch(now))


def find_person(read: Read, person_id: bytes) -> Person | None:
    """A person by id."""
    row = tables.select_person(read, person_id)
    return None if row is None else person_of(row)


def find_household(read: Read, household_id: bytes) -> Household | None:
    """A household by id, also one that moved out."""
    row = tables.select_household(read, household_id)
    return None if row is None else household_of(row)


def members_of(read: Read, household_id: bytes) -> list[Person]:
    """The persons of a household, the eldest first as far as that is known."""
    members = [person_of(row) for row in tables.select_members(read, household_id)]
    return sorted(members, key=lambda p: (p.profile.birth_year or UNKNOWN_YEAR, p.name))


def person_of(row: Any) -> Person:
    """A row as the person it is."""
    profile = decoded_cell(row["profile"], PersonProfile) or PersonProfile()
    return Person(row["id"], row["household_id"], profile)


def household_of(row: Any) -> Household:
    """A row as the household it is."""
    profile = decoded_cell(row["profile"], HouseholdProfile) or HouseholdProfile()
    return Household(row["id"], row["flat_id"], profile)


def has_ended(household: Household, now: datetime) -> bool:
    """Whether a household has moved out."""
    return household.profile.has_ended(to_epoch(now))


def name_and_place(read: Read, person_id: bytes) -> tuple[str, str]:
    """What the desk calls somebody: their name, and where they live or what they do here."""
    person = find_person(read, person_id)
    if person is None:
        return "", ""
    household = find_household(read, person.household_id)
    return person.name, place_name(read, household) if household else person.profile.title


def building_of(read: Read, household_id: bytes) -> bytes | None:
    """The house that a household lives in; None for those from outside."""
    household = find_household(read, household_id)
    flat = quarter.find_flat(read, household.flat_id) if household is not None else None
    return flat.building_id if flat is not None else None
