"""Writes that may be sent twice and happen once (Idempotency-Key, IETF draft).

The answer is kept in the same transaction as the write itself, so a cut line between the two is
no matter. A refusal keeps nothing: it may be tried again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

import msgspec

from node.api import tables
from node.base.ids import derived_id
from node.base.periods import to_epoch
from node.base.refusals import N_, Refusal
from node.store import Write
from node.web.visit import Visit

T = TypeVar("T", bound=msgspec.Struct)
KEPT_SECONDS = 24 * 3600
KEPT_MAX = 20_000
"""Answers kept at most: whoever repeats a write under ever new keys fills no disk."""


async def once(
    visit: Visit, key: str, body: object, kind: type[T], do: Callable[[Write], T | Refusal]
) -> T:
    """Do a write, or answer what was answered to the same key of the same asker before."""
    if not key:
        return await visit.write(do)
    answer_id = derived_id("api", *_asker(visit), visit.request.url.path, key)
    digest = hashlib.sha256(msgspec.json.encode(body)).digest()

    def run(write: Write) -> T | Refusal:
        kept = tables.select_answer(write, answer_id)
        if kept is not None:
            same = kept[0] == digest
            return msgspec.json.decode(kept[1], type=kind) if same else KEY_REUSED
        result = do(write)
        if isinstance(result, Refusal):
            return result
        at = to_epoch(visit.now)
        tables.delete_answers(write, before=at - KEPT_SECONDS, most=KEPT_MAX)
        tables.insert_answer(
            write, answer_id, request=digest, answer=msgspec.json.encode(result), at=at
        )
        return result

    return await visit.write(run)


def _asker(visit: Visit) -> tuple[bytes, str]:
    """Whose keys these are: a person's, or an address's where nobody is signed in."""
    if visit.actor.is_signed_in:
        return visit.actor.person_id, ""
    client = visit.request.client
    return b"", client.host if client else ""


KEY_REUSED = Refusal(
    "api.key_reused",
    N_("Dieser Idempotency-Key gehört zu einer anderen Anfrage."),
    N_("Nehmen Sie für jede Anfrage einen neuen."),
    status=422,
    field="Idempotency-Key",
)
