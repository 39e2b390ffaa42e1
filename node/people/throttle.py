"""Pauses after wrong guesses, kept in buckets that survive a restart.

A guess is counted before it is checked, so that a thousand at once are a thousand guesses, and
taken back when it was right. A known device has a bucket of its own that nobody else can fill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from node.base.actors import Face
from node.base.ids import derived_id
from node.base.periods import to_epoch
from node.base.refusals import Refusal
from node.people import refusals, tables
from node.people.hashing import token_id
from node.people.model import Knock
from node.people.rules import PACES, Bucket, Guard, standing, wait_seconds
from node.store import Read, Store, Write

OWN = frozenset({Guard.KNOWN_DEVICE, Guard.CARD, Guard.PERSON_AT_PLACE})
"""Buckets that belong to one account: a right guess empties them. The shared ones it only gives
its own guess back, or somebody could empty them with an account of their own."""


@dataclass(frozen=True, slots=True)
class BucketKey:
    """One bucket: what it guards, and a digest that names nobody."""

    guard: Guard
    id: bytes


def known_device_buckets(person_id: bytes, device_id: bytes) -> tuple[BucketKey, ...]:
    """For somebody at a browser where they have signed in before."""
    return (_key(Guard.KNOWN_DEVICE, person_id, device_id),)


def card_buckets(card_id: bytes) -> tuple[BucketKey, ...]:
    """For a PIN beside a card: only who holds the card can fill it."""
    return (_key(Guard.CARD, card_id),)


def stranger_buckets(account: bytes, knock: Knock) -> tuple[BucketKey, ...]:
    """For somebody at a browser that is not known, trying for `account`.

    A kiosk's screen is many people's, so there only the account counts.
    """
    at_place = _key(Guard.PERSON_AT_PLACE, account, _place(knock))
    if knock.face is Face.KIOSK:
        return (at_place,)
    return (at_place, _key(Guard.PERSON, account), _key(Guard.ADDRESS, _place(knock)))


def code_buckets(read: Read, knock: Knock, device_id: bytes) -> tuple[BucketKey, ...]:
    """For household codes: a browser that somebody is known at is not slowed down by others."""
    if device_id and tables.select_device_persons(read, device_id):
        return (_key(Guard.CODE_AT_PLACE, device_id),)
    return (_key(Guard.CODE_AT_PLACE, _place(knock)), _key(Guard.CODE))


def feed_buckets(knock: Knock) -> tuple[BucketKey, ...]:
    """For secret addresses that are none: of calendars, lists and guests."""
    return (_key(Guard.FEED, knock.address),)


async def count_wrong_address(store: Store, knock: Knock, *, now: datetime) -> Refusal | None:
    """A secret address that is none was asked for over the line: count it as a wrong guess; how
    long to wait, where a pause runs.
    """
    buckets, at = feed_buckets(knock), to_epoch(now)
    pause = await store.read(lambda read: check_pause(read, buckets, now=at))
    if pause is None:
        pause = await store.write(lambda write: _count(write, buckets, at))
    return pause


def _count(write: Write, buckets: Sequence[BucketKey], at: int) -> Refusal | None:
    count_guess(write, buckets, now=at)
    return None


def _place(knock: Knock) -> str:
    return "kiosk" if knock.face is Face.KIOSK else knock.address


def _key(guard: Guard, *parts: bytes | str) -> BucketKey:
    return BucketKey(guard, derived_id("guess", guard, *parts))


def check_pause(read: Read, buckets: Sequence[BucketKey], *, now: int) -> Refusal | None:
    """The refusal that says how long to wait, if one of the buckets asks for it."""
    seconds = max(
        (wait_seconds(_bucket(read, key), PACES[key.guard], now) for key in buckets), default=0
    )
    return replace(refusals.WAIT, values={"seconds": seconds}) if seconds else None


def count_guess(write: Write, buckets: Sequence[BucketKey], *, now: int) -> Refusal | None:
    """Count a guess in all buckets, unless a pause runs: then nothing is counted."""
    refusal = check_pause(write, buckets, now=now)
    if refusal is not None:
        return refusal
    for key in buckets:
        failures = standing(_bucket(write, key), PACES[key.guard], now)
        tables.upsert_guess(write, key.id, failures=failures + 1, last_at=now)
    return None


def take_back(write: Write, buckets: Sequence[BucketKey]) -> None:
    """The guess was right: give it back."""
    for key in buckets:
        bucket = _bucket(write, key)
        if key.guard in OWN or bucket.failures <= 1:
            tables.delete_guess(write, key.id)
        else:
            tables.upsert_guess(write, key.id, failures=bucket.failures - 1, last_at=bucket.last_at)


def _bucket(read: Read, key: BucketKey) -> Bucket:
    row = tables.select_guess(read, key.id)
    return Bucket() if row is None else Bucket(row["failures"], row["last_at"])


async def count_code(store: Store, knock: Knock, *, now: datetime) -> Refusal | None:
    """A code that is short enough to be guessed is about to be tried: count it with the letters'
    codes of the same place; how long to wait, where a pause runs.
    """
    return await store.write(
        lambda write: count_guess(write, _codes(write, knock), now=to_epoch(now))
    )


async def take_code_back(store: Store, knock: Knock) -> None:
    """It was right."""
    await store.write(lambda write: take_back(write, _codes(write, knock)))


def _codes(read: Read, knock: Knock) -> tuple[BucketKey, ...]:
    return code_buckets(read, knock, token_id(knock.device))
