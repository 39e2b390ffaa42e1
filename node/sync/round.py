"""A round as the caller goes through it: greet, compare, fetch, check, apply, answer, rest.

No I/O here: `Round.steps` is a generator that gives effects (ask the peer, read or feed the
store) and is sent their results, so the same code runs over TLS, in tests by hand, and in
simulations that lose, double and reorder everything. It may be abandoned anywhere: nothing is
remembered of a peer but what the peer itself says it holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from node.store import SEALED, Chain, Head, IntakeReport, Scope, SignedChangeset
from node.sync.asking import ask, insist
from node.sync.claims import outline
from node.sync.clone_messages import Prefer, Preferred
from node.sync.effects import (
    Ask,
    CaughtUp,
    DroppedError,
    GiveWay,
    Learn,
    Look,
    ReadRange,
    Steps,
    Take,
    View,
    check_page,
    fetch_after,
    fetch_of,
    read_page,
    stuck,
)
from node.sync.forks import Probe, link_of, seek_fork, seek_forks
from node.sync.greeting import Here, check_welcome, make_hello
from node.sync.heads import by_chain, forks, knows_no_more, say_heads, they_lack, we_lack
from node.sync.paging import may_cross, size_of
from node.sync.roster import Roster, RosterNode, SignedRoster
from node.sync.stages import Stage, Status
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import (
    HASH_BYTES,
    PAGE_BYTES,
    Challenge,
    Compare,
    Compared,
    Dismissed,
    Fetch,
    Give,
    Given,
    HeadSaid,
    Hello,
    Nonce,
    Page,
    Reply,
    Want,
    Welcome,
    WireError,
    pack_greeting,
)


@dataclass
class Round:
    """One round with one peer. `token` is that of an open session, empty to greet first.

    `nonce` is a fresh random number of the caller.
    """

    here: Here
    peer: RosterNode
    nonce: bytes
    token: bytes = b""
    page_bytes: int = PAGE_BYTES
    sealed_bytes: int | None = None
    """About so much of the house's sealed chains is carried each way; None: all."""
    stage: Stage = Stage.REST
    statuses: dict[Stage, Status] = field(default_factory=dict)
    fetched: int = 0
    applied: int = 0
    given: int = 0
    said: dict[Chain, HeadSaid] = field(default_factory=dict)
    trouble: Trouble | None = None
    is_behind: bool = False
    """Whether the peer has dropped what we lack."""
    is_ahead: bool = False
    """Whether we have dropped what the peer lacks."""
    forks: dict[str, int] = field(default_factory=dict)
    """Where our own chain and the one that the peer holds under our name part; see `clones.py`."""
    forked: set[Chain] = field(default_factory=set)
    """Chains of which the peer holds another history."""
    refused: set[Chain] = field(default_factory=set)
    """Chains that were given and did not advance there."""

    def steps(self) -> Steps[None]:
        """Go through all stages; raises `TroubleError` where the round cannot go on."""
        try:
            if self.token:
                yield from self._compare_or_greet()
            else:
                yield from self._greet()
            self.forks = yield from self._seek_forks()
            if self.forks:
                # Nothing of two histories may be mixed before this box is one of its own.
                self.trouble = Trouble.FORKED
                self.forked = {(self.here.site_id, scope) for scope in self.forks}
            else:
                yield from self._exchange()
                if (yield from self._cure()):
                    yield from self._exchange()
                yield from self._settle()
        except TroubleError as error:
            self.trouble = error.trouble
            self.statuses[self.stage] = Status.ERRORED
            raise
        except WireError as error:
            self.trouble = Trouble.GARBLED
            self.statuses[self.stage] = Status.ERRORED
            raise TroubleError(Trouble.GARBLED, str(error)) from error
        self._enter(Stage.REST)

    def _enter(self, stage: Stage) -> None:
        if self.statuses.get(self.stage) is Status.STARTED:
            self.statuses[self.stage] = Status.COMPLETED
        self.stage = stage
        self.statuses[stage] = Status.COMPLETED if stage is Stage.REST else Status.STARTED

    @property
    def _scopes(self) -> frozenset[str]:
        return self.here.shared_scopes(self.peer)

    def _compare_or_greet(self) -> Steps[None]:
        try:
            yield from self._compare()
        except TroubleError as error:
            if error.trouble is not Trouble.NOT_ACCEPTED:
                raise
            self.token = b""
            yield from self._greet()

    def greet(self) -> Steps[None]:
        """Only the first stage: prove who both are and open a session (`token`)."""
        return self._greet()

    def _greet(self) -> Steps[None]:
        self._enter(Stage.GREET)
        nonce = yield from ask(Challenge(), Nonce)
        view: View = yield Look()
        greeting = pack_greeting(self.here.greeting(self._say(view)))
        hello = make_hello(self.here, self.peer.public_key, nonce.nonce, self.nonce, greeting)
        welcome = yield from self._welcomed(hello)
        theirs = check_welcome(self.here, self.peer.public_key, hello, welcome)
        self.token = welcome.token
        yield from self._learn(welcome.roster)
        self._enter(Stage.COMPARE)
        self.said = by_chain(theirs.heads)

    def _welcomed(self, hello: Hello) -> Steps[Welcome]:
        reply: Reply = yield Ask(hello)
        if isinstance(reply, Dismissed):
            yield Learn(reply.roster)
            raise TroubleError(Trouble.DISMISSED)
        return insist(reply, Welcome)

    def _compare(self) -> Steps[None]:
        self._enter(Stage.COMPARE)
        view: View = yield Look()
        compared = yield from ask(Compare(self._say(view), self.here.roster.rank), Compared)
        yield from self._learn(compared.roster)
        mine = self.here.roster_for(compared.roster_rank)
        if mine is not None:
            compared = yield from ask(
                Compare(self._say(view), self.here.roster.rank, mine), Compared
            )
        self.said = by_chain(compared.heads)

    def _say(self, view: View) -> tuple[HeadSaid, ...]:
        return say_heads(view.heads, scopes=self._scopes, blocked=view.blocked)

    def _learn(self, roster: SignedRoster | None) -> Steps[None]:
        if roster is None:
            return
        learnt: Roster | None = yield Learn(roster)
        self.here = self.here.with_roster(learnt)
        if self.here.roster.active(self.peer.site_id) is None:
            raise TroubleError(Trouble.NOT_ACCEPTED, "the peer was revoked")

    def _exchange(self) -> Steps[None]:
        """Both ways; with central first what both can read, then the house's sealed chains: a line
        that breaks or costs has carried by then what people wait for.
        """
        for scopes in (self._scopes - {SEALED}, self._scopes & {SEALED}):
            if scopes:
                yield from self._fetch(scopes)
                yield from self._answer(scopes)

    @property
    def _is_with_authority(self) -> bool:
        """Whether one of the two is the quarter's authority, whose histories count."""
        both = {self.peer.public_key, self.here.identity.public_key}
        return self.here.roster.body.authority in both

    def _seek_forks(self) -> Steps[dict[str, int]]:
        """Whether we are a copy. What the authority holds counts, or two would give way at once."""
        if not self._is_with_authority:
            return {}
        view: View = yield Look()
        identity, scopes = self.here.identity, self._scopes
        seeking = seek_forks(
            identity.site_id, identity.public_key, view.heads, self.said, scopes=scopes
        )
        forks: dict[str, int] = yield from self._seek(seeking)
        return forks

    def _seek(self, seeking: Probe) -> Steps[Any]:
        found: SignedChangeset | None = None
        try:
            while True:
                where, chain, n = seeking.send(found)
                found = yield from self._probe(where, chain, n)
        except StopIteration as stop:
            return stop.value

    def _cure(self) -> Steps[bool]:
        """Whether one of us gave up a history of others that the authority, the other, does not
        hold: what a copy wrote, which it has said again under a key of its own.
        """
        if not self._is_with_authority:
            return False
        view: View = yield Look()
        suspects = self.forked | self.refused | set(forks(view.heads, self.said))
        cured: set[Chain] = set()
        for chain in sorted(suspects & view.heads.keys() & self.said.keys()):
            if chain[0] != self.here.site_id and (yield from self._cure_one(chain, view)):
                cured.add(chain)
        self.forked -= cured
        return bool(cured)

    def _cure_one(self, chain: Chain, view: View) -> Steps[bool]:
        node = self.here.roster.nodes.get(chain[0])
        if node is None:
            return False
        upto = min(view.heads[chain].n, self.said[chain].n)
        n: int | None = yield from self._seek(seek_fork(chain, upto, node.public_key))
        if n is None:
            return False
        self.forked.add(chain)
        we_give_way = self.here.roster.body.authority == self.peer.public_key
        counting = yield from self._probe("there" if we_give_way else "here", chain, n + 1)
        if counting is None:
            return False
        if we_give_way:
            is_done: bool = yield GiveWay(counting)
            return is_done
        return (yield from self._ask_to_give_way(counting))

    def _ask_to_give_way(self, counting: SignedChangeset) -> Steps[bool]:
        try:
            preferred = yield from ask(Prefer(counting), Preferred)
        except TroubleError as error:
            # An older release knows no such request.
            if error.trouble is not Trouble.NOT_ACCEPTED:
                raise
            return False
        if preferred.is_done:
            # Its heads are others now.
            yield from self._compare()
        return preferred.is_done

    def _probe(self, where: str, chain: Chain, n: int) -> Steps[SignedChangeset | None]:
        """The changeset of a chain at a number, here or there; None where it is not to be had."""
        if where == "here":
            held: list[SignedChangeset] | None = yield ReadRange(chain, n - 1, 1)
            return held[0] if held else None
        before = self.is_behind
        page = yield from self._ask_page(Fetch((Want(*chain, n - 1),), 1))
        # What was dropped there and is looked for here is nothing that we lack.
        self.is_behind = before
        check_page(page.offered if page else (), {chain: n - 1})
        return page.changesets[0] if page and page.changesets else None

    def _fetch(self, scopes: frozenset[str]) -> Steps[None]:
        view: View = yield Look()
        hopeless = set(view.blocked)
        ahead: Fetch | None = None
        left = may_cross(scopes, self.sealed_bytes)
        while left > 0 and (wanted := self._wanted(view, scopes, hopeless)):
            self._enter(Stage.FETCH)
            fetch = fetch_of(wanted, min(self.page_bytes, left))
            if ahead is not None and ahead.wants == fetch.wants:
                fetch = ahead
            page = yield from self._ask_page(fetch)
            if page is None:
                return
            self._enter(Stage.CHECK)
            offered = check_page(page.offered, wanted)
            if not offered:
                return
            self._enter(Stage.APPLY)
            left -= size_of(page.changesets)
            bytes_ahead = min(self.page_bytes, left)
            ahead = fetch_after(wanted, offered, self.said, bytes_ahead) if left > 0 else None
            report: IntakeReport = yield Take(page.offered, ahead)
            self.forked |= self._as_told(report.forked)
            self.fetched += len(page.changesets)
            self.applied += report.applied
            view = yield Look()
            # A chain that did not advance will not do so by asking again: each pass ends
            # with something held or something given up, so a liar cannot keep us here.
            hopeless |= view.blocked | stuck(offered, wanted, view.heads)

    def _as_told(self, chains: Iterable[Chain]) -> set[Chain]:
        """Chains as the two tell them: to central those of the house are sealed ones."""
        is_sealed = Scope.HOUSE not in self._scopes
        return {(c[0], SEALED) if is_sealed and c[1] == Scope.HOUSE else c for c in chains}

    def _ask_page(self, fetch: Fetch) -> Steps[Page | None]:
        """A page, or None where what we lack was dropped there: what we have it shall still get."""
        try:
            return (yield from ask(fetch, Page))
        except TroubleError as error:
            if error.trouble is not Trouble.BEHIND:
                raise
            self.is_behind = True
            return None

    def _wanted(self, view: View, scopes: frozenset[str], hopeless: set[Chain]) -> dict[Chain, int]:
        lack = we_lack(view.heads, self.said, scopes=scopes)
        return {
            chain: after
            for chain, after in lack.items()
            if chain not in hopeless and chain[0] in self.here.roster.nodes
        }

    def _answer(self, scopes: frozenset[str]) -> Steps[None]:
        self._enter(Stage.ANSWER)
        hopeless: set[Chain] = set()
        view: View = yield Look()
        left = may_cross(scopes, self.sealed_bytes)
        while left > 0 and (lack := self._lacking(view, scopes, hopeless)):
            try:
                batch = yield from read_page(lack, min(self.page_bytes, left))
            except DroppedError as dropped:
                self.is_ahead = True
                hopeless.add(dropped.chain)
                continue
            if not batch:
                return
            given = yield from ask(Give(tuple(batch)), Given)
            self.given += len(batch)
            left -= size_of(batch)
            self.said = by_chain(given.heads)
            held = {chain: Head(head.n, head.hash, 0) for chain, head in self.said.items()}
            refused = stuck({outline(signed).chain for signed in batch}, lack, held)
            self.refused |= refused
            hopeless |= refused
            view = yield Look()

    def _lacking(
        self, view: View, scopes: frozenset[str], hopeless: set[Chain]
    ) -> dict[Chain, int]:
        lack = they_lack(view.heads, self.said, scopes=scopes)
        return {chain: after for chain, after in lack.items() if chain not in hopeless}

    def _note_forks(self, view: View) -> Steps[None]:
        """Chains of one length but not one history, and what does not join what the peer holds."""
        self.forked |= set(forks(view.heads, self.said))
        for chain in sorted(self.refused & self.said.keys()):
            told = self.said[chain]
            held = (yield from self._probe("here", chain, told.n)) if told.n else None
            if held is not None and link_of(held).hash[:HASH_BYTES] != told.hash:
                self.forked.add(chain)

    def _settle(self) -> Steps[None]:
        """What showed beyond missing changesets: it is told, but the round has come to rest."""
        view: View = yield Look()
        if view.must_catch_up and knows_no_more(self.here.site_id, view.heads, self.said):
            yield CaughtUp(self.peer.site_id)
        yield from self._note_forks(view)
        if self.is_behind or self.is_ahead:
            self.trouble = Trouble.BEHIND if self.is_behind else Trouble.OUTRUN
        elif self.forked:
            self.trouble = Trouble.FORKED
        elif view.blocked & set(we_lack(view.heads, self.said, scopes=self._scopes)):
            self.trouble = Trouble.STOPPED
