"""Ready answers carry what a handler puts into them, and not more."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar.datastructures import Cookie

from node.web.ready import HTML, Ready


def sent(answer: Ready) -> list[Any]:
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        raise AssertionError("an answer asks for nothing")

    asyncio.run(answer.to_asgi_response(None, None)({}, receive, send))
    return messages


def test_status_kind_length_cookies_and_headers_are_sent() -> None:
    cookies = [Cookie(key="prefs", value="en.dark.1.auto", httponly=True)]
    answer = Ready("Grüße".encode(), HTML, status=422, cookies=cookies, vary=b"accept, cookie")
    answer.headers["clear-site-data"] = '"cookies"'
    start, body = sent(answer)
    lines = start["headers"]
    assert start["status"] == 422
    assert (b"content-type", b"text/html; charset=utf-8") in lines
    assert (b"content-length", b"7") in lines
    assert (b"vary", b"accept, cookie") in lines
    assert (b"clear-site-data", b'"cookies"') in lines
    assert next(value for name, value in lines if name == b"set-cookie").startswith(
        b"prefs=en.dark"
    )
    assert body == {"type": "http.response.body", "body": "Grüße".encode(), "more_body": False}
