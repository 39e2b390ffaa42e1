"""A no as programs read it: problem+json (RFC 9457), with the sentence and remedy of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Response
from litestar.datastructures import Cookie

PROBLEM_JSON = "application/problem+json"


def problem(
    said: Mapping[str, Any],
    *,
    more: Mapping[str, Any] | None = None,
    cookies: Sequence[Cookie] = (),
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """The answer for a refusal's words; `more` are further members, empty ones left out."""
    further = {"field": said.get("field"), "help": said.get("help"), **(more or {})}
    body = {
        "type": f"urn:quartier:{said['code']}",
        "title": said["message"],
        "status": said["status"],
        "detail": said["remedy"],
        "code": said["code"],
        **{name: value for name, value in further.items() if value},
    }
    return Response(
        msgspec.json.encode(body),
        status_code=said["status"],
        media_type=PROBLEM_JSON,
        cookies=list(cookies),
        headers={"vary": "accept, cookie, accept-language", **(headers or {})},
    )
