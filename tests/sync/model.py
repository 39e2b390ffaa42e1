"""What replication is to come to, in a few lines: heads, chains, and who decides.

A specification that can be run. It knows no bytes, no database and no round: a chain is a list of
what was said in it, a node holds a beginning of each, two that meet hold the longer one of both.
`test_model.py` compares it with the real code after every step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

Chain = tuple[str, str]
"""A writer and a scope."""


@dataclass(frozen=True)
class Request:
    """Somebody wants a time that nobody else wants."""

    key: bytes


@dataclass(frozen=True)
class Decision:
    """The home node has decided about a request."""

    key: bytes
    term: int
    number: int


@dataclass(frozen=True)
class Term:
    """The home node begins to decide anew."""

    term: int


Said = tuple[Request | Decision | Term, ...]
NOTHING: Said = ()


@dataclass
class Standing:
    """One node: of each chain it holds the first so many; and which roster it knows."""

    held: dict[Chain, int]
    roster: int = 0
    must_catch_up: bool = False
    heard: frozenset[str] = frozenset()
    """Who has told it all, since it was restored."""


@dataclass
class Quarter:
    """Home, kiosk and central; `home` decides, the `authority` says who belongs to the quarter."""

    nodes: dict[str, Standing]
    chains: dict[Chain, list[Said]]
    authority: str = "home"
    roster: int = 0
    revoked: dict[str, dict[str, int]] = field(default_factory=dict)
    """How much of each chain of a revoked node counts, by scope."""
    revoked_in: int = 0
    """By which roster."""
    backups: dict[str, Standing] = field(default_factory=dict)

    # What can be seen

    def says(self, name: str) -> Iterator[Request | Decision | Term]:
        """All that a node knows."""
        for chain, n in self.nodes[name].held.items():
            for said in self.chains[chain][:n]:
                yield from said

    def decisions(self, name: str) -> set[Decision]:
        return {each for each in self.says(name) if isinstance(each, Decision)}

    def requests(self, name: str) -> set[bytes]:
        return {each.key for each in self.says(name) if isinstance(each, Request)}

    def is_dismissed(self, name: str) -> bool:
        return name in self.revoked and self.nodes[name].roster >= self.revoked_in

    def may_write(self, name: str) -> bool:
        return not (self.nodes[name].must_catch_up or self.is_dismissed(name))

    # What happens

    def write(self, name: str, scope: str, said: Said) -> None:
        """One transaction; a request at home is decided in it."""
        chain = (name, scope)
        self.chains.setdefault(chain, []).append(said)
        self.nodes[name].held[chain] = len(self.chains[chain])

    def ask(self, name: str, key: bytes) -> None:
        """Somebody asks for a time at a node."""
        said: Said = (Request(key),)
        if name == "home":
            said = (*said, self._decide(key))
        self.write(name, "quarter", said)

    def meet(self, caller: str, called: str) -> bool:
        """A whole round; whether it came about."""
        one, other = self.nodes[caller], self.nodes[called]
        newest = max(one.roster, other.roster)
        if self.revoked and newest >= self.revoked_in and caller in self.revoked:
            one.roster = newest
            return False
        one.roster = other.roster = newest
        if self._knows_no_more(caller, called):
            self._hear(called, caller)
        self._copy(called, caller)
        self._copy(caller, called)
        self._hear(called, caller)
        self._hear(caller, called)
        return True

    def _knows_no_more(self, one: str, of: str) -> bool:
        """Whether a node holds no more of another's chains than that one itself."""
        own = [chain for chain in self.chains if chain[0] == of]
        return all(self._holds(one, chain) <= self._holds(of, chain) for chain in own)

    def _hear(self, name: str, peer: str) -> None:
        """A restored node has been told all that a peer knows; it writes again after the last."""
        node = self.nodes[name]
        if not node.must_catch_up:
            return
        node.heard |= {peer}
        gone = self.revoked if node.roster >= self.revoked_in else ()
        if node.heard >= self.nodes.keys() - {name} - set(gone):
            node.must_catch_up = False
            if name == "home":
                term = 1 + max(each.term for each in self.says("home") if isinstance(each, Term))
                self.write("home", "quarter", (Term(term),))
            self._decide_waiting(name)

    def revoke(self, name: str) -> None:
        """The authority lets a node go: what it holds of it counts."""
        held = self.nodes[self.authority].held
        self.revoked[name] = {chain[1]: n for chain, n in held.items() if chain[0] == name}
        self.roster += 1
        self.revoked_in = self.nodes[self.authority].roster = self.roster

    def hand_over(self, name: str) -> None:
        """The authority makes another node the authority, and is told that it is."""
        before, self.authority = self.authority, name
        self.roster += 1
        for each in (self.authority, before):
            self.nodes[each].roster = self.roster

    def back_up(self, name: str) -> None:
        now = self.nodes[name]
        self.backups[name] = Standing(dict(now.held), now.roster)

    def restore(self, name: str) -> None:
        """A node goes back to its backup; what nobody else had heard of is gone."""
        then = self.backups[name]
        self.nodes[name] = Standing(dict(then.held), then.roster, must_catch_up=True)
        for chain, said in self.chains.items():
            if chain[0] == name:
                del said[max(self._holds(each, chain) for each in self.nodes) :]

    def _holds(self, name: str, chain: Chain) -> int:
        return self.nodes[name].held.get(chain, 0)

    def _copy(self, origin: str, target: str) -> None:
        before = dict(self.nodes[target].held)
        for chain, n in self.nodes[origin].held.items():
            counts = n
            if chain[0] in self.revoked and self.nodes[target].roster >= self.revoked_in:
                counts = min(n, self.revoked[chain[0]].get(chain[1], 0))
            if counts > self._holds(target, chain):
                self.nodes[target].held[chain] = counts
        if self.nodes[target].held != before:
            self._decide_waiting(target)

    def _decide_waiting(self, name: str) -> None:
        """Only the home node decides, and only while it may: all that waits, at once."""
        if name != "home" or self.nodes[name].must_catch_up:
            return
        decided = {each.key for each in self.decisions("home")}
        waiting = sorted(self.requests("home") - decided)
        if waiting:
            self.write("home", "quarter", self._decide_all(waiting))

    def _decide_all(self, keys: list[bytes]) -> Said:
        first = self._decide(keys[0])
        return tuple(
            Decision(key, first.term, first.number + place) for place, key in enumerate(keys)
        )

    def _decide(self, key: bytes) -> Decision:
        term = max(each.term for each in self.says("home") if isinstance(each, Term))
        number = 1 + max((each.number for each in self.decisions("home")), default=0)
        return Decision(key, term, number)
