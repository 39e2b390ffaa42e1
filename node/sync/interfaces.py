"""The addresses of the machine itself on its networks, IPv4 and IPv6."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from pathlib import Path

import ifaddr

_IPV6_OF_THE_KERNEL = Path("/proc/net/if_inet6")
_TENTATIVE, _TWICE_THERE = 0x40, 0x08
"""While the kernel looks whether anybody else has an address nothing can be bound to it."""

EVERYWHERE = "::"
"""What a listener is bound to that takes IPv4 and IPv6 on all networks."""


def own_addresses(host: str) -> list[str]:
    """The addresses under which a listener on `host` can be reached, the best to tell first.

    Those that hold on one cable alone come last: who is told of one must also know at which of
    its sockets that cable is.
    """
    if host not in {"", "0.0.0.0", EVERYWHERE}:  # noqa: S104 - compared, not bound
        return [host] if _is_address(host) else ["127.0.0.1"]
    found = {
        ipaddress.ip_address(text_of(ip)) for _, ip in _ready() if ip.is_IPv4 or host == EVERYWHERE
    }
    outside = [ip for ip in found if not ip.is_loopback]
    outside.sort(key=lambda ip: (ip.version, ip.is_link_local, str(ip)))
    return [str(ip) for ip in outside] or ["127.0.0.1"]


def text_of(ip: ifaddr.IP) -> str:
    """An address without the interface that it is at."""
    return ip.ip if isinstance(ip.ip, str) else ip.ip[0]


def every_ipv4() -> list[str]:
    """All IPv4 addresses, loopback included."""
    return [text_of(ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4]


def ipv6_interfaces() -> list[int]:
    """The numbers of the interfaces that have an IPv6 address of a network."""
    found = [number for number, ip in _ready() if number is not None and _is_of_network(ip)]
    return list(dict.fromkeys(found))


def _ready() -> Iterator[tuple[int | None, ifaddr.IP]]:
    """Every address that can be used by now, with the number of its interface."""
    waits = _not_ready()
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            if ip.is_IPv4 or ipaddress.ip_address(text_of(ip)) not in waits:
                yield adapter.index, ip


def _not_ready() -> set[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        lines = _IPV6_OF_THE_KERNEL.read_text(encoding="ascii").splitlines()
    except OSError:
        return set()
    rows = (line.split() for line in lines)
    return {
        ipaddress.ip_address(bytes.fromhex(row[0]))
        for row in rows
        if int(row[4], 16) & (_TENTATIVE | _TWICE_THERE)
    }


def needs_zone(host: str) -> bool:
    """Whether this is an address of one cable that does not say at which socket the cable is."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return False
    return ip.version == 6 and ip.is_link_local and ip.scope_id is None


def with_zone(host: str) -> str:
    """The same address with the number of this machine's only network, where it needs one.

    So people can type what another box shows. With several networks they must name it
    themselves: "fe80::1%eth1".
    """
    if not needs_zone(host):
        return host
    found = ipv6_interfaces()
    return f"{host}%{found[0]}" if len(found) == 1 else host


def _is_of_network(ip: ifaddr.IP) -> bool:
    return ip.is_IPv6 and not ipaddress.ip_address(text_of(ip)).is_loopback


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
