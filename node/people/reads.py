"""What pages ask about people."""

from __future__ import annotations

from datetime import datetime

from node.base.actors import Actor, Permission, Role, may
from node.base.periods import from_epoch, to_epoch
from node.base.refusals import Refusal
from node.people import refusals, tables
from node.people.access import (
    all_roles_at,
    contracts_of,
    current_roles,
    entitlement,
    find_household,
    has_ended,
    household_of,
    members_of,
    person_of,
)
from node.people.hashing import token_id
from node.people.model import (
    Device,
    HouseholdView,
    Member,
    PeopleCounts,
    Person,
    PersonChoice,
    SecretKind,
    Session,
)
from node.people.places import place_name
from node.people.rules import is_entitled, is_minor
from node.people.sessions import session_of
from node.store import Read


def device_choices(read: Read, device: str, *, now: datetime) -> list[PersonChoice]:
    """Who is known at the browser with this device token, the latest first."""
    persons = [person_of(row) for row in tables.select_device_persons(read, token_id(device))]
    at = to_epoch(now)
    return [_choice(read, p) for p in persons if current_roles(read, p, at)]


def person_choices(read: Read, household_id: bytes, *, now: datetime) -> tuple[PersonChoice, ...]:
    """Who of a household may sign in: grown-ups that have a role."""
    members = members_of(read, household_id)
    persons = [person for person in members if not is_minor(person.profile, now.year)]
    at = to_epoch(now)
    return tuple(_choice(read, p) for p in persons if current_roles(read, p, at))


def _choice(read: Read, person: Person) -> PersonChoice:
    return PersonChoice(person.id, person.name, has_secret(read, person.id))


def credentials_of(read: Read, person_id: bytes) -> dict[str, tuple[bytes, str]]:
    """The newest credential of each kind: its id and hash (empty where it was taken away)."""
    newest: dict[str, tuple[bytes, str]] = {}
    for row in tables.select_credentials(read, person_id):
        newest.setdefault(row["kind"], (row["id"], row["hash"]))
    return newest


def has_secret(read: Read, person_id: bytes) -> bool:
    """Whether somebody has set a PIN or a password."""
    return any(hashed for _, hashed in credentials_of(read, person_id).values())


def has_pin(read: Read, person_id: bytes) -> bool:
    """Whether somebody can sign in at the kiosk."""
    return bool(credentials_of(read, person_id).get(SecretKind.PIN, (b"", ""))[1])


def list_sessions(read: Read, actor: Actor, *, now: datetime) -> list[Session]:
    """The actor's own sessions at this node, the latest first."""
    return [session_of(row) for row in tables.select_sessions(read, actor.person_id, to_epoch(now))]


def list_devices(read: Read, actor: Actor, *, device: str = "") -> list[Device]:
    """The browsers at which the actor is known to this node; `device` marks the one that asks."""
    this = token_id(device)
    return [
        Device(row["device_id"], row["agent"], from_epoch(row["seen_at"]), row["device_id"] == this)
        for row in tables.select_devices(read, actor.person_id)
    ]


def view_household(
    read: Read, actor: Actor, household_id: bytes, *, now: datetime
) -> HouseholdView | Refusal:
    """A household with its members, for those who live in it and for staff."""
    is_own = bool(household_id) and actor.household_id == household_id
    if not is_own and not may(actor, Permission.MANAGE_PEOPLE):
        return refusals.NOT_ALLOWED
    household = find_household(read, household_id)
    if household is None:
        return refusals.NOT_FOUND
    code = tables.select_newest_code(read, household_id)
    has_code = code is not None and code["number"] > code["revoked"]
    return HouseholdView(
        household=household,
        place=place_name(read, household),
        members=_members(read, household_id, to_epoch(now)),
        entitlement=entitlement(read, household_id, now=now),
        code_issued_at=from_epoch(code["at"]) if code is not None and has_code else None,
    )


def _members(read: Read, household_id: bytes, at: int) -> tuple[Member, ...]:
    return tuple(
        Member(
            person=person,
            roles=current_roles(read, person, at),
            has_secret=has_secret(read, person.id),
            has_card=bool(tables.select_cards(read, person.id)),
        )
        for person in members_of(read, household_id)
    )


def count_people(read: Read, *, now: datetime) -> PeopleCounts:
    """How many there are by now. Registered is who has a PIN or password, or had before."""
    at = to_epoch(now)
    roles = all_roles_at(read, at)
    with_secret = tables.select_persons_with_secret(read)
    persons = [person_of(row) for row in tables.select_all_persons(read)]
    households = [household_of(row) for row in tables.select_all_households(read)]
    present = [h for h in households if h.flat_id and not has_ended(h, now)]
    here = {household.id for household in present}
    living = [p for p in persons if p.household_id in here and roles.get(p.id)]
    registered = [p for p in living if p.profile.registered_on or p.id in with_secret]
    return PeopleCounts(
        households=len(present),
        with_contract=sum(is_entitled(contracts_of(read, h.id), at) for h in present),
        persons=len(living),
        registered=len(registered),
        registered_without_email=sum(not p.profile.email for p in registered),
        outside_neighbours=sum(Role.OUTSIDE_NEIGHBOUR in found for found in roles.values()),
    )
