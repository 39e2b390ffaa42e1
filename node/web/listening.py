"""What the listener for pages needs of uvicorn: limits, for anybody on the Wi-Fi may knock.

uvicorn waits for ever for a request that was begun, takes heads of any size and any number of
connections. A reverse proxy on the same box is trusted to bound addresses by itself.
"""

from __future__ import annotations

import ipaddress
import resource
from collections import Counter
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from node.sync import BoundedProtocol

HEAD_BYTES_MAX = 32 * 1024
"""Addresses and cookies of ours are far smaller."""
HEADERS_MAX = 100
HEAD_SECONDS = 15.0
BODY_SECONDS = 60.0
"""A form of the largest size on a bad line takes less."""
KEPT_SECONDS = 20
"""A connection that asks nothing more is closed after this: a browser opens another in no time."""

CONNECTIONS_MAX = 1000
CONNECTIONS_MAX_PER_ADDRESS = 64
"""A browser needs six; a family behind one address some more."""
FILES_WANTED = 4096

TOO_LARGE = (
    "Die Adresse oder die Cookies sind zu groß. Bitte löschen Sie die Cookies dieser Seite und"
    " beginnen Sie auf der Startseite.\n"
    "The address or the cookies are too large. Please delete this site's cookies and begin at"
    " the first page.\n"
)
UNREADABLE = (
    "Diese Anfrage war nicht zu lesen. Bitte beginnen Sie auf der Startseite.\n"
    "This request could not be read. Please begin at the first page.\n"
)
"""Said in both languages, for a request that cannot be read tells no language."""


class PageProtocol(BoundedProtocol):
    """uvicorn's HTTP for browsers, bounded in size, time and number."""

    _head_bytes = 0
    _is_too_large = False

    def head_seconds(self) -> float:
        """How long the head of a request may take."""
        return HEAD_SECONDS

    def is_crowded(self, others: list[BoundedProtocol]) -> bool:
        """Whether one more is too many; idle connections make room for new ones."""
        host = self.client[0] if self.client else ""
        places = Counter(other.client[0] for other in others if other.client)
        if places[host] >= CONNECTIONS_MAX_PER_ADDRESS and not _is_loopback(host):
            return True
        if len(others) < CONNECTIONS_MAX:
            return False
        idle = [other for other in others if other.is_idle()]
        if idle:
            # From whoever has the most: a crowd of one makes room before anybody else does.
            max(idle, key=lambda other: places[other.client[0] if other.client else ""]).give_up()
        return not idle

    def on_message_begin(self) -> None:
        """A request begins."""
        self._head_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A part of the address is there."""
        self._weigh(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header is there."""
        self._weigh(len(name) + len(value))
        super().on_header(name, value)

    def _weigh(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > HEAD_BYTES_MAX or len(self.headers) >= HEADERS_MAX:
            self._is_too_large = True
            raise ValueError("the head of a request is too large")

    def on_headers_complete(self) -> None:
        """The head is there; now the body has its time."""
        super().on_headers_complete()
        self.wait(BODY_SECONDS)

    def on_message_complete(self) -> None:
        """The request is there."""
        self.wait(None)
        super().on_message_complete()

    def send_400_response(self, _msg: str) -> None:
        """Say that a request could not be read, and close."""
        status, text = (431, TOO_LARGE) if self._is_too_large else (400, UNREADABLE)
        body = text.encode()
        if not self.transport.is_closing():
            self.transport.write(
                STATUS_LINE[status]
                + b"content-type: text/plain; charset=utf-8\r\n"
                + b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
                + body
            )
        self.transport.close()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def page_listener_options() -> dict[str, Any]:
    """Further settings of the uvicorn server that carries the pages."""
    return {"http": PageProtocol, "ws": "none", "timeout_keep_alive": KEPT_SECONDS}


def allow_files() -> None:
    """Let this process have as many open connections as the limits above allow for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
