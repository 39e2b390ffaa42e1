"""Which methods an address takes: what a 405 and the answer to OPTIONS must name (RFC 9110)."""

from __future__ import annotations

from litestar import Litestar
from litestar.routes import HTTPRoute


def methods_of(app: Litestar, path: str) -> list[str]:
    """The methods of an address; none where nothing is there."""
    parts = [part for part in path.split("/") if part]
    found = {
        str(method)
        for route in app.routes
        if isinstance(route, HTTPRoute) and _leads_to(route, parts)
        for method in route.methods
    }
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


def _leads_to(route: HTTPRoute, parts: list[str]) -> bool:
    wanted = route.path_components
    if route.path.endswith(":path}"):
        wanted, parts = wanted[:-1], parts[: len(wanted) - 1]
    return len(wanted) == len(parts) and all(
        not isinstance(want, str) or want == part for want, part in zip(wanted, parts, strict=True)
    )
