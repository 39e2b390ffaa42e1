"""Answers that were given and are still true: whoever asks the same again gets the same at once.

A page opts in by saying until when time alone leaves its words true (`Visit.page(..., until=...)`).
All else is seen to here and by the gate: an answer is found only by the same request of the same
person with the same rights, and is forgotten when a table that it was read from is committed to,
when the minute ends, when the clock was set back or is trusted no more. The gate has found the
person anew before it asks, so a session that ended, or rights that did, end what they could see.
The trap: what a page learns past `Visit` (a service, a module's variable) is not known here.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from node.base.actors import Actor
from node.store import Basis, Commits, Store
from node.web.asked import Key

BYTES_MAX = 4 * 1024 * 1024
"""Of bodies; some hundred pages, which is more than people who are awake at once."""

Headers = Iterable[tuple[bytes, bytes]]
ASK_AGAIN = (b"cache-control", b"private, no-cache")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole good answer, as the server takes it, and the tag that tells it from others."""

    headers: Headers
    body: bytes
    tag: str

    def for_whom_holds(self, tags: str) -> tuple[int, Headers, bytes]:
        """Status, headers and body for whoever holds answers of these tags (`If-None-Match`)."""
        if self.tag not in tags:
            return 200, self.headers, self.body
        return 304, [line for line in self.headers if line[0] not in OF_THE_BODY], b""

    @property
    def size(self) -> int:
        """What it costs to hold, roughly."""
        return len(self.body) + 1024


OF_THE_BODY = {b"content-length", b"content-type"}


def tagged(headers: Headers, body: bytes) -> Answer:
    """An answer that its reader's browser may hold, and must ask about before it is shown again."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    return Answer([*headers, (b"etag", tag.encode()), ASK_AGAIN], body, tag)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an answer rests on beside the request: who asked, when, by which clock, what was read.

    It is true before `until`, for all that time alone does.
    """

    actor: Actor
    now: datetime
    clock_trusted: bool
    basis: Basis
    until: datetime

    def hold(self, actor: Actor, now: datetime, *, clock_trusted: bool, commits: Commits) -> bool:
        """Whether the answer would be the same if it were given anew."""
        return (
            self.now <= now < self.until
            and self.actor == actor
            and self.clock_trusted == clock_trusted
            and self.basis.holds(commits)
        )


class Memory:
    """The answers of one node; see the module."""

    def __init__(self, store: Store, *, bytes_max: int = BYTES_MAX) -> None:
        self._store = store
        self._bytes_max = bytes_max
        self._bytes = 0
        self._held: OrderedDict[Key, tuple[Answer, Grounds]] = OrderedDict()

    def find(self, key: Key, actor: Actor, *, now: datetime, clock_trusted: bool) -> Answer | None:
        """The answer that this person was given to this request, if it is true still."""
        found = self._held.get(key)
        if found is None:
            return None
        answer, grounds = found
        commits = self._store.commits
        if not grounds.hold(actor, now, clock_trusted=clock_trusted, commits=commits):
            self._forget(key)
            return None
        self._held.move_to_end(key)
        return answer

    def keep(self, key: Key, answer: Answer, grounds: Grounds) -> None:
        """Hold an answer for as long as its grounds hold, a minute at most."""
        minute = grounds.now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        self._forget(key)
        self._held[key] = answer, replace(grounds, until=min(grounds.until, minute))
        self._bytes += answer.size
        while self._bytes > self._bytes_max:
            self._forget(next(iter(self._held)))

    def _forget(self, key: Key) -> None:
        found = self._held.pop(key, None)
        if found is not None:
            self._bytes -= found[0].size
