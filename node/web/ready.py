"""Answers whose bytes are ready: the framework has nothing left to serialise or to work out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.datastructures import Cookie
from litestar.types import Receive, Scope, Send

HTML = b"text/html; charset=utf-8"
JSON = b"application/json"


def attachment(name: str) -> str:
    """What to say of a file to be saved under a name of any script (RFC 6266, RFC 8187)."""
    if name.isascii():
        return f'attachment; filename="{name}"'
    return f"attachment; filename*=UTF-8''{quote(name)}"


class Ready(Response[bytes]):
    """A page or its data. Headers that a handler adds to it go along."""

    def __init__(
        self, body: bytes, media_type: bytes, *, status: int, cookies: Sequence[Cookie], vary: bytes
    ) -> None:
        super().__init__(body, status_code=status, cookies=cookies)
        self._lines = [
            (b"content-type", media_type),
            (b"vary", vary),
            (b"content-length", b"%d" % len(body)),
        ]

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        """What the framework calls to have it sent."""
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send it; the framework names what it gives."""
        lines = [*self._lines, *(cookie.to_encoded_header() for cookie in self.cookies)]
        lines += [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send(
            {"type": "http.response.start", "status": self.status_code or 200, "headers": lines}
        )
        await send({"type": "http.response.body", "body": self.content, "more_body": False})
