"""What nodes say to each other: the messages, and their bytes, bounded before they are believed.

A message is a tagged msgspec array behind one byte that says how it is packed (0 plain, 1 zstd).
The receiver names the most it is willing to unpack, so a decompression bomb costs no more than
that. The changesets inside are opaque here: intake checks them.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, TypeVar

import msgspec
import zstandard
from msgspec import Meta

from node.store import Chain, NodeRole, Offered, SignedChangeset, read_offered
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
from node.sync.central_wire import CentralReply, CentralRequest
from node.sync.clone_messages import Introduce, Introduced, Prefer, Preferred
from node.sync.roster import Root, SignedRoster

PROTOCOL = 1
"""Rises when older nodes would misunderstand; nodes of different protocols refuse each other."""

PAGE_BYTES = 512 * 1024
"""A page of changesets aims at this size; one larger changeset still travels, alone."""

BODY_BYTES_MAX = 3 * 1024 * 1024
"""More than the largest changeset (2 MiB) with everything around it."""

GREETING_BYTES_MAX = 256 * 1024
"""What somebody who has not proven a key may make us unpack."""

LARGE_BYTES = 8_000
"""From this on a page is read on a thread of its own: the loop has people to answer meanwhile."""

HEADS_MAX, WINDOW_BYTES_MAX = 3000, 8 * 1024 * 1024
HASH_BYTES = 16
"""Of a head's hash so many bytes travel: enough to notice two histories, which intake proves."""

_PLAIN, _ZSTD = b"\x00", b"\x01"
_COMPRESS_FROM_BYTES = 400
"""Smaller messages fit one packet anyway."""

T = TypeVar("T")
ID_BYTES, NUMBER_MAX, SCOPE_LENGTH_MAX = 16, 2**53, 20
Id = Annotated[bytes, Meta(min_length=ID_BYTES, max_length=ID_BYTES)]
Number = Annotated[int, Meta(ge=0, le=NUMBER_MAX)]
ScopeName = Annotated[str, Meta(max_length=SCOPE_LENGTH_MAX)]
Short = Annotated[bytes, Meta(max_length=64)]


class WireError(Exception):
    """The bytes are no message of this protocol, or larger than anybody may send."""


class HeadSaid(msgspec.Struct, array_like=True, frozen=True):
    """A head as it travels: up to which number a chain is held.

    `hash` is empty where only the number is known. `takes` is false where a changeset of the
    chain is in quarantine: more of it is no use there.
    """

    site: Id
    scope: ScopeName
    n: Number
    hash: Short
    takes: bool = True

    @property
    def chain(self) -> Chain:
        """The chain it is the head of."""
        return (self.site, self.scope)


class Greeting(msgspec.Struct, array_like=True, frozen=True):
    """Who speaks, signed by both sides in turn. Encoded on its own, for the proof covers it."""

    protocol: Number
    quarter: Id
    epoch: Id
    schema: Number
    roster_rank: Number
    heads: tuple[HeadSaid, ...]


class Challenge(msgspec.Struct, array_like=True, frozen=True, tag=1):
    """The caller asks for a nonce to sign."""


class Nonce(msgspec.Struct, array_like=True, frozen=True, tag=2):
    """A fresh number, good for one greeting within a short time."""

    nonce: Short


class Hello(msgspec.Struct, array_like=True, frozen=True, tag=3):
    """The caller proves its key. The roster comes along, so that a box which is newer than the
    called node's roster is known as soon as the authority's signature on it is checked.
    """

    public_key: Short
    server_nonce: Short
    client_nonce: Short
    greeting: bytes
    proof: Short
    roster: SignedRoster


class Welcome(msgspec.Struct, array_like=True, frozen=True, tag=4):
    """The called node proves its key too and gives a token for the requests that follow."""

    token: Short
    greeting: bytes
    proof: Short
    roster: SignedRoster | None


class Compare(msgspec.Struct, array_like=True, frozen=True, tag=5):
    """What the caller holds; the roster where the called node's is older."""

    heads: tuple[HeadSaid, ...]
    roster_rank: Number
    roster: SignedRoster | None = None


class Compared(msgspec.Struct, array_like=True, frozen=True, tag=6):
    """What the called node holds; the roster where the caller's is older."""

    heads: tuple[HeadSaid, ...]
    roster_rank: Number
    roster: SignedRoster | None = None


class Want(msgspec.Struct, array_like=True, frozen=True):
    """The changesets of a chain after number `after`."""

    site: Id
    scope: ScopeName
    after: Number


class Fetch(msgspec.Struct, array_like=True, frozen=True, tag=7):
    """The caller asks for one page, chain by chain in this order."""

    wants: tuple[Want, ...]
    max_bytes: Number


class _Changesets(msgspec.Struct, array_like=True, frozen=True, dict=True):
    changesets: tuple[SignedChangeset, ...]

    @cached_property
    def offered(self) -> tuple[Offered, ...]:
        """The changesets, each read once for all who look at it until it is taken."""
        return tuple(map(read_offered, self.changesets))

    def read(self) -> None:
        """Read them now, on this thread."""
        _ = self.offered


class Page(_Changesets, frozen=True, tag=8):
    """Changesets, in order within each chain."""


class Give(_Changesets, frozen=True, tag=9):
    """The caller hands over a page that the called node lacks."""


class Given(msgspec.Struct, array_like=True, frozen=True, tag=10):
    """What the called node holds now: only its own heads count, not what was sent."""

    heads: tuple[HeadSaid, ...]


class Listen(msgspec.Struct, array_like=True, frozen=True, tag=11):
    """Answer when you have something that I lack, or when so long has passed."""

    heads: tuple[HeadSaid, ...]
    roster_rank: Number
    seconds: Annotated[int, Meta(ge=1, le=60)] = 25


class News(msgspec.Struct, array_like=True, frozen=True, tag=12):
    """The answer to `Listen`."""

    heads: tuple[HeadSaid, ...]
    roster_rank: Number


class Sorry(msgspec.Struct, array_like=True, frozen=True, tag=13):
    """A no to a peer that has proven its key. The words for people are the receiver's own."""

    code: ScopeName


class Join(msgspec.Struct, array_like=True, frozen=True, tag=14):
    """A new box asks to be let in. `proof` shows that it knows the code, `signature` its key, and
    `mark` is what the house knows it by where central showed the code.
    """

    public_key: Short
    sealing_key: Short
    proof: Short
    signature: Short
    mark: Short = b""


class Joined(msgspec.Struct, array_like=True, frozen=True, tag=15):
    """What the new box needs to know to belong to the quarter; `answer`: see `countersign.py`."""

    quarter: Id
    epoch: Id
    root: Root
    roster: SignedRoster
    role: NodeRole
    answer: Short = b""


class Recover(msgspec.Struct, array_like=True, frozen=True, tag=16):
    """A new box in the place of a dead one; `proof` is the emergency sheet's over the box's key
    and the called node's.
    """

    public_key: Short
    proof: Short


class Recovered(msgspec.Struct, array_like=True, frozen=True, tag=17):
    """What the holder of the sheet needs to go on: the quarter, and the house key's generations
    as they were sealed to the sheet.
    """

    quarter: Id
    epoch: Id
    root: Root
    roster: SignedRoster
    grants: tuple[tuple[Number, Annotated[bytes, Meta(max_length=200)]], ...]


class Dismissed(msgspec.Struct, array_like=True, frozen=True, tag=18):
    """A caller that was revoked has proven its key: it may know that, and nothing else."""

    roster: SignedRoster


class AskSnapshot(msgspec.Struct, array_like=True, frozen=True, tag=19):
    """A box that begins asks for all that both may hold; `Sorry` busy: it is being made."""


class SnapshotOffer(msgspec.Struct, array_like=True, frozen=True, tag=20):
    """The signed manifest of a snapshot; see `node/store/snapshot.py`."""

    body: bytes
    signature: Short


class AskPart(msgspec.Struct, array_like=True, frozen=True, tag=21):
    """Bytes of the snapshot with this digest, from `offset` on."""

    digest: Short
    offset: Number


class SnapshotPart(msgspec.Struct, array_like=True, frozen=True, tag=22):
    """As many as fit one reply; none where the snapshot is not at hand any more."""

    data: bytes


Request = (
    Challenge
    | Hello
    | Compare
    | Fetch
    | Give
    | Listen
    | Join
    | Recover
    | AskSnapshot
    | AskPart
    | AskDigests
    | AskRanges
    | Mend
    | Outcome
    | CentralRequest
    | Introduce
    | Prefer
)
Reply = (
    Nonce
    | Welcome
    | Compared
    | Page
    | Given
    | News
    | Sorry
    | Joined
    | Recovered
    | Dismissed
    | SnapshotOffer
    | SnapshotPart
    | TableDigests
    | Ranges
    | Mended
    | Noted
    | CentralReply
    | Introduced
    | Preferred
)

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)
_greetings = msgspec.msgpack.Decoder(Greeting)


def pack(message: Request | Reply) -> bytes:
    """The bytes of a message."""
    raw = _encoder.encode(message)
    if len(raw) < _COMPRESS_FROM_BYTES:
        return _PLAIN + raw
    return _ZSTD + zstandard.ZstdCompressor(level=1).compress(raw)


def unpack_request(data: bytes, *, max_bytes: int = BODY_BYTES_MAX) -> Request:
    """The request in the bytes; raises `WireError` for anything else.

    What it gives is not read yet: whoever sent it has proven nothing so far.
    """
    return decoded(_requests, _unpacked(data, max_bytes))


def unpack_reply(data: bytes, *, max_bytes: int = BODY_BYTES_MAX) -> Reply:
    """The reply in the bytes, its changesets read; raises `WireError` for anything else."""
    reply = decoded(_replies, _unpacked(data, max_bytes))
    if isinstance(reply, Page):
        reply.read()
    return reply


def pack_greeting(greeting: Greeting) -> bytes:
    """The bytes that the proofs cover."""
    return _encoder.encode(greeting)


def unpack_greeting(data: bytes) -> Greeting:
    """The greeting in the bytes; raises `WireError`."""
    greeting = decoded(_greetings, data)
    if len(greeting.heads) > HEADS_MAX:
        raise WireError("more heads than a quarter can have")
    return greeting


def _unpacked(data: bytes, max_bytes: int) -> bytes:
    if len(data) > max_bytes:
        raise WireError("larger than allowed")
    kind, packed = data[:1], data[1:]
    if kind == _PLAIN:
        return packed
    if kind != _ZSTD:
        raise WireError("unknown packing")
    unpacker = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES_MAX)
    try:
        with unpacker.stream_reader(packed, read_across_frames=False) as reader:
            raw = reader.read(max_bytes + 1)
    except zstandard.ZstdError as error:
        raise WireError("broken compression") from error
    if len(raw) > max_bytes:
        raise WireError("unpacks to more than allowed")
    return raw


def decoded(decoder: msgspec.msgpack.Decoder[T], raw: bytes) -> T:
    """A message in plain bytes, within its bounds; raises `WireError` for anything else."""
    try:
        message = decoder.decode(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise WireError("no message of this protocol") from error
    if isinstance(message, (Compare, Compared, Given, Listen, News)) and (
        len(message.heads) > HEADS_MAX
    ):
        raise WireError("more heads than a quarter can have")
    if isinstance(message, Fetch) and len(message.wants) > HEADS_MAX:
        raise WireError("more chains than a quarter can have")
    return message
