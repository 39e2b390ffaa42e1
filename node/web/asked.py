"""The head of a request: what the gate and every page look at, read once, without a framework.

It runs for every request of a small box, so it costs a loop over the head's lines and no objects.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from litestar.types import Scope

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SAME_SITE = frozenset({"same-origin", "none"})

_SEPARATORS = {b"cookie": b"; "}
"""What joins the lines of a name that came twice (RFC 9113 section 8.2.3); others by a comma."""

Key = tuple[bytes, ...]


class Asked:
    """What was asked for, by whom, in which words; values as they came."""

    __slots__ = ("_head", "method", "path", "query", "scheme")

    def __init__(self, scope: Scope) -> None:
        self.method = str(scope["method"])  # type: ignore[typeddict-item]
        self.path = scope["path"]
        self.query: bytes = scope["query_string"]
        self.scheme = scope["scheme"]
        head: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in head:
                head[name] += _SEPARATORS.get(name, b", ") + value
            else:
                head[name] = value
        self._head = head

    def says(self, name: bytes) -> str:
        """A line of the head, by its name in lower case; empty where there is none."""
        return self._head.get(name, b"").decode("latin-1")

    @property
    def key(self) -> Key:
        """All of the request that a page may look at, as one value to find it by.

        The lines are those that `Visit` reads; whoever reads another one looks at `Visit.request`,
        which says so.
        """
        get = self._head.get
        return (
            self.path.encode("utf-8", "surrogateescape"),
            self.query,
            get(b"host", b""),
            get(b"cookie", b""),
            get(b"accept", b""),
            get(b"accept-language", b""),
            get(b"authorization", b""),
        )

    @property
    def host(self) -> str:
        """The name or address of the node that was asked; empty where it makes no sense."""
        return host_name(self.says(b"host"))

    def cookie_name(self, key: str) -> str:
        """What a cookie is called at the address that was asked for.

        Browsers keep cookies by host name and know no ports: of two nodes on one machine each would
        overwrite the other's, so a node at a port of its own marks its cookies with it.
        """
        port = _host(self.says(b"host"))[1]
        return f"{key}_{port}" if port else key

    def cookie(self, key: str) -> str:
        """What the browser kept under this name; "" if nothing."""
        line = self._head.get(b"cookie")
        return _cookies(line).get(self.cookie_name(key), "") if line else ""

    @property
    def bearer(self) -> str:
        """The token that a program sends instead of a cookie."""
        kind, _, token = self.says(b"authorization").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""

    @property
    def wants_json(self) -> bool:
        """Whether a program asks: JSON is accepted and HTML is not named."""
        accept = self._head.get(b"accept", b"")
        return b"json" in accept and b"text/html" not in accept

    @property
    def wants_table(self) -> bool:
        """Whether a spreadsheet asks: CSV is accepted and HTML is not named."""
        accept = self._head.get(b"accept", b"")
        return b"text/csv" in accept and b"text/html" not in accept

    @property
    def takes_nothing_else(self) -> bool:
        """Whether only a table will do."""
        return self._head.get(b"accept", b"").strip() == b"text/csv"

    @property
    def address(self) -> str:
        """The path with what was asked, for the way back to a page."""
        asked = self.query.decode("utf-8", "replace") if self.method == "GET" else ""
        return f"{self.path}?{asked}" if asked else self.path

    @property
    def is_same_origin(self) -> bool:
        """Whether a changing request comes from one of our pages, or from no browser at all."""
        if b"sec-fetch-site" in self._head:
            return self.says(b"sec-fetch-site") in SAME_SITE
        origin, host = self.says(b"origin"), self.says(b"host")
        # What browsers write; comparing it whole needs no parser that somebody could confuse.
        return b"origin" not in self._head or origin in {f"http://{host}", f"https://{host}"}


def host_name(line: str) -> str:
    """The name in a Host line in small letters; "" where it makes no sense."""
    return _host(line)[0]


@lru_cache(maxsize=64)
def _host(line: str) -> tuple[str, int | None]:
    try:
        address = urlsplit(f"//{line}")
        return (address.hostname or "").lower(), address.port
    except ValueError:
        return "", None


@lru_cache(maxsize=256)
def _cookies(line: bytes) -> Mapping[str, str]:
    pairs = (part.partition("=") for part in line.decode("latin-1").split(";"))
    return {name.strip(): _plain(value.strip()) for name, _, value in pairs}


_ESCAPED = re.compile(r"\\(?:([0-3][0-7]{2})|(.))")


def _plain(value: str) -> str:
    """A cookie's value as it was set; one with unusual signs comes in quotes."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = _ESCAPED.sub(lambda found: found[2] or chr(int(found[1], 8)), value[1:-1])
    return unquote(value)
