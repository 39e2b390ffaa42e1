"""Calling another node: HTTPS with the peer's key pinned, connections kept alive, all bounded."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from node.sync.interfaces import with_zone
from node.sync.plain_httpx import httpx
from node.sync.tls import WrongKeyError, client_context, public_key_of
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import (
    BODY_BYTES_MAX,
    LARGE_BYTES,
    Reply,
    Request,
    WireError,
    pack,
    unpack_reply,
)

log = logging.getLogger("quartier.sync")
CONNECT_SECONDS = 4.0
FAR_CONNECT_SECONDS = 12.0
"""To central, or where somebody said: a first packet may be lost twice on a slow line, and there is
no other way to try.
"""

REPLY_SECONDS = 30.0
"""So long nothing may come; what goes on coming may take longer."""

SLOWEST_BYTES_A_SECOND = 2000
"""A line on which bytes move slower is none: what is on its way is given this much time."""

PORT = 8443
PATH = "/sync/1/"
JOIN = "join"
"""Where a new box knocks, which cannot name a quarter yet."""

SCHEME = "quartier"
_KEEP_ALIVE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where a node can be called."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """Read "host", "host:port" or "[v6]:port"; raises `ValueError` with the remedy."""
    host, _, port = text.strip().rpartition(":") if _has_port(text) else (text.strip(), "", "")
    host = host.strip("[]")
    number = int(port) if port else PORT
    if not host or not 0 < number < 65536 or set(host) & set(" /@?#"):
        raise ValueError(
            f"{text!r} is no address: write host:port, for example 192.168.1.20:{PORT}"
        )
    return Address(host, number)


def addresses_in(text: str) -> list[Address]:
    """The address in a setting or in the roster; none where it is empty or makes no sense."""
    try:
        return [parse_address(text)] if text else []
    except ValueError as error:
        log.warning("%s", error)
        return []


def _has_port(text: str) -> bool:
    _, colon, port = text.strip().rpartition(":")
    return bool(colon) and port.isdigit() and (text.count(":") == 1 or "]" in text)


def quarter_tag(quarter: bytes) -> str:
    """A quarter's public mark: tells one from another, and nothing else."""
    return hashlib.sha256(b"quartier tag\0" + quarter).hexdigest()[:16]


class Link:
    """Requests to one node at one address."""

    def __init__(
        self,
        address: Address,
        tag: str,
        accepts: Callable[[bytes], bool],
        *,
        is_far: bool = False,
    ) -> None:
        self.address = address
        place = Address(with_zone(address.host), address.port)
        self._url = f"https://{place}{PATH}{tag}"
        self._client = httpx.AsyncClient(
            verify=client_context(accepts),
            # How long an answer may take is for whoever asks to say.
            timeout=httpx.Timeout(None, connect=FAR_CONNECT_SECONDS if is_far else CONNECT_SECONDS),
            limits=httpx.Limits(
                max_connections=4,
                max_keepalive_connections=4,
                keepalive_expiry=_KEEP_ALIVE_SECONDS,
            ),
            trust_env=False,
            follow_redirects=False,
        )
        for name in list(self._client.headers):
            # What browsers say of themselves is as long as all that nodes have to say.
            del self._client.headers[name]

    async def ask(
        self, request: Request, *, token: bytes = b"", seconds: float = REPLY_SECONDS
    ) -> Reply:
        """The peer's reply; raises `TroubleError` with what went wrong.

        `seconds` is how long nothing may come of it, beside the time that its bytes need.
        """
        packed = pack(request)
        try:
            async with asyncio.timeout(seconds + len(packed) / SLOWEST_BYTES_A_SECOND) as patience:
                status, body = await self._post(packed, token, patience)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            raise TroubleError(_trouble_of(error), repr(error)) from error
        except RuntimeError as error:
            # httpx says so when the client was closed under a waiting request.
            raise TroubleError(Trouble.UNREACHABLE, str(error)) from error
        if status == 403:
            raise TroubleError(Trouble.NOT_ACCEPTED)
        if status != 200:
            raise TroubleError(Trouble.BUSY if status >= 500 else Trouble.GARBLED, str(status))
        try:
            if len(body) < LARGE_BYTES:
                return unpack_reply(body)
            return await asyncio.to_thread(unpack_reply, body)
        except WireError as error:
            raise TroubleError(Trouble.GARBLED, str(error)) from error

    async def _post(
        self, body: bytes, token: bytes, patience: asyncio.Timeout
    ) -> tuple[int, bytes]:
        loop = asyncio.get_running_loop()
        headers = {"content-type": "application/octet-stream"}
        if token:
            headers["authorization"] = f"{SCHEME} {token.hex()}"
        async with self._client.stream(
            "POST", self._url, content=body, headers=headers
        ) as response:
            received = bytearray()
            async for piece in response.aiter_raw():
                received += piece
                allowed = loop.time() + REPLY_SECONDS
                patience.reschedule(max(patience.when() or 0.0, allowed))
                if len(received) > BODY_BYTES_MAX:
                    raise TroubleError(Trouble.GARBLED, "a reply without end")
            return response.status_code, bytes(received)

    async def close(self) -> None:
        """End all connections; requests under way fail."""
        await self._client.aclose()


def _trouble_of(error: BaseException) -> Trouble:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, WrongKeyError):
            return Trouble.WRONG_KEY
        seen = seen.__cause__ or seen.__context__
    return Trouble.UNREACHABLE


async def key_at(address: Address) -> bytes:
    """The public key of whoever listens there, by a handshake alone; raises `TroubleError`."""
    context = client_context(bool)
    try:
        async with asyncio.timeout(FAR_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(
                with_zone(address.host), address.port, ssl=context
            )
    except (OSError, ValueError) as error:
        raise TroubleError(Trouble.UNREACHABLE, repr(error)) from error
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return public_key_of(der) if der else b""
