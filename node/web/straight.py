"""Whether a request comes straight from a known address.

One that came through a proxy bears the proxy's own address, which is often loopback, so it never
counts as coming from there.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from node.web.visit import HttpRequest

PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-real-ip")
LOOPBACK = ("127.0.0.0/8", "::1")


def comes_straight_from(request: HttpRequest, addresses: Collection[str]) -> bool:
    """Whether the client is one of these addresses or in one of these networks."""
    if request.client is None or any(name in request.headers for name in PROXY_HEADERS):
        return False
    return any(_is_within(request.client.host, allowed) for allowed in addresses)


def _is_within(address: str, allowed: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
        mapped = getattr(found, "ipv4_mapped", None) or found
        return mapped in ipaddress.ip_network(allowed, strict=False)
    except ValueError:
        return address == allowed
