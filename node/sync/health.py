"""How a node and its lines are, as values: for the desk, the kiosk, the command line, metrics.

Sentences are German source texts with `{placeholders}`; a face translates them and fills in
`values`. What waits is counted in changesets, which people read as "changes".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from node.base.periods import from_epoch
from node.base.refusals import N_, Refusal
from node.store import HOUSE_ROLES, SEALED, Chain, Head, NodeRole, Quarantined
from node.sync.audits import Audited
from node.sync.behind import Hindered
from node.sync.clones import is_copy, original_name
from node.sync.greeting import Here
from node.sync.heads import Heads, beyond_count, count_waiting, counted
from node.sync.line import LineSwitch
from node.sync.peers import Peer
from node.sync.roster import RosterNode
from node.sync.stages import Stage
from node.sync.transport import quarter_tag
from node.sync.trouble import WORDS, Trouble
from node.sync.wire import PROTOCOL

HEARD_LATELY_SECONDS = 120
"""A peer that was heard so lately is there, even if our own call did not reach it."""

TOLD_SECONDS = 7 * 86_400
"""A difference that was put right is told for so long: somebody should look at the card."""

MARK_CHARS = 8
"""So much of its id a box shows of itself."""

LONG_SILENT_DAYS = 30
"""A silent box is told after so long; after twice that journals wait no more for it."""

_SILENT = frozenset({Trouble.UNREACHABLE, Trouble.NOT_FOUND, Trouble.WRONG_KEY})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A German source text with what fills its placeholders."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """The German sentence, filled in."""
        return self.text.format(**self.values)


@dataclass(frozen=True, slots=True)
class PeerHealth:
    """One line. `waiting_out` changesets wait for the peer, `waiting_back` wait there for us.

    `trouble` is None and `problem`, `remedy` empty where all is well.
    """

    site_id: bytes
    name: str
    role: NodeRole
    last_success_at: datetime | None
    stage: Stage
    waiting_out: int
    waiting_back: int
    waiting: Sentence
    is_cut: bool
    addresses: tuple[str, ...] = ()
    is_metered: bool = False
    """Whether it is called only once in a while, see `metering.py`."""
    trouble: Trouble | None = None
    problem: Sentence = Sentence("")
    remedy: Sentence = Sentence("")
    forked: tuple[str, ...] = ()
    """Boxes whose card was copied and of which it holds another history than we."""

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong with the line."""
        return self.trouble is None

    @property
    def is_poisoned(self) -> bool:
        """Whether it answers, and passes on what breaks a rule."""
        return self.trouble is Trouble.STOPPED


@dataclass(frozen=True, slots=True)
class Copied:
    """A box whose card was copied from that of another; `mark` is what its own page calls it by."""

    name: str
    of: str
    mark: str

    @property
    def values(self) -> Mapping[str, Any]:
        """What fills the sentence that tells it."""
        return {"name": self.name, "of": self.of, "mark": self.mark}


@dataclass(frozen=True, slots=True)
class TooMuch:
    """Of a box that was let go more is here than counts, so this one begins anew.

    `lost` is what would be lost by that, in changesets of these boxes; empty names with
    `is_held_back` where only the line is spared.
    """

    name: str
    count: int
    is_held_back: bool = False
    lost: int = 0
    lost_of: str = ""
    is_at_central: bool = False

    @property
    def values(self) -> Mapping[str, Any]:
        """What fills the sentence that tells it."""
        return {"name": self.name, "count": self.count, "lost": self.lost, "of": self.lost_of}


@dataclass(frozen=True, slots=True)
class Stopped:
    """A chain that stands still because one changeset of it broke a law; see the reason."""

    site_id: bytes
    name: str
    scope: str
    n: int
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class AuditHealth:
    """The last audit with a peer; `problem` and `remedy` are empty where nothing was found lately.

    `mended` counts rows, `unsure` the tables in which both still differ.
    """

    site_id: bytes
    name: str
    at: datetime
    mended: int = 0
    unsure: tuple[str, ...] = ()
    problem: Sentence = Sentence("")
    remedy: Sentence = Sentence("")

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to tell."""
        return not self.problem.text


@dataclass(frozen=True, slots=True)
class Health:
    """How one node is. `waiting_for_update` changesets are held until a newer release is here;
    `write_refusal` is what every write is answered, such as that the disk is full.
    """

    quarter: str
    """The quarter's public mark."""

    site_id: bytes
    name: str
    role: NodeRole
    epoch: bytes
    schema: int
    protocol: int
    roster_number: int
    clock_trusted: bool
    write_refusal: Refusal | None
    free_bytes: int
    waiting_for_update: int
    heads: Mapping[Chain, Head]
    stopped: tuple[Stopped, ...]
    peers: tuple[PeerHealth, ...]
    audits: tuple[AuditHealth, ...] = ()
    copies: tuple[Copied, ...] = ()
    """Boxes that go by the name of a copy."""

    too_much: tuple[TooMuch, ...] = ()
    """Boxes that were let go of which more is here than counts."""

    @property
    def waiting_out(self) -> int:
        """The most that waits for any one peer: what the kiosk's foot line shows."""
        return max((peer.waiting_out for peer in self.peers), default=0)

    @property
    def is_well(self) -> bool:
        """Whether nobody has to do anything."""
        lines = all(peer.is_well for peer in self.peers)
        lines = lines and all(audit.is_well for audit in self.audits)
        lines = lines and not self.too_much
        return lines and not self.stopped and self.write_refusal is None and self.clock_trusted


def describe(
    here: Here,
    peers: Iterable[Peer],
    *,
    heads: Heads,
    quarantined: Sequence[Quarantined],
    line: LineSwitch | None,
    clock_trusted: bool,
    write_refusal: Refusal | None,
    free_bytes: int,
    audits: Iterable[Audited] = (),
    hindered: Hindered | None = None,
    now: int,
) -> Health:
    """The node's health from what is known at this moment."""
    own = here.roster.nodes.get(here.site_id)
    return Health(
        quarter=quarter_tag(here.quarter),
        site_id=here.site_id,
        name=own.name if own else "",
        role=own.role if own else here.role,
        epoch=here.epoch,
        schema=here.schema,
        protocol=PROTOCOL,
        roster_number=here.roster.number,
        clock_trusted=clock_trusted,
        write_refusal=write_refusal,
        free_bytes=free_bytes,
        # What is told as sealed is the house's, counted there.
        waiting_for_update=sum(
            head.n - head.applied for (_, scope), head in heads.items() if scope != SEALED
        ),
        heads=dict(heads),
        stopped=tuple(_stopped(here, found) for found in quarantined),
        peers=tuple(_peer(here, peer, heads, line, now) for peer in peers),
        audits=tuple(_audit(here, done, now) for done in audits),
        copies=tuple(_copied(here, n) for n in here.roster.nodes.values() if _is_new_copy(n)),
        too_much=tuple(_too_much(here, heads, hindered)),
    )


def _too_much(here: Here, heads: Heads, hindered: Hindered | None) -> Iterator[TooMuch]:
    is_central = here.role not in HOUSE_ROLES
    members = here.members
    # A node of the house is told the sealed ones beside its own.
    held = {chain: head for chain, head in heads.items() if is_central or chain[1] != SEALED}
    beyond: Counter[bytes] = Counter()
    for chain in beyond_count(held, members):
        beyond[chain[0]] += held[chain].n - counted(chain, held[chain].n, members)
    why = hindered or Hindered()
    lost_of = ", ".join(sorted(map(here.roster.name_of, why.sites)))
    is_held_back = hindered is not None and not hindered.count
    for site, count in sorted(beyond.items()):
        name = here.roster.name_of(site)
        yield TooMuch(name, count, is_held_back, why.count, lost_of, is_at_central=is_central)


def _audit(here: Here, done: Audited, now: int) -> AuditHealth:
    """A difference is told for a week, one that stays until it is gone."""
    name = here.roster.name_of(done.site)
    at, lately = from_epoch(done.at), now - done.found_at < TOLD_SECONDS
    values = {"name": name, "tables": ", ".join(done.unsure or done.tables), "rows": done.mended}
    if done.unsure:
        problem, remedy = Sentence(_UNSURE, values), Sentence(_COMPARE)
    elif done.found_at and lately:
        problem, remedy = Sentence(_MENDED, values), Sentence(_REPORT)
    else:
        return AuditHealth(done.site, name, at)
    return AuditHealth(done.site, name, at, done.mended, done.unsure, problem, remedy)


_UNSURE = N_(
    "Diese Box und {name} halten nicht dasselbe ({tables}). Was stimmt, steht in keinem Journal"
    " mehr: Das von damals ist aufgeräumt."
)
_MENDED = N_(
    "Beim nächtlichen Vergleich mit {name} stimmte etwas nicht ({tables}). {rows} Zeilen wurden"
    " aus den Journalen wiederhergestellt."
)
_COMPARE = N_(
    "Von selbst wird nichts geraten. Die Box, die auch von den übrigen abweicht, hat den"
    " fehlerhaften Speicher: Melden Sie sie ab und koppeln Sie sie neu, dann holt sie den ganzen"
    " Stand von einer anderen."
)
_REPORT = N_(
    "Nichts ist verloren. Bitte melden Sie es der Betreuung: vielleicht ist ein Speicher"
    " fehlerhaft."
)


def _is_new_copy(node: RosterNode) -> bool:
    """Whether people have not given a copy a name of its own yet."""
    return node.is_active and is_copy(node.name)


def _copied(here: Here, node: RosterNode) -> Copied:
    of = here.roster.name_of(node.copy_of.site) if node.copy_of else original_name(node.name)
    return Copied(node.name, of, node.site_id.hex()[:MARK_CHARS])


def _stopped(here: Here, found: Quarantined) -> Stopped:
    name = here.roster.name_of(found.site)
    return Stopped(found.site, name, found.scope, found.n, found.reason, from_epoch(found.at))


def _peer(here: Here, peer: Peer, heads: Heads, line: LineSwitch | None, now: int) -> PeerHealth:
    out, back = count_waiting(heads, peer.said, scopes=here.shared_scopes(peer.node))
    is_cut = line is not None and line.is_cut(peer.site_id)
    trouble = Trouble.CUT if is_cut else _trouble(peer, now)
    forked = tuple(sorted(map(here.roster.name_of, {site for site, _ in peer.all_forked})))
    problem, remedy = _what_to_do(peer, trouble, now, forked)
    return PeerHealth(
        site_id=peer.site_id,
        name=peer.node.name,
        role=peer.node.role,
        last_success_at=(
            None if peer.last_success_at is None else from_epoch(peer.last_success_at)
        ),
        stage=peer.meeting.stage if peer.meeting else peer.stage,
        waiting_out=out,
        waiting_back=back,
        waiting=_waiting(out, back, peer.node.name),
        is_cut=is_cut,
        addresses=tuple(str(address) for address in peer.known_addresses()),
        is_metered=peer.is_spared,
        trouble=trouble,
        problem=problem,
        remedy=remedy,
        forked=forked,
    )


def _what_to_do(
    peer: Peer, trouble: Trouble | None, now: int, forked: Sequence[str]
) -> tuple[Sentence, Sentence]:
    if trouble is None:
        return Sentence(""), Sentence("")
    heard = peer.node.since if peer.last_success_at is None else peer.last_success_at
    days = (now - heard) // 86_400
    values = {"name": peer.node.name, "days": days, "boxes": ", ".join(forked)}
    if trouble not in _SILENT or days < LONG_SILENT_DAYS:
        words = WORDS[trouble]
        return Sentence(words.message, values), Sentence(words.remedy, values)
    is_central = peer.node.role is NodeRole.CENTRAL
    return Sentence(_LONG_SILENT, values), Sentence(_LINE_FIRST if is_central else _GONE, values)


_LONG_SILENT = N_("{name} hat seit {days} Tagen nichts von sich hören lassen.")
_LINE_FIRST = N_(
    "Prüfen Sie die Leitung ins Internet, und fragen Sie, wer die Zentrale betreibt. Bis dahin"
    " behält das Haus alles für sie."
)
_GONE = N_(
    "Schalten Sie die Box ein und prüfen Sie ihr Netzkabel: Sie holt alles nach. Gibt es sie nicht"
    " mehr, melden Sie sie unter „Boxen“ ab."
)


def _trouble(peer: Peer, now: int) -> Trouble | None:
    # A success in the future was noted by a clock that was years ahead, and tells nothing.
    heard_lately = (
        peer.last_success_at is not None and 0 <= now - peer.last_success_at < HEARD_LATELY_SECONDS
    )
    trouble = peer.trouble
    if trouble is None and not peer.known_addresses():
        trouble = Trouble.NOT_FOUND
    if trouble is Trouble.CUT:
        # Joined again, not yet called again.
        trouble = None
    if trouble is Trouble.FORKED or (trouble in _SILENT and (heard_lately or peer.all_forked)):
        trouble = None
    # Central calls nobody, so what its callers show it is told too.
    return Trouble.FORKED if trouble is None and peer.all_forked else trouble


def _waiting(out: int, back: int, name: str) -> Sentence:
    values = {"out": out, "back": back, "name": name}
    if out == 1 and not back:
        return Sentence(N_("Eine Änderung wartet auf {name}."), values)
    if out and not back:
        return Sentence(N_("{out} Änderungen warten auf {name}."), values)
    if back == 1 and not out:
        return Sentence(N_("Eine Änderung von {name} ist noch zu holen."), values)
    if back and not out:
        return Sentence(N_("{back} Änderungen von {name} sind noch zu holen."), values)
    if out:
        return Sentence(
            N_("Mit {name} abzugleichen: Änderungen dorthin {out}, von dort {back}."), values
        )
    return Sentence(N_("Mit {name} ist alles abgeglichen."), values)
