"""Reads bodies of requests; what cannot be read is the sender's mistake, however it breaks."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.datastructures import FormMultiDict, State
from litestar.exceptions import ClientException


class BodyRequest(Request[Any, Any, State]):
    """A request of this application. The framework lets two kinds of broken bodies through."""

    async def json(self) -> Any:
        """The body as JSON; raises `ClientException` also where it is nested without end."""
        try:
            return await super().json()
        except RecursionError:
            raise ClientException from None

    async def form(self) -> FormMultiDict:
        """The fields of a form; raises `ClientException` also where they are no text."""
        try:
            return await super().form()
        except UnicodeDecodeError:
            raise ClientException from None
