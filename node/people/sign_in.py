"""Signing in, pure of HTTP: one function for each way, each answers `SignedIn` or a `Refusal`.

Every way walks the same three steps: a write that counts the guess and reads the hash, the slow
check on a thread of its own, a write that gives the guess back and begins the session. A PIN is
only ever asked beside something that one has: the household's code, a card, or a known device.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from node.base.actors import Actor, Face
from node.base.periods import to_epoch
from node.base.refusals import Refusal
from node.base.scanned import readings
from node.people import refusals, tables, throttle
from node.people.access import actor_from_outside, actor_of, find_person, newest_spans
from node.people.actions import add_member, check_place, set_credential
from node.people.codes import household_of_code
from node.people.hashing import (
    code_digest,
    hash_secret,
    in_thread,
    read_short_token,
    token_digest,
    token_id,
    verify_secret,
)
from node.people.model import (
    TEAM,
    Denied,
    Household,
    Knock,
    OpenedCode,
    OutsideRights,
    SecretKind,
    SignedIn,
)
from node.people.reads import credentials_of, has_pin, has_secret, person_choices
from node.people.rules import check_secret, is_minor, kind_of_secret, read_code
from node.people.sessions import start_session
from node.people.throttle import BucketKey
from node.store import NodeRole, Read, Store, Write, decoded_cell

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Challenge:
    """A guess that was counted and is now to be checked; an empty `hash` is never right."""

    person_id: bytes
    buckets: tuple[BucketKey, ...]
    wrong: Refusal
    credential_id: bytes = b""
    hash: str = field(default="", repr=False)


Ask = Callable[[Write], Challenge | Denied | Refusal]


async def open_code(
    store: Store, knock: Knock, code: str, *, now: datetime
) -> OpenedCode | Refusal:
    """Whom a household code lets in: step one of the first time, and of every new device."""
    digest = await _digest(store, code)
    return _bare(await store.write(lambda write: _open(write, knock, digest, now)))


async def sign_in_first_time(
    store: Store,
    knock: Knock,
    *,
    code: str,
    secret: str,
    person_id: bytes | None = None,
    given_name: str = "",
    family_name: str = "",
    now: datetime,
) -> SignedIn | Refusal:
    """Choose oneself in the household (`person_id`) or add oneself by name, set a PIN or
    password, and be signed in.
    """
    only = SecretKind.PIN if knock.face is Face.KIOSK else None
    problem = check_secret(secret, kind=only)
    if problem is not None:
        return problem
    digest = await _digest(store, code)
    opened = _bare(await store.write(lambda write: _open(write, knock, digest, now)))
    if isinstance(opened, Refusal):
        return opened
    hashed = await in_thread(lambda: hash_secret(secret))

    def begin(write: Write) -> SignedIn | Refusal:
        household = household_of_code(write, digest, now=now)
        if isinstance(household, Refusal):
            return household
        chosen = person_id
        if chosen is None:
            added = add_member(write, household, given_name, family_name, now=now)
            if isinstance(added, Refusal):
                return added
            chosen = added.id
        refusal = _check_newcomer(write, household, chosen, now)
        if refusal is not None:
            return refusal
        set_credential(write, chosen, kind_of_secret(secret), hashed, staff_id=None, now=now)
        return _enter(write, knock, chosen, now)

    return await store.write(begin)


def _check_newcomer(
    read: Read, household: Household, person_id: bytes, now: datetime
) -> Refusal | None:
    person = find_person(read, person_id)
    if person is None or person.household_id != household.id:
        return refusals.NOT_FOUND
    if is_minor(person.profile, now.year):
        return refusals.NOT_FOR_CHILDREN
    if tables.is_of_team(read, person_id):
        return refusals.TEAM_BY_OPERATOR
    if has_secret(read, person_id):
        return replace(refusals.ALREADY_HAS_SECRET, values={"name": person.name})
    return None


async def sign_in_with_pin(
    store: Store, knock: Knock, person_id: bytes, secret: str, *, code: str = "", now: datetime
) -> SignedIn | Refusal:
    """PIN or password: at a device where this person is known, or together with the code."""
    if knock.face is Face.KIOSK and kind_of_secret(secret) is not SecretKind.PIN:
        return refusals.NOT_A_PIN
    digest = await _digest(store, code) if code else b""
    kind = kind_of_secret(secret)

    def ask(write: Write) -> Challenge | Denied | Refusal:
        device_id = token_id(knock.device)
        if device_id and tables.select_known_device(write, device_id, person_id) is not None:
            buckets = throttle.known_device_buckets(person_id, device_id)
            return _challenge(write, person_id, kind, buckets, now=now)
        if not code:
            return refusals.CODE_NEEDED
        household = _try_code(write, knock, digest, now)
        if isinstance(household, Refusal | Denied):
            return household
        person = find_person(write, person_id)
        if person is None or person.household_id != household.id:
            return refusals.NOT_FOUND
        if not has_secret(write, person_id):
            return refusals.NO_SECRET
        buckets = throttle.stranger_buckets(person_id, knock)
        return _challenge(write, person_id, kind, buckets, now=now)

    return await _prove(store, knock, ask, secret, now)


async def sign_in_with_card(
    store: Store, knock: Knock, scanned: str, pin: str, *, now: datetime
) -> SignedIn | Refusal:
    """A card and its holder's PIN, as at the kiosk. `scanned` is what the QR said, or what a
    scanner of another layout made of it.
    """
    if kind_of_secret(pin) is not SecretKind.PIN:
        return refusals.NOT_A_PIN
    tokens = [token for token in map(read_short_token, readings(scanned)) if token]

    def ask(write: Write) -> Challenge | Denied | Refusal:
        cards = (tables.select_card(write, token_digest(token)) for token in tokens)
        card = next((each for each in cards if each is not None), None)
        if card is None or card["revoked"]:
            return refusals.CARD_UNKNOWN
        if not has_pin(write, card["person_id"]):
            return refusals.PIN_MISSING
        buckets = throttle.card_buckets(card["id"])
        return _challenge(write, card["person_id"], SecretKind.PIN, buckets, now=now)

    return await _prove(store, knock, ask, pin, now)


async def sign_in_with_name(
    store: Store, knock: Knock, name: str, password: str, *, now: datetime
) -> SignedIn | Refusal:
    """Staff, management and operator: their sign-in name and password. A name that does not
    exist takes as long and gets the same answer.
    """
    wanted = name.strip().casefold()

    def ask(write: Write) -> Challenge | Denied | Refusal:
        person_id = team_member(write, wanted)
        device_id = token_id(knock.device)
        buckets = throttle.stranger_buckets(token_digest(wanted), knock)
        if device_id and tables.select_known_device(write, device_id, person_id) is not None:
            buckets = throttle.known_device_buckets(person_id, device_id)
        wrong = refusals.NAME_OR_PASSWORD_WRONG
        kind = SecretKind.PASSWORD
        return _challenge(write, person_id, kind, buckets, wrong=wrong, now=now)

    return await _prove(store, knock, ask, password, now)


async def sign_in_from_outside(
    store: Store, knock: Knock, token: str, *, now: datetime
) -> SignedIn | Refusal:
    """The link that somebody made at home, opened at central: rights, but no name."""
    if store.core.role is not NodeRole.CENTRAL:
        return refusals.ACCESS_ELSEWHERE
    digest = token_digest(read_short_token(token))

    def enter(write: Write) -> SignedIn | Refusal:
        row = tables.select_outside_access(write, digest)
        rights = decoded_cell(row["rights"], OutsideRights) if row is not None else None
        actor = actor_from_outside(rights, row, now=now) if rights is not None else None
        if row is None or actor is None:
            return refusals.ACCESS_UNKNOWN
        at_central = replace(knock, face=Face.CENTRAL)
        return start_session(write, actor, at_central, access_id=row["id"], now=now)

    return await store.write(enter)


async def change_secret(
    store: Store, knock: Knock, actor: Actor, *, old: str, new: str, now: datetime
) -> SecretKind | Refusal:
    """Set a new PIN or password after proving the old one; the kind that was set.

    Who has a password may add a PIN this way, for the kiosk, and keeps both.
    """
    problem = check_secret(new)
    if problem is not None:
        return problem
    refusal = _check_own(actor)
    if refusal is not None:
        return refusal
    kind = kind_of_secret(new)

    def ask(write: Write) -> Challenge | Denied | Refusal:
        device_id = token_id(knock.device)
        buckets = throttle.stranger_buckets(actor.person_id, knock)
        if device_id and tables.select_known_device(write, device_id, actor.person_id) is not None:
            buckets = throttle.known_device_buckets(actor.person_id, device_id)
        old_kind = kind_of_secret(old)
        return _challenge(write, actor.person_id, old_kind, buckets, now=now)

    challenge = await _check(store, ask, old)
    if isinstance(challenge, Refusal):
        return challenge
    hashed = await in_thread(lambda: hash_secret(new))

    def change(write: Write) -> SecretKind | Refusal:
        refusal = check_place(write, actor.person_id)
        if refusal is not None:
            return refusal
        throttle.take_back(write, challenge.buckets)
        set_credential(write, actor.person_id, kind, hashed, staff_id=None, now=now)
        return kind

    return await store.write(change)


def _check_own(actor: Actor) -> Refusal | None:
    if actor.is_away:
        return refusals.ONLY_AT_HOME
    return refusals.NOT_ALLOWED if actor.staff_id is not None else None


# The three steps


async def _prove(
    store: Store, knock: Knock, ask: Ask, secret: str, now: datetime
) -> SignedIn | Refusal:
    challenge = await _check(store, ask, secret)
    if isinstance(challenge, Refusal):
        return challenge

    def enter(write: Write) -> SignedIn | Refusal:
        throttle.take_back(write, challenge.buckets)
        known = credentials_of(write, challenge.person_id).values()
        if challenge.credential_id not in {credential_id for credential_id, _ in known}:
            return challenge.wrong
        return _enter(write, knock, challenge.person_id, now)

    return await store.write(enter)


async def _check(store: Store, ask: Ask, secret: str) -> Challenge | Refusal:
    answer = await store.write(ask)
    if isinstance(answer, Refusal | Denied):
        return answer if isinstance(answer, Refusal) else answer.refusal
    is_right = await in_thread(lambda: verify_secret(answer.hash, secret))
    return answer if is_right else answer.wrong


def _challenge(
    write: Write,
    person_id: bytes,
    kind: SecretKind,
    buckets: tuple[BucketKey, ...],
    *,
    wrong: Refusal = refusals.PIN_WRONG,
    now: datetime,
) -> Challenge | Refusal:
    refusal = throttle.count_guess(write, buckets, now=to_epoch(now))
    if refusal is not None:
        return refusal
    credential_id, hashed = credentials_of(write, person_id).get(kind, (b"", ""))
    return Challenge(person_id, buckets, wrong, credential_id, hashed)


def _enter(write: Write, knock: Knock, person_id: bytes, now: datetime) -> SignedIn | Refusal:
    actor = actor_of(write, person_id, face=knock.face, now=now)
    if actor is None:
        return refusals.MOVED_OUT
    if knock.face is Face.DESK and not actor.roles & TEAM:
        return refusals.NOT_ALLOWED
    return start_session(write, actor, knock, now=now)


def _open(
    write: Write, knock: Knock, digest: bytes, now: datetime
) -> OpenedCode | Denied | Refusal:
    household = _try_code(write, knock, digest, now)
    if isinstance(household, Refusal | Denied):
        return household
    return OpenedCode(household.id, household.name, person_choices(write, household.id, now=now))


def _try_code(
    write: Write, knock: Knock, digest: bytes, now: datetime
) -> Household | Denied | Refusal:
    """The household of a code; a wrong one is counted, and slows only strangers down."""
    if not digest:
        return refusals.CODE_WRONG
    buckets = throttle.code_buckets(write, knock, token_id(knock.device))
    refusal = throttle.check_pause(write, buckets, now=to_epoch(now))
    if refusal is not None:
        return refusal
    household = household_of_code(write, digest, now=now)
    if isinstance(household, Refusal):
        throttle.count_guess(write, buckets, now=to_epoch(now))
        return Denied(household)
    return household


async def _digest(store: Store, code: str) -> bytes:
    typed = read_code(code)
    if not typed:
        return b""
    quarter_id = store.core.quarter
    return await in_thread(lambda: code_digest(typed, quarter_id=quarter_id))


def team_member(read: Read, sign_in: str) -> bytes:
    """Who signs in by this name; b"" for nobody."""
    of_person: dict[bytes, list[Any]] = {}
    for row in tables.select_team_roles(read):
        of_person.setdefault(row["person_id"], []).append(row)
    for person_id, rows in sorted(of_person.items()):
        spans = newest_spans(rows).values()
        if sign_in and any(span.sign_in.casefold() == sign_in.casefold() for span in spans):
            return person_id
    return b""


def _bare(result: T | Denied | Refusal) -> T | Refusal:
    return result.refusal if isinstance(result, Denied) else result
