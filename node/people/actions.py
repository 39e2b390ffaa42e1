"""What is done about people: adding them, giving and taking secrets, signing out everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from node.base.actors import Actor, Permission, Role, may
from node.base.ids import new_id
from node.base.periods import to_epoch
from node.base.refusals import Refusal
from node.people import refusals, tables
from node.people.access import find_household, find_person, has_ended, members_of
from node.people.feeds import close_feeds
from node.people.hashing import hash_secret, in_thread, token_id
from node.people.model import (
    TEAM,
    Household,
    HouseholdKind,
    Person,
    PersonProfile,
    RoleSpan,
    SecretKind,
    to_json,
)
from node.people.outside import close_outside_access, refresh_outside_access
from node.people.rules import SELF_ADDED_MAX, check_name, check_secret, is_minor, kind_of_secret
from node.people.search import refresh_words
from node.store import OFFICE_ROLES, Store, Write


def add_person(
    write: Write,
    actor: Actor,
    household_id: bytes,
    *,
    given_name: str,
    family_name: str = "",
    now: datetime,
) -> Person | Refusal:
    """Staff adds somebody to a household; a name is enough."""
    if not may(actor, Permission.MANAGE_PEOPLE):
        return refusals.NOT_ALLOWED
    household = find_household(write, household_id)
    if household is None:
        return refusals.NOT_FOUND
    staff_id = actor.person_id or None
    return add_member(write, household, given_name, family_name, staff_id=staff_id, now=now)


def add_member(
    write: Write,
    household: Household,
    given_name: str,
    family_name: str,
    *,
    staff_id: bytes | None = None,
    now: datetime,
) -> Person | Refusal:
    """Add somebody whom the household's code has let in, or staff."""
    given_name, family_name = given_name.strip(), family_name.strip()
    refusal = check_name(given_name, family_name)
    if refusal is not None:
        return refusal
    profile = PersonProfile(
        given_name=given_name, family_name=family_name, language=household.profile.language
    )
    refusal = _check_room(write, household, profile, by_staff=staff_id is not None, now=now)
    if refusal is not None:
        return refusal
    person = Person(new_id(), household.id, profile)
    write.insert(
        "person",
        id=person.id,
        household_id=household.id,
        profile=to_json(profile),
        at=to_epoch(now),
        staff_id=staff_id,
    )
    role = Role.RESIDENT if household.profile.lives_here else Role.OWNER
    set_role(write, person.id, RoleSpan(role, to_epoch(now)), staff_id=staff_id, now=now)
    refresh_words(write, [person.id])
    return person


def _check_room(
    write: Write, household: Household, profile: PersonProfile, *, by_staff: bool, now: datetime
) -> Refusal | None:
    if has_ended(household, now):
        return refusals.MOVED_OUT
    members = members_of(write, household.id)
    if any(member.name.casefold() == profile.name.casefold() for member in members):
        return replace(refusals.SAME_NAME, values={"name": profile.name})
    is_full = len(members) >= SELF_ADDED_MAX
    is_closed = household.profile.kind is HouseholdKind.OUTSIDE
    return refusals.TOO_MANY_PERSONS if (is_full or is_closed) and not by_staff else None


def set_role(
    write: Write, person_id: bytes, span: RoleSpan, *, staff_id: bytes | None, now: datetime
) -> None:
    """Add the newest fact about one role of somebody."""
    tables.insert_numbered(
        write,
        "team_role" if span.role in TEAM else "person_role",
        same={"person_id": person_id, "role": str(span.role)},
        span=to_json(span),
        at=to_epoch(now),
        staff_id=staff_id,
    )
    refresh_outside_access(write, person_id, now=now)


def set_credential(
    write: Write,
    person_id: bytes,
    kind: SecretKind,
    hashed: str,
    *,
    staff_id: bytes | None,
    now: datetime,
) -> None:
    """Add the newest PIN or password of somebody; an empty hash takes it away."""
    tables.insert_numbered(
        write,
        tables.credential_table(write, person_id),
        same={"person_id": person_id, "kind": str(kind)},
        hash=hashed,
        at=to_epoch(now),
        staff_id=staff_id,
    )


def check_place(write: Write, person_id: bytes) -> Refusal | None:
    """What opens something for the team is written behind a door only; see `schema`."""
    is_behind_door = write.role in OFFICE_ROLES
    if is_behind_door or not tables.is_of_team(write, person_id):
        return None
    return refusals.TEAM_AT_THE_DESK


async def give_secret(
    store: Store, actor: Actor, person_id: bytes, secret: str, *, now: datetime
) -> SecretKind | Refusal:
    """Set somebody's PIN or password for them, as the operator does for the team's first day."""
    problem = check_secret(secret)
    if problem is not None:
        return problem
    if not may(actor, Permission.RUN_NODE):
        return refusals.NOT_ALLOWED
    kind = kind_of_secret(secret)
    hashed = await in_thread(lambda: hash_secret(secret))

    def give(write: Write) -> SecretKind | Refusal:
        person = find_person(write, person_id)
        if person is None:
            return refusals.NOT_FOUND
        if is_minor(person.profile, now.year):
            return refusals.NOT_FOR_CHILDREN
        refusal = check_place(write, person_id)
        if refusal is not None:
            return refusal
        set_credential(write, person_id, kind, hashed, staff_id=actor.person_id or None, now=now)
        return kind

    return await store.write(give)


def forget_secrets(
    write: Write, actor: Actor, person_id: bytes, *, now: datetime
) -> Person | Refusal:
    """Somebody forgot their PIN: staff takes it away and signs them out everywhere, so that they
    begin again with the code of their household.
    """
    if not may(actor, Permission.MANAGE_PEOPLE):
        return refusals.NOT_ALLOWED
    person = find_person(write, person_id)
    if person is None:
        return refusals.NOT_FOUND
    if not person.household_id or tables.is_of_team(write, person_id):
        return refusals.NOT_ALLOWED
    staff_id = actor.person_id or None
    for kind in {row["kind"] for row in tables.select_credentials(write, person_id)}:
        set_credential(write, person_id, SecretKind(kind), "", staff_id=staff_id, now=now)
    holder = Actor(person_id, person.household_id, frozenset(), staff_id=staff_id)
    sign_out_everywhere(write, holder, now=now)
    return person


def sign_out_everywhere(write: Write, actor: Actor, *, device: str = "", now: datetime) -> None:
    """End every session of the actor at every node, and forget every device but this one.

    Links from outside are void too; from outside, they are all that can be ended. So are addresses
    of calendars: a lost phone keeps reading them. `device` is the token of the browser that asks.
    """
    close_outside_access(write, actor, now=now)
    if actor.is_away:
        return
    close_feeds(write, actor, now=now)
    at = to_epoch(now)
    device_id = token_id(device)
    known = tables.select_known_device(write, device_id, actor.person_id)
    write.insert("sign_out", id=new_id(), person_id=actor.person_id, at=at, staff_id=actor.staff_id)
    if known is not None:
        tables.upsert_device(
            write,
            device_id=device_id,
            person_id=actor.person_id,
            agent=known["agent"],
            sign_outs=tables.select_sign_outs(write, actor.person_id),
            seen_at=at,
        )
