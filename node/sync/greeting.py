"""Greeting: both sides prove their key by signing the other's fresh number.

The caller has pinned the called node's key in the TLS handshake already; the proofs bind both
keys and both greetings to this one meeting. Whoever cannot prove a key in good standing gets one
answer, always the same (None here). Numbers for signing cost no memory until they were used by
somebody who proved a key, so a flood of strangers fills nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from node.store import (
    HOUSE_ROLES,
    SEALED,
    Chain,
    Identity,
    Member,
    Members,
    NodeRole,
    Scope,
    is_signed,
    scopes_of,
)
from node.sync.house_key import HouseKey
from node.sync.roster import Roster, RosterNode, SignedRoster
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import (
    PROTOCOL,
    Greeting,
    HeadSaid,
    Hello,
    Nonce,
    Welcome,
    WireError,
    pack_greeting,
    unpack_greeting,
)

NONCE_GOOD_SECONDS = 30.0
SESSION_IDLE_SECONDS = 900.0
SESSIONS_MAX_PER_PEER = 8
"""A peer that greets more often loses its oldest sessions, never anybody else's."""

_HELLO = "quartier hello 1"
_WELCOME = "quartier welcome 1"
_RANDOM_BYTES = 16
_MAC_BYTES = 16


@dataclass(frozen=True)
class Here:
    """What this node is at the moment of a round."""

    identity: Identity
    quarter: bytes
    epoch: bytes
    schema: int
    roster: Roster
    house_key: HouseKey | None = None

    @property
    def site_id(self) -> bytes:
        """The own id."""
        return self.identity.site_id

    @property
    def role(self) -> NodeRole:
        """The own role; a node that the roster does not name shares nothing of the house."""
        node = self.roster.active(self.site_id)
        return node.role if node is not None else NodeRole.CENTRAL

    def shared_scopes(self, peer: RosterNode) -> frozenset[str]:
        """The scopes that both may hold: nothing else is told, asked or taken.

        Between the house and central its chains travel sealed, if this node can seal; and to a
        node that only the roster calls one of the house, not at all.
        """
        shared = scopes_of(self.role) & scopes_of(peer.role)
        if self.role in HOUSE_ROLES and peer.role in HOUSE_ROLES:
            return shared if self.is_of_house(peer) else shared - {Scope.HOUSE}
        if self.role in HOUSE_ROLES:
            return shared | {SEALED} if self.house_key is not None else shared
        return shared | {SEALED} if peer.role in HOUSE_ROLES else shared - {SEALED}

    def is_of_house(self, node: RosterNode) -> bool:
        """Whether a node is one of the house by the house's word, as far as it is known here."""
        if node.role not in HOUSE_ROLES:
            return False
        return self.house_key is None or self.house_key.is_vouched(node)

    @property
    def members(self) -> Members:
        """The roster as intake needs it."""
        return {
            site: Member(node.public_key, node.role, node.revoked_after, self.is_of_house(node))
            for site, node in self.roster.nodes.items()
        }

    def with_roster(self, roster: Roster | None) -> Here:
        """The same under a newer roster."""
        return self if roster is None else replace(self, roster=roster)

    def greeting(self, heads: tuple[HeadSaid, ...]) -> Greeting:
        """What we say of ourselves."""
        return Greeting(PROTOCOL, self.quarter, self.epoch, self.schema, self.roster.rank, heads)

    def roster_for(self, rank: int) -> SignedRoster | None:
        """Our roster for somebody whose own ranks like this."""
        return self.roster.signed if self.roster.rank > rank else None


@dataclass
class Session:
    """A greeted peer; `said` is what it last told of its heads, a hint and no proof.

    `forked` are the chains of which it and this node know two histories.
    """

    token: bytes
    site: bytes
    said: dict[Chain, HeadSaid] = field(default_factory=dict)
    forked: frozenset[Chain] = frozenset()
    used_at: float = 0.0


def check_greeting(here: Here, greeting: Greeting) -> None:
    """Raise `TroubleError` unless both speak the same protocol about the same history."""
    if greeting.protocol != PROTOCOL:
        older = greeting.protocol < PROTOCOL
        raise TroubleError(Trouble.PEER_OLDER if older else Trouble.PEER_NEWER)
    if greeting.quarter != here.quarter:
        raise TroubleError(Trouble.OTHER_QUARTER)
    if greeting.epoch != here.epoch:
        raise TroubleError(Trouble.OTHER_EPOCH)


def make_hello(here: Here, server_key: bytes, nonce: bytes, mine: bytes, greeting: bytes) -> Hello:
    """The caller's proof; `mine` is its own fresh number, for the called node to sign."""
    proof = here.identity.sign(_HELLO, _statement(nonce, server_key, mine, greeting))
    return Hello(here.identity.public_key, nonce, mine, greeting, proof, here.roster.signed)


def check_welcome(here: Here, server_key: bytes, hello: Hello, welcome: Welcome) -> Greeting:
    """What the called node says of itself, once it has proven its key; raises `TroubleError`."""
    statement = _statement(
        hello.client_nonce, here.identity.public_key, hello.server_nonce, welcome.greeting
    )
    if not is_signed(server_key, _WELCOME, statement, welcome.proof):
        raise TroubleError(Trouble.WRONG_KEY, "false proof in the welcome")
    greeting = unpack_greeting(welcome.greeting)
    check_greeting(here, greeting)
    return greeting


class Greeter:
    """The called side: gives numbers to sign, checks proofs, remembers who was greeted.

    `random` gives so many random bytes; times are seconds of a clock that only runs forward.
    """

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._random = random
        self._secret = random(32)
        self._used: dict[bytes, float] = {}
        self._sessions: OrderedDict[bytes, Session] = OrderedDict()

    def nonce(self, now: float) -> Nonce:
        """A fresh number to sign."""
        fresh = self._random(_RANDOM_BYTES) + int(now * 1000).to_bytes(8, "big")
        return Nonce(fresh + self._mac(fresh))

    def check_hello(self, here: Here, hello: Hello, now: float) -> Greeting | None:
        """The caller's greeting if it has proven a key of the roster, else None; a revoked one
        counts here too (see `Dismissed`).
        """
        known = {node.public_key for node in here.roster.body.nodes}
        if hello.public_key not in known or not self._is_fresh(hello.server_nonce, now):
            return None
        statement = _statement(
            hello.server_nonce, here.identity.public_key, hello.client_nonce, hello.greeting
        )
        if not is_signed(hello.public_key, _HELLO, statement, hello.proof):
            return None
        self._used[hello.server_nonce] = now
        try:
            return unpack_greeting(hello.greeting)
        except WireError:
            return None

    def welcome(
        self, here: Here, hello: Hello, greeting: Greeting, mine: Greeting, now: float
    ) -> tuple[Welcome, Session]:
        """Open a session for a caller that `check_hello` has accepted."""
        session = Session(self._random(32), _site_of(here, hello.public_key), used_at=now)
        session.said = {head.chain: head for head in greeting.heads}
        own = [s for s in self._sessions.values() if s.site == session.site]
        for old in own[: max(0, len(own) - SESSIONS_MAX_PER_PEER + 1)]:
            del self._sessions[old.token]
        self._sessions[session.token] = session
        said = pack_greeting(mine)
        statement = _statement(hello.client_nonce, hello.public_key, hello.server_nonce, said)
        proof = here.identity.sign(_WELCOME, statement)
        roster = here.roster_for(greeting.roster_rank)
        return Welcome(session.token, said, proof, roster), session

    def session(self, here: Here, token: bytes, now: float) -> Session | None:
        """The session of a token, unless it idled too long or its peer was revoked since."""
        session = self._sessions.get(token)
        if session is None:
            return None
        idle = now - session.used_at > SESSION_IDLE_SECONDS
        if idle or here.roster.active(session.site) is None:
            del self._sessions[token]
            return None
        session.used_at = now
        return session

    def forget(self) -> None:
        """End all sessions; everybody has to greet again."""
        self._sessions.clear()

    def _is_fresh(self, nonce: bytes, now: float) -> bool:
        self._used = {n: at for n, at in self._used.items() if now - at < NONCE_GOOD_SECONDS}
        fresh, mac = nonce[:-_MAC_BYTES], nonce[-_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(fresh)) or nonce in self._used:
            return False
        made_at = int.from_bytes(fresh[_RANDOM_BYTES:], "big") / 1000
        return now - made_at < NONCE_GOOD_SECONDS

    def _mac(self, fresh: bytes) -> bytes:
        return hmac.digest(self._secret, fresh, "sha256")[:_MAC_BYTES]


def _site_of(here: Here, public_key: bytes) -> bytes:
    return next(s for s, node in here.roster.nodes.items() if node.public_key == public_key)


def _statement(nonce: bytes, key: bytes, own_nonce: bytes, greeting: bytes) -> bytes:
    """What a proof signs: the other's number and key, one's own number and greeting."""
    parts = (nonce, key, own_nonce, hashlib.sha256(greeting).digest())
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)
