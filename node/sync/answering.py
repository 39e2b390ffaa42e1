"""How the called node answers: the other half of a round, without I/O like `round.py`."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from node.store import HOUSE_ROLES, SEALED, Chain, IntakeReport, NodeRole, Scope, SignedManifest
from node.store.digests import Digests
from node.sync.audit_messages import (
    AskDigests,
    AskRanges,
    Mend,
    Mended,
    Noted,
    Outcome,
    Ranges,
    TableDigests,
)
from node.sync.central_wire import (
    CopyState,
    GiveCopy,
    ListBox,
    TakeOver,
    TellCopy,
    TookOver,
)
from node.sync.claims import claim_of, hash_said
from node.sync.clone_messages import Introduce, Introduced, Prefer, Preferred
from node.sync.effects import (
    CaughtUp,
    DroppedError,
    Effect,
    GiveWay,
    Learn,
    Look,
    Take,
    View,
    read_page,
)
from node.sync.forks import link_of
from node.sync.greeting import Greeter, Here, Session, check_greeting
from node.sync.heads import by_chain, knows_no_more, say_heads, still_forked, they_lack
from node.sync.roster import Roster, SignedRoster
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import (
    PAGE_BYTES,
    AskPart,
    AskSnapshot,
    Compare,
    Compared,
    Dismissed,
    Fetch,
    Give,
    Given,
    HeadSaid,
    Hello,
    Listen,
    News,
    Page,
    Reply,
    Request,
    SnapshotOffer,
    SnapshotPart,
    Sorry,
    Want,
    WireError,
)

R = TypeVar("R")


@dataclass(slots=True)
class AwaitNews:
    """Wait until something changes; the result is a new `Here`, or None after long enough."""

    seconds: int
    ends_at: float | None = None
    """Noted by whoever waits, for a change that is no news does not begin the time anew."""


@dataclass(frozen=True, slots=True)
class OfferSnapshot:
    """Have a snapshot of these scopes at hand; the result is its signed manifest or None."""

    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReadPart:
    """Read bytes of a snapshot; the result is them, or None where it is not at hand."""

    digest: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class OfferDigests:
    """Have checksums of these scopes at hand; the result is `Digests`, or None while they are
    made."""

    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class MendRows:
    """Put right what the journals tell; the result is how many rows, None while that is done."""

    table: str
    ranges: tuple[int, ...]
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class RecordAudit:
    """Keep how an audit with this peer ended."""

    peer: bytes
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class KeepCopy:
    """At central: keep a part of a node's backup; the result is what is held, or None for a no."""

    site: bytes
    request: TellCopy | GiveCopy


@dataclass(frozen=True, slots=True)
class Assume:
    """Be the authority by this handover, or list this box as one; the result is the new `Here`,
    None where that must not be.
    """

    request: TakeOver | ListBox


@dataclass(frozen=True, slots=True)
class NameCopy:
    """Name the new key of a copy of this peer; the result is the roster, None where we may not."""

    peer: bytes
    request: Introduce


Work = (
    AwaitNews
    | OfferSnapshot
    | ReadPart
    | OfferDigests
    | MendRows
    | RecordAudit
    | KeepCopy
    | Assume
    | NameCopy
)
AnswerSteps = Generator[Effect | Work, Any, R]


@dataclass
class Answering:
    """Answers the requests of callers. A reply of None is the one answer that tells nothing."""

    here: Here
    greeter: Greeter

    def hello(self, hello: Hello, now: float) -> AnswerSteps[Reply | None]:
        """A caller proves its key."""
        yield from self._learn(hello.roster)
        greeting = self.greeter.check_hello(self.here, hello, now)
        if greeting is None:
            return None
        try:
            check_greeting(self.here, greeting)
        except TroubleError as error:
            return Sorry(error.trouble)
        node = next(n for n in self.here.roster.body.nodes if n.public_key == hello.public_key)
        if not node.is_active:
            return Dismissed(self.here.roster.signed)
        yield from self._settle(node.site_id, by_chain(greeting.heads))
        heads = yield from self._say(self.here.shared_scopes(node))
        mine = self.here.greeting(heads)
        return self.greeter.welcome(self.here, hello, greeting, mine, now)[0]

    def answer(self, session: Session, request: Request) -> AnswerSteps[Reply | None]:
        """A greeted peer asks."""
        try:
            return (yield from self._by_kind(session, request))
        except WireError:
            return None
        except TroubleError as error:
            return Sorry(error.trouble)

    def _by_kind(self, session: Session, request: Request) -> AnswerSteps[Reply]:
        match request:
            case Compare():
                return (yield from self._compare(session, request))
            case Fetch():
                return (yield from self._fetch(session, request))
            case Give():
                return (yield from self._give(session, request))
            case Listen():
                return (yield from self._listen(session, request))
            case _:
                return (yield from self._beside_rounds(session, request))

    def _beside_rounds(self, session: Session, request: Request) -> AnswerSteps[Reply]:
        match request:
            case AskSnapshot() | AskPart():
                return (yield from self._snapshot(session, request))
            case AskDigests() | AskRanges() | Mend() | Outcome():
                return (yield from self._audit(session, request))
            case Introduce() | Prefer():
                return (yield from self._of_copies(session, request))
            case TellCopy() | GiveCopy() | TakeOver() | ListBox():
                return (yield from self._as_central(session, request))
            case _:
                raise WireError("a greeting within a session")

    def _scopes(self, session: Session) -> frozenset[str]:
        peer = self.here.roster.active(session.site)
        if peer is None:
            raise WireError("revoked meanwhile")
        return self.here.shared_scopes(peer)

    def _say(self, scopes: frozenset[str]) -> AnswerSteps[tuple[HeadSaid, ...]]:
        view: View = yield Look()
        return say_heads(view.heads, scopes=scopes, blocked=view.blocked)

    def _settle(self, peer: bytes, said: Mapping[Chain, HeadSaid]) -> AnswerSteps[None]:
        """Being restored, and called by one that knows no more of our journal than we do.

        Central calls nobody: this is how it comes to write again.
        """
        view: View = yield Look()
        if view.must_catch_up and knows_no_more(self.here.site_id, view.heads, said):
            yield CaughtUp(peer)

    def _learn(self, roster: SignedRoster | None) -> AnswerSteps[None]:
        if roster is not None:
            self.here = self.here.with_roster((yield Learn(roster)))

    def _compare(self, session: Session, request: Compare) -> AnswerSteps[Reply]:
        yield from self._learn(request.roster)
        session.said = by_chain(request.heads)
        yield from self._settle(session.site, session.said)
        view: View = yield Look()
        session.forked = still_forked(view.heads, session.said, session.forked)
        heads = yield from self._say(self._scopes(session))
        rank = self.here.roster.rank
        return Compared(heads, rank, self.here.roster_for(request.roster_rank))

    def _fetch(self, session: Session, request: Fetch) -> AnswerSteps[Reply]:
        scopes = self._scopes(session)
        lack = {_chain(want): want.after for want in request.wants if want.scope in scopes}
        try:
            page = yield from read_page(lack, min(request.max_bytes, PAGE_BYTES))
        except DroppedError as dropped:
            raise TroubleError(Trouble.BEHIND) from dropped
        return Page(tuple(page))

    def _give(self, session: Session, request: Give) -> AnswerSteps[Reply]:
        scopes = self._scopes(session)
        claims = [claim_of(offered) for offered in request.offered]
        # A node that was given no house key yet lets sealed ones pass, and is offered them again.
        if any(scope not in scopes | {SEALED} for (_, scope), _ in claims):
            raise WireError("a scope that is not shared")
        given = zip(request.offered, claims, strict=True)
        taking = Take(tuple(offered for offered, ((_, scope), _) in given if scope in scopes))
        report: IntakeReport = yield taking
        session.forked |= report.forked
        yield from self._settle(session.site, session.said)
        heads = yield from self._say(scopes)
        # What the peer gave, it has: so its waiting request is not answered by its own news.
        # Its waiting request may look at this at once, beside our own heads: of one number
        # and no known hash must not seem another history.
        for offered, (chain, n) in zip(request.offered, claims, strict=True):
            known = session.said.get(chain)
            if known is None or known.n < n:
                session.said[chain] = HeadSaid(*chain, n, hash_said(offered))
        return Given(heads)

    def _snapshot(self, session: Session, request: AskSnapshot | AskPart) -> AnswerSteps[Reply]:
        scopes = self._scopes(session)
        if Scope.HOUSE not in scopes:
            # Central reads journals: a snapshot would hold the house's rows in the clear.
            raise TroubleError(Trouble.NOT_ACCEPTED)
        if isinstance(request, AskPart):
            return SnapshotPart((yield ReadPart(request.digest, request.offset)) or b"")
        signed: SignedManifest | None = yield OfferSnapshot(scopes)
        return Sorry(Trouble.BUSY) if signed is None else SnapshotOffer(*_parts(signed))

    def _of_copies(self, session: Session, request: Introduce | Prefer) -> AnswerSteps[Reply]:
        if isinstance(request, Introduce):
            named: Roster | None = yield NameCopy(session.site, request)
            return Sorry(Trouble.NOT_ACCEPTED) if named is None else Introduced(named.signed)
        peer = self.here.roster.active(session.site)
        chain = link_of(request.counting).chain
        if peer is None or peer.public_key != self.here.roster.body.authority:
            raise TroubleError(Trouble.NOT_ACCEPTED)
        if chain[1] not in self._scopes(session):
            raise WireError("a scope that is not shared")
        is_done: bool = yield GiveWay(request.counting)
        session.forked = session.forked - {chain} if is_done else session.forked | {chain}
        return Preferred(is_done)

    def _audit(
        self, session: Session, request: AskDigests | AskRanges | Mend | Outcome
    ) -> AnswerSteps[Reply]:
        if isinstance(request, Outcome):
            yield RecordAudit(session.site, request)
            return Noted()
        scopes = self._scopes(session) - {SEALED}
        if isinstance(request, Mend):
            rows: int | None
            rows = yield MendRows(request.table, request.ranges, scopes)
            return Sorry(Trouble.BUSY) if rows is None else Mended(rows)
        digests: Digests | None = yield OfferDigests(scopes)
        if digests is None:
            return Sorry(Trouble.BUSY)
        if isinstance(request, AskRanges):
            if request.table not in digests.tables:
                raise WireError("a table that is not shared")
            return Ranges(digests.packed(request.table))
        named = sorted(digests.tables)
        return TableDigests(
            digests.applied, tuple((name, digests.of_table(name)) for name in named)
        )

    def _as_central(
        self, session: Session, request: TellCopy | GiveCopy | TakeOver | ListBox
    ) -> AnswerSteps[Reply]:
        """What only central does, and only for a box of the house in good standing."""
        peer = self.here.roster.active(session.site)
        if self.here.role is not NodeRole.CENTRAL or peer is None or peer.role not in HOUSE_ROLES:
            raise TroubleError(Trouble.NOT_ACCEPTED)
        if isinstance(request, TellCopy | GiveCopy):
            state: CopyState | None = yield KeepCopy(session.site, request)
            return Sorry(Trouble.STORE) if state is None else state
        is_from_keeper = peer.public_key == self.here.roster.body.authority
        is_from_home = isinstance(request, ListBox) and peer.role is NodeRole.HOME
        if not (is_from_home if isinstance(request, ListBox) else is_from_keeper):
            raise TroubleError(Trouble.NOT_ACCEPTED)
        here: Here | None = yield Assume(request)
        return Sorry(Trouble.NOT_ACCEPTED) if here is None else TookOver(here.roster.signed)

    def _listen(self, session: Session, request: Listen) -> AnswerSteps[Reply]:
        session.said = by_chain(request.heads)
        waiting = AwaitNews(request.seconds)
        while True:
            scopes = self._scopes(session)
            view: View = yield Look()
            session.forked = still_forked(view.heads, session.said, session.forked)
            newer = self.here.roster.rank > request.roster_rank
            if newer or they_lack(view.heads, session.said, scopes=scopes):
                break
            here: Here | None = yield waiting
            if here is None:
                break
            self.here = here
        heads = yield from self._say(self._scopes(session))
        return News(heads, self.here.roster.rank)


def _parts(signed: SignedManifest) -> tuple[bytes, bytes]:
    return (signed.body, signed.signature)


def _chain(want: Want) -> Chain:
    return (want.site, want.scope)
