"""Access from outside: a resident opts in, and central lets the holder of a link in.

Central may know no names, so the fact it reads holds random ids, the digest of the link's token
and a snapshot of rights. The rights are written anew when they change at home.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from node.base.actors import Actor
from node.base.ids import new_id
from node.base.periods import from_epoch, to_epoch
from node.base.refusals import Refusal
from node.people import refusals, tables
from node.people.access import contracts_of, find_household, role_spans
from node.people.hashing import new_short_token, token_digest
from node.people.model import NEIGHBOURS, ContractTerms, OutsideRights, to_json
from node.people.rules import OUTSIDE_SECONDS
from node.store import Read, Write, decoded_cell


@dataclass(frozen=True, slots=True)
class OutsideAccess:
    """An access from outside that counts, as its owner sees it."""

    id: bytes
    made_at: datetime
    ends_at: datetime


def open_outside_access(write: Write, actor: Actor, *, now: datetime) -> str | Refusal:
    """Let the actor in from outside for a year; the token of the link, answered this once.

    Older links of theirs are void from now on.
    """
    if actor.is_away:
        return refusals.ONLY_AT_HOME
    if actor.staff_id is not None or not actor.roles & NEIGHBOURS:
        return refusals.NOT_ALLOWED
    close_outside_access(write, actor, now=now)
    token = new_short_token()
    ends_at = to_epoch(now) + OUTSIDE_SECONDS
    rights = _rights(write, actor.person_id, actor.household_id, ends_at)
    write.insert(
        "outside_access",
        id=new_id(),
        person_id=actor.person_id,
        household_id=actor.household_id,
        digest=token_digest(token),
        rights=to_json(rights),
        at=to_epoch(now),
    )
    return token


def close_outside_access(write: Write, actor: Actor, *, now: datetime) -> int:
    """Void all of the actor's links; how many that was."""
    accesses = tables.select_outside_accesses(write, actor.person_id)
    for access in accesses:
        _revoke(write, access["id"], staff_id=actor.staff_id, now=now)
    return len(accesses)


def list_outside_accesses(read: Read, actor: Actor, *, now: datetime) -> list[OutsideAccess]:
    """The actor's links that count."""
    found = []
    for row in tables.select_outside_accesses(read, actor.person_id):
        rights = decoded_cell(row["rights"], OutsideRights)
        if rights is not None and rights.ends_at > to_epoch(now):
            found.append(
                OutsideAccess(row["id"], from_epoch(row["at"]), from_epoch(rights.ends_at))
            )
    return found


def is_let_in_from_outside(read: Read, person_id: bytes, *, now: datetime) -> bool | None:
    """Whether somebody may act at central now; None where this node knows of no link of theirs."""
    if not tables.has_outside_access(read, person_id):
        return None
    at = to_epoch(now)
    found = tables.select_outside_accesses(read, person_id)
    held = [decoded_cell(row["rights"], OutsideRights) for row in found]
    return any(rights is not None and at < rights.ends_at for rights in held)


def refresh_outside_access(write: Write, person_id: bytes, *, now: datetime) -> None:
    """Bring the snapshots of rights up to date after a role or contract changed."""
    for row in tables.select_outside_accesses(write, person_id):
        old = decoded_cell(row["rights"], OutsideRights)
        rights = _rights(write, person_id, row["household_id"], row["at"] + OUTSIDE_SECONDS)
        at = to_epoch(now)
        if at >= rights.ends_at or not any(span.holds(at) for span in rights.roles):
            _revoke(write, row["id"], staff_id=None, now=now)
        elif rights != old:
            tables.update_row(write, "outside_access", row["id"], rights=to_json(rights))


def _rights(read: Read, person_id: bytes, household_id: bytes, ends_at: int) -> OutsideRights:
    spans = [span for span in role_spans(read, person_id) if span.role in NEIGHBOURS]
    household = find_household(read, household_id)
    if household is not None and household.profile.ends_at is not None:
        ends_at = min(ends_at, household.profile.ends_at)
    # Central decides by dates alone: what a contract costs is none of its business.
    contracts = (
        ContractTerms(starts_at=terms.starts_at, ends_at=terms.ends_at)
        for terms in contracts_of(read, household_id)
    )
    return OutsideRights(
        roles=tuple(sorted(spans, key=lambda span: span.role)),
        contracts=tuple(sorted(contracts, key=lambda terms: terms.starts_at)),
        ends_at=ends_at,
    )


def _revoke(write: Write, access_id: bytes, *, staff_id: bytes | None, now: datetime) -> None:
    tables.insert_once(
        write,
        "outside_access_revocation",
        (access_id,),
        access_id=access_id,
        at=to_epoch(now),
        staff_id=staff_id,
    )
