"""Cards: a random token in a QR, of which only the digest is kept. A card alone opens nothing."""

from __future__ import annotations

from datetime import datetime

from node.base.actors import Actor, Permission, may
from node.base.ids import new_id
from node.base.periods import to_epoch
from node.base.refusals import Refusal
from node.people import refusals, tables
from node.people.access import actor_of
from node.people.actions import check_place
from node.people.hashing import new_short_token, token_digest
from node.people.model import IssuedCard
from node.store import Write


def issue_card(
    write: Write, actor: Actor, person_id: bytes, *, now: datetime
) -> IssuedCard | Refusal:
    """Give somebody a card, which voids their older ones. The token is answered this once."""
    if not may(actor, Permission.MANAGE_PEOPLE):
        return refusals.NOT_ALLOWED
    holder = actor_of(write, person_id, face=actor.face, now=now)
    if holder is None:
        return refusals.NOT_FOUND
    refusal = check_place(write, person_id)
    if refusal is not None:
        return refusal
    revoke_cards(write, actor, person_id, now=now)
    card_id, token = new_id(), new_short_token()
    write.insert(
        tables.card_table(write, person_id),
        id=card_id,
        person_id=person_id,
        digest=token_digest(token),
        at=to_epoch(now),
        staff_id=actor.person_id or None,
    )
    return IssuedCard(card_id, holder.name, token)


def revoke_cards(write: Write, actor: Actor, person_id: bytes, *, now: datetime) -> int | Refusal:
    """Void all cards of somebody: by staff, or by themselves; how many that was."""
    if actor.is_away:
        return refusals.ONLY_AT_HOME
    if actor.person_id != person_id and not may(actor, Permission.MANAGE_PEOPLE):
        return refusals.NOT_ALLOWED
    staff_id = actor.staff_id or (actor.person_id if actor.person_id != person_id else None)
    cards = tables.select_cards(write, person_id)
    for card in cards:
        tables.insert_once(
            write,
            "card_revocation",
            (card["id"],),
            card_id=card["id"],
            at=to_epoch(now),
            staff_id=staff_id or None,
        )
    return len(cards)
