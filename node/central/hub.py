"""Chooses the quarter by the host name asked for, and the operator's pages by their address."""

from __future__ import annotations

from collections.abc import Mapping

from litestar.types import ASGIApp, Receive, Scope, Send

from node.web.asked import host_name

OPERATORS = "/central"
"""Where the operator's own pages are, at every name of this central."""

METRICS = "/metrics"
"""All quarters in one go, also at every name: whoever measures the machine knows only that."""


class Hub:
    """An ASGI application of many quarters' pages; unknown names get a plain 421."""

    def __init__(self, quarters: Mapping[str, ASGIApp], operators: ASGIApp | None = None) -> None:
        self._quarters = quarters
        self._operators = operators

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the quarter that is meant, or to the operator's pages."""
        app = self._meant(scope)
        if app is None:
            await _unknown(send)
            return
        await app(scope, receive, send)

    def _meant(self, scope: Scope) -> ASGIApp | None:
        path = str(scope.get("path", ""))
        is_everywhere = path in {OPERATORS, METRICS} or path.startswith(f"{OPERATORS}/")
        if is_everywhere and self._operators is not None:
            return self._operators
        headers = dict(scope.get("headers", ()))
        host = host_name(headers.get(b"host", b"").decode("latin-1"))
        found = self._quarters.get(host) or self._quarters.get(host.split(".")[0])
        if found is not None:
            return found
        # One quarter needs no name; and what every page looks like is no quarter's own.
        if len(self._quarters) == 1:
            return next(iter(self._quarters.values()))
        return self._operators if path.startswith("/static/") else None


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
