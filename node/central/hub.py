"""Chooses the quarter by the host name that was asked for."""

from __future__ import annotations

from collections.abc import Mapping

from litestar.types import ASGIApp, Receive, Scope, Send

from node.web.asked import host_name


class Hub:
    """An ASGI application of many quarters' pages; unknown names get a plain 421."""

    def __init__(self, quarters: Mapping[str, ASGIApp]) -> None:
        self._quarters = quarters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the quarter that is meant."""
        headers = dict(scope.get("headers", ()))
        host = host_name(headers.get(b"host", b"").decode("latin-1"))
        app = self._quarters.get(host) or self._quarters.get(host.split(".")[0])
        if app is None:
            await _unknown(send)
            return
        await app(scope, receive, send)


async def _unknown(send: Send) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": 421,
            "headers": [(b"content-type", b"text/plain; charset=utf-8")],
        }
    )
    body = b"Hier ist kein Quartier dieses Namens. No quarter of this name is here."
    await send({"type": "http.response.body", "body": body, "more_body": False})
