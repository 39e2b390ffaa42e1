"""Paper codes: one for each household, twelve characters, only a slow digest is kept.

The newest code counts, older letters are void; a revocation voids all codes up to a number. A
code that was issued at one node opens at every node that has heard of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from node import quarter
from node.base.actors import Actor, Permission, may
from node.base.ids import random_code
from node.base.periods import to_epoch
from node.base.refusals import Refusal
from node.people import refusals, tables
from node.people.access import find_household, has_ended, household_of
from node.people.hashing import code_digest, in_thread
from node.people.model import CodeLetter, Household, IssuedCode
from node.people.places import address_lines, place_name, place_names
from node.people.rules import CODE_CHARS, grouped_code
from node.store import Read, Store, Write

LETTERS_A_WRITE = 50
"""So many codes are written in one transaction, for others wait while it runs."""

Progress = Callable[[int, int], object]
"""Called with the letters done and the letters to do in all."""


@dataclass(frozen=True, slots=True)
class FreshCode:
    """A code that was made but belongs to nobody yet, with its digest."""

    code: str = field(repr=False)
    digest: bytes


def fresh_code(quarter_id: bytes) -> FreshCode:
    """Make a code; takes some milliseconds, so many are made outside a transaction."""
    code = random_code(CODE_CHARS)
    return FreshCode(code, code_digest(code, quarter_id=quarter_id))


def issue_code(
    write: Write,
    actor: Actor,
    household_id: bytes,
    *,
    fresh: FreshCode | None = None,
    now: datetime,
) -> IssuedCode | Refusal:
    """Give a household a new code, which voids its older ones. The clear code is answered this
    once and kept nowhere.
    """
    if not may(actor, Permission.ISSUE_CODES):
        return refusals.NOT_ALLOWED
    household = find_household(write, household_id)
    if household is None:
        return refusals.NOT_FOUND
    if has_ended(household, now):
        return refusals.MOVED_OUT
    made = fresh or fresh_code(write.quarter_id)
    tables.insert_numbered(
        write,
        "household_code",
        same={"household_id": household_id},
        digest=made.digest,
        at=to_epoch(now),
        staff_id=actor.person_id or None,
    )
    return IssuedCode(household_id, grouped_code(made.code))


def revoke_codes(
    write: Write, actor: Actor, household_id: bytes, *, now: datetime
) -> int | Refusal:
    """Void every code that a household has; the number of the last one voided."""
    if not may(actor, Permission.ISSUE_CODES):
        return refusals.NOT_ALLOWED
    newest = tables.select_newest_code(write, household_id)
    if newest is None:
        return refusals.NOT_FOUND
    number = int(newest["number"])
    tables.insert_once(
        write,
        "code_revocation",
        (household_id, number),
        household_id=household_id,
        number=number,
        at=to_epoch(now),
        staff_id=actor.person_id or None,
    )
    return number


def household_of_code(read: Read, digest: bytes, *, now: datetime) -> Household | Refusal:
    """The household that a code opens, or why it opens none."""
    code = tables.select_code(read, digest)
    if code is None:
        return refusals.CODE_WRONG
    newest = tables.select_newest_code(read, code["household_id"])
    row = tables.select_household(read, code["household_id"])
    if newest is None or row is None:
        return refusals.CODE_WRONG
    if newest["number"] <= newest["revoked"]:
        return refusals.CODE_REVOKED
    if newest["id"] != code["id"]:
        return refusals.CODE_REPLACED
    household = household_of(row)
    return refusals.MOVED_OUT if has_ended(household, now) else household


async def issue_letters(
    store: Store,
    actor: Actor,
    *,
    household_ids: Sequence[bytes] | None = None,
    progress: Progress | None = None,
    now: datetime,
) -> list[CodeLetter] | Refusal:
    """Give these households (all that live here, where none are named) new codes, and the letters
    that bring them. Older letters are void from now on, whether or not these are ever sent.
    """
    if not may(actor, Permission.ISSUE_CODES):
        return refusals.NOT_ALLOWED
    if household_ids is None:
        household_ids = await store.read(lambda read: _who_gets_letters(read, now))
    letters: list[CodeLetter] = []
    for start in range(0, len(household_ids), LETTERS_A_WRITE):
        part = household_ids[start : start + LETTERS_A_WRITE]
        issued = await _issue_part(store, actor, part, now)
        if isinstance(issued, Refusal):
            return issued
        letters.extend(issued)
        if progress is not None:
            progress(len(letters), len(household_ids))
    return letters


async def _issue_part(
    store: Store, actor: Actor, household_ids: Sequence[bytes], now: datetime
) -> list[CodeLetter] | Refusal:
    quarter_id = store.core.quarter
    fresh = await in_thread(lambda: [fresh_code(quarter_id) for _ in household_ids])

    def issue(write: Write) -> list[CodeLetter] | Refusal:
        letters = []
        for household_id, made in zip(household_ids, fresh, strict=True):
            issued = issue_code(write, actor, household_id, fresh=made, now=now)
            if isinstance(issued, Refusal):
                return issued
            letters.append(_letter(write, issued, now))
        return letters

    return await store.write(issue)


def _who_gets_letters(read: Read, now: datetime) -> list[bytes]:
    """Those who live here, in the order in which letters are carried round."""
    households = [household_of(row) for row in tables.select_all_households(read)]
    living = [h for h in households if h.profile.lives_here and not has_ended(h, now)]
    places = place_names(read)
    living.sort(key=lambda h: (places.get(h.flat_id, h.profile.address), h.name))
    return [household.id for household in living]


def _letter(read: Read, issued: IssuedCode, now: datetime) -> CodeLetter:
    household = find_household(read, issued.household_id)
    if household is None:
        raise LookupError("a letter for a household that is not there")
    profile = quarter.get_profile(read)
    contact = profile.contact
    return CodeLetter(
        household_id=household.id,
        household_name=household.name,
        address_lines=address_lines(read, household),
        place=place_name(read, household),
        code=issued.code,
        issued_on=now.astimezone(quarter.zone_of(read)).date(),
        sender=", ".join(part for part in (contact.operator, contact.address) if part),
        phone=contact.phone,
        language=household.profile.language,
    )
