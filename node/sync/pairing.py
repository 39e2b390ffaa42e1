"""Pairing: a new box comes to belong to a quarter by a code that is good once.

The code has twelve characters: eight of a secret that was made for this one invitation, and four
that follow from the secret and the inviting node's key. So the newcomer sees, before it says
anything, that it really speaks with who showed the code; and who does not know the secret cannot
make another key that fits. The newcomer proves the secret without saying it. An invitation ends
after some minutes, after a few wrong tries, and when it was used; the newcomer that used it may
ask again, for its answer may have been lost.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from node.base.ids import ALPHABET, normal_code, random_code
from node.base.periods import to_epoch
from node.base.refusals import N_, Refusal, RefusedError
from node.store import HOUSE_ROLES, Core, Identity, NodeRole, is_signed
from node.sync.authority import (
    HOUSE_VOUCHES,
    add_node,
    candidate,
    check_name,
    kept_elsewhere,
)
from node.sync.house_key import read_house_key, sealing_public_key
from node.sync.roster import Roster, RosterError, RosterNode, read_root, read_roster, roster_of
from node.sync.wire import Join, Joined

SECRET_CHARS = 8
CHECK_CHARS = 4
CODE_CHARS = SECRET_CHARS + CHECK_CHARS
GOOD_SECONDS = 15 * 60
"""Long enough to walk from the desk to the lobby, too short to be left lying about."""

TRIES = 10
"""A code that somebody guesses at is void: 40 bits of secret stand against ten tries."""

TRIES_AT_CENTRAL = 1000
"""Strangers reach central from everywhere, so ten of them could void every code; 5,000 guesses at
2^40 secrets come to nothing, and `SyncApp` slows down who makes them.
"""

INVITATIONS_MAX = 5
_PURPOSE = "quartier join 1"
_KEPT = "sync.invitations"


class CodeError(RefusedError):
    """A pairing code that cannot be right, or is not this node's; the refusal says what to do."""


class Invitation(msgspec.Struct, array_like=True, frozen=True):
    """An open invitation. `ends_at` is seconds UTC; `used_by` the key that came with it."""

    secret: str
    name: str
    role: NodeRole
    address: str
    ends_at: int
    tries: int = TRIES
    used_by: bytes = b""
    staff_id: bytes | None = None
    """Who of the team had the code shown; nobody who had it shown with a shell, or at central."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code as typed or scanned, taken apart."""

    secret: str
    check: str

    @classmethod
    def read(cls, text: str) -> Code:
        """What somebody typed; raises `CodeError` where it cannot be a code."""
        code = normal_code(text).lower()
        if len(code) != CODE_CHARS or set(code) - set(ALPHABET):
            raise CodeError(NO_CODE)
        return cls(code[:SECRET_CHARS], code[SECRET_CHARS:])

    def is_of(self, public_key: bytes) -> bool:
        """Whether the node of this key showed the code."""
        return hmac.compare_digest(self.check, _check_chars(self.secret, public_key))

    def ask(self, identity: Identity, server_key: bytes) -> Join:
        """The newcomer's request to the node that showed the code."""
        sealing_key = sealing_public_key(identity)
        said = _statement(identity.public_key, sealing_key, server_key)
        return Join(
            identity.public_key,
            sealing_key,
            _proof(self.secret, said),
            identity.sign(_PURPOSE, said),
        )


def invite(
    core: Core, *, name: str, role: NodeRole, address: str = "", staff_id: bytes | None = None
) -> str:
    """At the authority: a code for one new box, as people read it ("ABCD-EFGH-JKMN").

    Raises `RosterError` where this node cannot invite, or too many invitations are open.
    """
    roster = roster_of(core)
    if not may_invite(roster, core.site_id, role):
        raise RosterError(kept_elsewhere(roster))
    at_central = core.role is NodeRole.CENTRAL
    if role in HOUSE_ROLES and not at_central and read_house_key(core) is None:
        raise RosterError(HOUSE_VOUCHES)
    if not name.strip():
        raise RosterError(NAME_MISSING)
    check_name(roster, name.strip())
    now = to_epoch(core.clock.now())
    known = open_invitations(core)
    if len(known) >= INVITATIONS_MAX:
        raise RosterError(ENOUGH_CODES)
    secret = random_code(SECRET_CHARS).lower()
    tries = TRIES_AT_CENTRAL if at_central else TRIES
    ends_at = now + GOOD_SECONDS
    new = Invitation(secret, name.strip(), role, address, ends_at, tries, staff_id=staff_id)
    _keep(core, [*known, new])
    code = (secret + _check_chars(secret, core.identity.public_key)).upper()
    return "-".join(code[at : at + 4] for at in range(0, CODE_CHARS, 4))


def may_take_in(roster: Roster, site: bytes, role: NodeRole = NodeRole.KIOSK) -> bool:
    """Whether a node may let a new box in: the authority, and for boxes of the house the home node
    of a house whose authority is at central, which lists whom the house vouches for.
    """
    here = roster.active(site)
    keeper = next((n for n in roster.body.nodes if n.public_key == roster.body.authority), None)
    if here is None or keeper is None:
        return False
    at_central = keeper.role is NodeRole.CENTRAL and here.role is NodeRole.HOME
    return keeper == here or (at_central and role in HOUSE_ROLES)


def may_invite(roster: Roster, site: bytes, role: NodeRole) -> bool:
    """Whether a node may show a code: who lets boxes in; and for boxes of the house central, where
    whoever comes with the code waits for the house.
    """
    here = roster.active(site)
    at_central = here is not None and here.role is NodeRole.CENTRAL
    return may_take_in(roster, site, role) or (at_central and role in HOUSE_ROLES)


def open_invitations(core: Core) -> list[Invitation]:
    """The invitations that are good at this moment."""
    kept = core.kept(_KEPT)
    known = msgspec.msgpack.decode(kept, type=list[Invitation]) if kept else []
    now = to_epoch(core.clock.now())
    return [each for each in known if each.ends_at > now and each.tries > 0]


def withdraw_invitations(core: Core) -> None:
    """Let no open invitation count any more."""
    _keep(core, [])


def accept(core: Core, join: Join) -> Joined | RosterNode | Invitation | None:
    """Let a newcomer in, or say nothing: None for whoever does not know an open code.

    Where another node is the authority the newcomer as it is to be listed there; once the roster
    that names it is here the newcomer is accepted. At central the invitation by which a box of the
    house comes to wait (see `waiting.py`).
    """
    meant = _meant(core, join)
    if meant is None:
        return None
    if core.role is NodeRole.CENTRAL and meant.role in HOUSE_ROLES:
        _use(core, meant, join)
        return meant
    if not meant.used_by:
        wanted = _let_in(core, join, meant)
        if wanted is not None:
            return wanted
        _use(core, meant, join)
    return welcome(core, meant.role)


def welcome(core: Core, role: NodeRole, *, answer: bytes = b"") -> Joined:
    """What a newcomer that the roster names is told."""
    roster = roster_of(core)
    return Joined(core.quarter, core.epoch, read_root(core), roster.signed, role, answer)


def invited_by(core: Core, public_key: bytes) -> Invitation | None:
    """The invitation that a newcomer of this key has used lately."""
    known = (each for each in open_invitations(core) if each.used_by == public_key)
    return next(known, None)


def note_guess(core: Core, join: Join) -> None:
    """Somebody asked with a code that nobody here has shown: every open one is good once less."""
    known = open_invitations(core)
    if known and is_own(core, join):
        _keep(core, [msgspec.structs.replace(each, tries=each.tries - 1) for each in known])


def is_own(core: Core, join: Join) -> bool:
    """Whether whoever asks has the keys that it names, and means this node."""
    return is_signed(join.public_key, _PURPOSE, _said(core, join), join.signature)


def _said(core: Core, join: Join) -> bytes:
    return _statement(join.public_key, join.sealing_key, core.identity.public_key)


def _meant(core: Core, join: Join) -> Invitation | None:
    """The open invitation that a newcomer knows, and nobody else has used."""
    if not is_own(core, join):
        return None
    said = _said(core, join)
    known = (
        each
        for each in open_invitations(core)
        if hmac.compare_digest(_proof(each.secret, said), join.proof)
    )
    meant = next(known, None)
    return meant if meant is not None and meant.used_by in {b"", join.public_key} else None


def _use(core: Core, meant: Invitation, join: Join) -> None:
    used = msgspec.structs.replace(meant, used_by=join.public_key)
    _keep(core, [used if each == meant else each for each in open_invitations(core)])


def _let_in(core: Core, join: Join, meant: Invitation) -> RosterNode | None:
    """List the newcomer; what must be listed elsewhere is answered."""
    roster = read_roster(core)
    if roster is not None and roster.body.authority != core.identity.public_key:
        if any(node.public_key == join.public_key for node in roster.body.nodes):
            return None
        return candidate(
            core, join.public_key, name=meant.name, role=meant.role, sealing_key=join.sealing_key
        )
    add_node(
        core,
        join.public_key,
        name=meant.name,
        role=meant.role,
        address=meant.address,
        sealing_key=join.sealing_key,
    )
    return None


def _keep(core: Core, invitations: Sequence[Invitation]) -> None:
    core.keep(_KEPT, msgspec.msgpack.encode(list(invitations)))


def _check_chars(secret: str, public_key: bytes) -> str:
    digest = hashlib.sha256(b"quartier code 1\0" + secret.encode() + b"\0" + public_key).digest()
    number = int.from_bytes(digest[:4], "big")
    return "".join(ALPHABET[(number >> 5 * at) & 31] for at in range(CHECK_CHARS))


def _statement(public_key: bytes, sealing_key: bytes, server_key: bytes) -> bytes:
    return b"".join(
        len(part).to_bytes(2, "big") + part for part in (public_key, sealing_key, server_key)
    )


def _proof(secret: str, said: bytes) -> bytes:
    return hmac.digest(secret.encode(), said, "sha256")


NO_CODE = Refusal(
    "sync.no_code",
    N_("Ein Kopplungscode hat {chars} Buchstaben und Ziffern."),
    N_("Bitte geben Sie ihn noch einmal ein."),
    status=422,
    values={"chars": CODE_CHARS},
    field="code",
)

NAME_MISSING = Refusal(
    "roster.name_missing",
    N_("Der neuen Box fehlt ein Name."),
    N_("Nennen Sie sie zum Beispiel nach dem Ort, an dem sie steht."),
)
ENOUGH_CODES = Refusal(
    "roster.enough_codes",
    N_("Es sind schon fünf Codes offen."),
    N_("Benutzen Sie einen davon, oder warten Sie, bis er nach 15 Minuten nicht mehr gilt."),
)
