"""Sessions: who is signed in at which browser of this node.

A session is a random token in a cookie; here lies only its digest. It ends by time, by signing
out, and by every fact "signed out everywhere", wherever that was written: a session remembers how
many such facts its node knew when it began, so no clock is asked and nothing is replayed twice.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from node.base.actors import Actor, Face
from node.base.periods import from_epoch, to_epoch
from node.people import tables
from node.people.access import actor_from_outside, actor_of
from node.people.hashing import new_token, token_id
from node.people.model import FoundSession, Knock, OutsideRights, Session, SignedIn
from node.people.rules import SESSION_SECONDS, session_serves, slides
from node.store import Read, Store, Write, decoded_cell

AGENT_CHARS_MAX = 120
CACHED_MAX = 512
"""Sessions held in memory: more than a quarter has awake at once."""
CACHED_SECONDS = 30
"""A cached actor is asked again after this long, for a contract may have ended meanwhile."""

WATCHED = tables.STANDING | {"sign_out"}
"""A change of one of these tables, here or merged, empties the cache."""


def start_session(
    write: Write, actor: Actor, knock: Knock, *, access_id: bytes = b"", now: datetime
) -> SignedIn:
    """Begin a session of a person who has proved themselves.

    At a browser of their own the device becomes known; a kiosk's or desk's token is nobody's.
    """
    at, token = to_epoch(now), new_token()
    device = _device_token(write, knock)
    sign_outs = tables.select_sign_outs(write, actor.person_id)
    agent = knock.agent[:AGENT_CHARS_MAX]
    ends_at = at + SESSION_SECONDS[knock.face]
    write.insert(
        "session",
        id=token_id(token),
        person_id=actor.person_id,
        access_id=access_id,
        face=str(knock.face),
        device_id=token_id(device),
        agent=agent,
        sign_outs=sign_outs,
        started_at=at,
        seen_at=at,
        ends_at=ends_at,
    )
    if device:
        tables.upsert_device(
            write,
            device_id=token_id(device),
            person_id=actor.person_id,
            agent=agent,
            sign_outs=sign_outs,
            seen_at=at,
        )
    return SignedIn(token, device, actor, from_epoch(ends_at))


def _device_token(read: Read, knock: Knock) -> str:
    """The browser's token; one that this node does not know was perhaps put there by somebody
    who waits for it to become known, so it is replaced.
    """
    if knock.face in (Face.KIOSK, Face.CENTRAL):
        return ""
    is_known = knock.device and tables.select_device_persons(read, token_id(knock.device))
    return knock.device if is_known else new_token()


def find_session(read: Read, token: str, *, face: Face, now: datetime) -> FoundSession | None:
    """The session of a token, if it counts at this face now, with the person as an actor."""
    row = tables.select_session(read, token_id(token)) if token else None
    if row is None or row["sign_outs"] != row["sign_outs_now"]:
        return None
    session = session_of(row)
    if session.ends_at <= now or not session_serves(session.face, face):
        return None
    actor = _actor_of_session(read, row, face, now)
    return None if actor is None else FoundSession(session, actor)


def _actor_of_session(read: Read, row: Any, face: Face, now: datetime) -> Actor | None:
    if not row["access_id"]:
        return actor_of(read, row["person_id"], face=face, now=now)
    access = tables.select_outside_access_by_id(read, row["access_id"])
    rights = decoded_cell(access["rights"], OutsideRights) if access is not None else None
    return actor_from_outside(rights, access, now=now) if rights is not None else None


def touch_session(write: Write, session: Session, *, now: datetime) -> datetime:
    """Note that a session is in use and prolong it; when it ends from now on."""
    at = to_epoch(now)
    ends_at = at + SESSION_SECONDS[session.face]
    tables.update_row(write, "session", session.id, seen_at=at, ends_at=ends_at)
    return from_epoch(ends_at)


def end_session(write: Write, token: str) -> bool:
    """Sign out here; whether there was a session."""
    return bool(tables.delete_session(write, token_id(token)))


def session_of(row: Any) -> Session:
    """A row as the session it is."""
    return Session(
        id=row["id"],
        person_id=row["person_id"],
        face=Face(row["face"]),
        agent=row["agent"],
        started_at=from_epoch(row["started_at"]),
        seen_at=from_epoch(row["seen_at"]),
        ends_at=from_epoch(row["ends_at"]),
    )


@dataclass(frozen=True, slots=True)
class _Cached:
    found: FoundSession
    asked_at: datetime


class Sessions:
    """Finds the actor of a token without a hop to the store for everyone who was just here."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cached: OrderedDict[tuple[bytes, Face], _Cached] = OrderedDict()
        self._changes = 0
        self._unsubscribe = store.subscribe(self.forget_changed)

    def close(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    async def find(self, token: str, *, face: Face, now: datetime) -> FoundSession | None:
        """The session of a token with its actor, or None; prolongs it where use does."""
        if not token:
            return None
        key = (token_id(token), face)
        found = self._fresh(key, now)
        if found is None:
            changes = self._changes
            found = await self._store.read(
                lambda read: find_session(read, token, face=face, now=now)
            )
            if found is None:
                return None
            if changes == self._changes:
                self._keep(key, found, now)
        session = found.session
        if slides(session.face, ends_at=to_epoch(session.ends_at), now=to_epoch(now)):
            self._cached.pop(key, None)
            await self._store.write(lambda write: touch_session(write, session, now=now))
        return found

    def _fresh(self, key: tuple[bytes, Face], now: datetime) -> FoundSession | None:
        cached = self._cached.get(key)
        if cached is None:
            return None
        age = (now - cached.asked_at).total_seconds()
        if not 0 <= age < CACHED_SECONDS or cached.found.session.ends_at <= now:
            del self._cached[key]
            return None
        self._cached.move_to_end(key)
        return cached.found

    def _keep(self, key: tuple[bytes, Face], found: FoundSession, now: datetime) -> None:
        self._cached[key] = _Cached(found, now)
        while len(self._cached) > CACHED_MAX:
            self._cached.popitem(last=False)

    async def end(self, token: str) -> None:
        """Sign out here."""
        await self._store.write(lambda write: end_session(write, token))
        self.forget()

    async def end_other(self, actor: Actor, session_id: bytes) -> bool:
        """End one of the actor's own sessions at another browser; whether it was theirs."""
        ended = await self._store.write(
            lambda write: tables.delete_session(write, session_id, actor.person_id)
        )
        self.forget()
        return ended == 1

    async def forget_device(self, actor: Actor, device_id: bytes) -> bool:
        """Forget a browser of the actor's and end their sessions there; whether it was theirs.

        At it they need their code again.
        """
        forgotten = await self._store.write(
            lambda write: tables.delete_device(write, device_id, actor.person_id)
        )
        self.forget()
        return isinstance(forgotten, int) and forgotten > 0

    def forget_changed(self, touched: frozenset[str]) -> None:
        """Follow a commit: rights may have changed."""
        if touched & WATCHED:
            self.forget()

    def forget(self) -> None:
        """Empty the cache; also what is being read right now is not kept."""
        self._changes += 1
        self._cached.clear()
