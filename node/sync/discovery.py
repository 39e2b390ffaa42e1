"""Finding the quarter's other nodes on the local network (DNS-SD over multicast DNS).

Announced are the quarter's mark (a hash) and the key's fingerprint, nothing else: no name of a
house, no role. What is found is only a place to knock; the handshake proves who is there. A node
of another quarter is ignored.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from typing import Any

from zeroconf import InterfaceChoice, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from node.sync.interfaces import every_ipv4, ipv6_interfaces, needs_zone, own_addresses
from node.sync.transport import Address

SERVICE = "_quartier._tcp.local."
_ASK_MILLISECONDS = 3000
_SETTLE_SECONDS = 1.0
"""A network that comes up changes several addresses in a row: wait for the last of them."""

_POLL_SECONDS = 60.0
_RTMGRP_LINK, _RTMGRP_IPV4_IFADDR, _RTMGRP_IPV6_IFADDR = 0x1, 0x10, 0x100

Found = Callable[[bytes, Sequence[Address]], None]
Moved = Callable[[], Awaitable[None]]
"""Called when this machine has other addresses than before."""

log = logging.getLogger("quartier.sync")


async def _nobody() -> None:
    """For those whom no move concerns."""


class Discovery:
    """Announces this node and tells where others of the same quarter are."""

    def __init__(
        self,
        *,
        tag: str,
        site: bytes,
        host: str,
        port: int,
        found: Found,
        moved: Moved = _nobody,
        announces: bool = True,
    ) -> None:
        self._tag = tag
        self._site = site
        self._host = host
        self._port = port
        self._found = found
        self._moved = moved
        self._announces = announces
        self._zeroconf: AsyncZeroconf | None = None
        self._browser: AsyncServiceBrowser | None = None
        self._addresses: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Announce and browse; go on doing so when the machine's addresses change."""
        await self._open()
        self._spawn(self._watch())

    async def stop(self) -> None:
        """Say goodbye and end."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._close()

    async def _open(self) -> None:
        self._addresses = own_addresses(self._host)
        try:
            self._zeroconf = AsyncZeroconf(interfaces=self._interfaces(), ip_version=self._family())
            if self._announces:
                about = self._info()
                await self._zeroconf.async_register_service(about, cooperating_responders=True)
        except OSError as error:
            # No network yet, or none at all: fixed addresses still work, and `_watch` tries again.
            log.info("cannot announce on the local network: %s", error)
            await self._close()
            return
        self._browser = AsyncServiceBrowser(
            self._zeroconf.zeroconf, SERVICE, handlers=[self._heard]
        )

    def _interfaces(self) -> InterfaceChoice | list[str | int]:
        if self._is_lonely:
            return ["127.0.0.1"]
        if self._family() is IPVersion.V4Only:
            return InterfaceChoice.All
        # By number, once each: an interface has several IPv6 addresses, and one is enough to ask.
        return [*every_ipv4(), *ipv6_interfaces()]

    @property
    def _is_lonely(self) -> bool:
        return all(ipaddress.ip_address(ip).is_loopback for ip in self._addresses)

    def _family(self) -> IPVersion:
        versions = {ipaddress.ip_address(ip).version for ip in self._addresses}
        if self._is_lonely or versions == {4}:
            return IPVersion.V4Only
        return IPVersion.V6Only if versions == {6} else IPVersion.All

    def _info(self) -> AsyncServiceInfo:
        fingerprint = self._site.hex()
        return AsyncServiceInfo(
            SERVICE,
            f"{fingerprint}.{SERVICE}",
            addresses=[ipaddress.ip_address(ip).packed for ip in self._addresses],
            port=self._port,
            properties={"q": self._tag, "k": fingerprint},
            server=f"quartier-{fingerprint}.local.",
        )

    async def _close(self) -> None:
        browser, self._browser = self._browser, None
        zeroconf, self._zeroconf = self._zeroconf, None
        if browser is not None:
            await browser.async_cancel()
        if zeroconf is not None:
            with contextlib.suppress(OSError):
                await zeroconf.async_unregister_all_services()
            await zeroconf.async_close()

    def _heard(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        if state_change is not ServiceStateChange.Removed and not name.startswith(self._site.hex()):
            self._spawn(self._look_up(zeroconf, service_type, name))

    async def _look_up(self, zeroconf: Zeroconf, service_type: str, name: str) -> None:
        info = AsyncServiceInfo(service_type, name)
        if not await info.async_request(zeroconf, _ASK_MILLISECONDS):
            return
        said = info.decoded_properties
        if said.get("q") != self._tag or info.port is None:
            return
        try:
            site = bytes.fromhex(said.get("k") or "")
        except ValueError:
            return
        every = info.parsed_scoped_addresses(IPVersion.All)
        addresses = [Address(ip, info.port) for ip in every if not needs_zone(ip)]
        if len(site) == 16 and site != self._site:
            self._found(site, addresses)

    async def _watch(self) -> None:
        """Start anew whenever the machine's addresses are others than those announced."""
        with _address_changes() as changed:
            while True:
                # First of all: what changed while the first announcement was made, nobody told.
                has_moved = own_addresses(self._host) != self._addresses
                if self._zeroconf is None or has_moved:
                    await self._close()
                    await self._open()
                if has_moved:
                    await self._moved()
                idle = None if changed and self._zeroconf else _POLL_SECONDS
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(idle):
                        await (changed or asyncio.Event()).wait()
                        await asyncio.sleep(_SETTLE_SECONDS)
                if changed:
                    changed.clear()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def found_nearby(tag: str, *, host: str, seconds: float) -> list[Address]:
    """Where nodes of a quarter say that they are, for a box that does not listen yet."""
    found: dict[bytes, Sequence[Address]] = {}
    looking = Discovery(
        tag=tag, site=bytes(16), host=host, port=0, found=found.__setitem__, announces=False
    )
    await looking.start()
    try:
        await asyncio.sleep(seconds)
    finally:
        await looking.stop()
    return [address for addresses in found.values() for address in addresses]


@contextlib.contextmanager
def _address_changes() -> Iterator[asyncio.Event | None]:
    """An event that is set when the kernel reports a changed address (rtnetlink(7)).

    None where the kernel does not tell, as in some sandboxes: then the caller polls.
    """
    try:
        kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK)
        kernel.bind((0, _RTMGRP_LINK | _RTMGRP_IPV4_IFADDR | _RTMGRP_IPV6_IFADDR))
    except OSError:
        yield None
        return
    changed = asyncio.Event()

    def heard() -> None:
        with contextlib.suppress(OSError):
            kernel.recv(65536)
        changed.set()

    loop = asyncio.get_running_loop()
    loop.add_reader(kernel, heard)
    try:
        yield changed
    finally:
        loop.remove_reader(kernel)
        kernel.close()
