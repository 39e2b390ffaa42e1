"""Networks of their own for tests: namespaces joined by a bridge, as boxes are by a switch.

All of it is the kernel's: real interfaces, real multicast, real routes. What a machine cannot do
is told as the reason of a skip. Names hold the process's number, so several runs do not meet.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.badline import BadLine

PREFIX = f"q{os.getpid()}"
SWITCH = f"{PREFIX}-switch"
CENTRAL = "203.0.113.2"
"""Central, out in the world behind the router of the house."""

ROUTER, FAR_SIDE = "10.77.0.254", "203.0.113.1"


def ip(*words: str) -> str:
    """What the command of this name said."""
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


class Socket:
    """A box's place in a network: a namespace with one cable, `eth0`."""

    def __init__(self, name: str) -> None:
        self.space = f"{PREFIX}-{name}"
        ip("netns", "add", self.space)
        ip("-n", self.space, "link", "set", "lo", "up")

    @property
    def within(self) -> tuple[str, ...]:
        """What runs a command there."""
        return ("ip", "netns", "exec", self.space)

    def ip(self, *words: str) -> str:
        """The same there."""
        return ip("-n", self.space, *words)

    def set_up(self, *addresses: str) -> None:
        """Give it addresses and plug the cable in."""
        for address in addresses:
            self.ip("address", "add", address, "dev", "eth0")
        self.plug_in()

    def plug_in(self) -> None:
        """The cable is in, and multicast goes out by it, as by a default route."""
        self.ip("link", "set", "eth0", "up")
        if self.ip("-4", "address", "show", "dev", "eth0").strip():
            self.ip("route", "replace", "default", "via", ROUTER, "dev", "eth0")

    def pull_out(self) -> None:
        """The cable is out."""
        self.ip("link", "set", "eth0", "down")

    def move(self, before: str, after: str) -> None:
        """Another address, as when the router gives new ones."""
        self.ip("address", "del", before, "dev", "eth0")
        self.ip("address", "add", after, "dev", "eth0")
        self.plug_in()

    def was_called(self) -> int:
        """How many connections others opened to it."""
        lines = subprocess.run(
            [*self.within, "cat", "/proc/net/snmp"], check=True, capture_output=True, text=True
        ).stdout.splitlines()
        names, values = (line.split()[1:] for line in lines if line.startswith("Tcp:"))
        return int(dict(zip(names, values, strict=True))["PassiveOpens"])


class Lan:
    """A switch with a router, and what is plugged in."""

    def __init__(self) -> None:
        ip("netns", "add", SWITCH)
        ip("-n", SWITCH, "link", "add", "lan", "type", "bridge", "mcast_snooping", "0")
        ip("-n", SWITCH, "link", "set", "lan", "up")
        ip("-n", SWITCH, "address", "add", f"{ROUTER}/24", "dev", "lan")

    def plug(self, name: str, *addresses: str) -> Socket:
        """One more box, with these addresses; without any it has its IPv6 address of the cable."""
        socket = Socket(name)
        ip(
            *("link", "add", "eth0", "netns", socket.space, "type", "veth"),
            *("peer", "name", name, "netns", SWITCH),
        )
        ip("-n", SWITCH, "link", "set", name, "master", "lan", "up")
        socket.set_up(*addresses)
        return socket

    def to_central(self, line: BadLine | None = None) -> Socket:
        """A place out in the world, which the house reaches through its router, by this line."""
        socket = Socket("world")
        if line is None:
            ip(
                *("link", "add", "eth0", "netns", socket.space, "type", "veth"),
                *("peer", "name", "wan", "netns", SWITCH),
            )
        else:
            line.join(("wan", SWITCH), ("eth0", socket.space))
        ip("-n", SWITCH, "address", "add", f"{FAR_SIDE}/24", "dev", "wan")
        ip("-n", SWITCH, "link", "set", "wan", "up")
        socket.ip("address", "add", f"{CENTRAL}/24", "dev", "eth0")
        socket.ip("link", "set", "eth0", "up")
        socket.ip("route", "add", "default", "via", FAR_SIDE)
        forward = "echo 1 > /proc/sys/net/ipv4/ip_forward"
        subprocess.run(["ip", "netns", "exec", SWITCH, "sh", "-c", forward], check=True)
        return socket

    def cut_line(self) -> None:
        """The line to the world is down; the house's own network stays."""
        ip("-n", SWITCH, "link", "set", "wan", "down")

    def join_line(self) -> None:
        """It is back."""
        ip("-n", SWITCH, "link", "set", "wan", "up")


@contextmanager
def lan() -> Iterator[Lan]:
    """A network for as long as a test; skips with the reason where there can be none."""
    if os.geteuid() != 0:
        pytest.skip("needs root: network namespaces")
    if shutil.which("ip") is None:
        pytest.skip("needs ip(8): apt-get install iproute2")
    try:
        yield _made()
    finally:
        _remove()


def _made() -> Lan:
    try:
        return Lan()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no network namespaces here: {error.stderr.strip()}")


def _remove() -> None:
    for line in ip("netns", "list").splitlines():
        name = line.split()[0]
        if name.startswith(f"{PREFIX}-"):
            ip("netns", "del", name)
