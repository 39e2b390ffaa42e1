"""What the API says of itself: OpenAPI, made of the handlers and served at `/api/openapi.json`.

Every handler names the refusals that it may answer with `problems`; what may happen to any request
stands in `ANYWHERE`.
"""

from __future__ import annotations

import asyncio
import functools
import json
from typing import Annotated, Any

import msgspec
from litestar import Litestar, Response, get
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import Parameter
from litestar.types import ControllerRouterHandler

from node import __version__
from node.api.values import SHAPES, ProblemOut
from node.web.problem import PROBLEM_JSON
from node.web.visit import Visit

WHY = {
    400: "What was sent cannot be read.",
    401: "Nobody is signed in: send the token of a session.",
    403: "Not allowed, or sent from a page of another site.",
    404: "There is no such thing, or it is none of the asker's business.",
    405: "The address does not take this method; `Allow` names those that it takes.",
    409: "A rule of the house is against it as things stand.",
    413: "More than the node takes at once.",
    421: "The node is not called by this host name.",
    422: "What was sent can be read and makes no sense.",
    429: "Too many wrong guesses: try again after `Retry-After` seconds.",
    500: "A fault of the node; nothing was changed.",
    503: "The node cannot write at the moment; nothing was changed.",
    507: "The node's storage is full; nothing was changed.",
}
ANYWHERE = (400, 403, 413, 421, 429, 500, 503, 507)
ABOUT = """\
Rooms, reservations and passes of a residential quarter, as its nodes offer them on the local
network. Every refusal is problem+json (RFC 9457) with the sentence and the remedy that the pages
show, in the language of `Accept-Language` (German or English).

Sign in at `/api/sessions` and send the token as `Authorization: Bearer`. Writes take an
`Idempotency-Key`: the same key with the same body is answered as the first time for a day, with
another body it is refused; keys of others are unknown to whoever asks. Signing in takes none:
each answer is a session of its own.
"""

Key = Annotated[
    str,
    Parameter(
        header="Idempotency-Key",
        max_length=200,
        description="Random text that makes a repeated write happen once.",
    ),
]
"""A handler's parameter of a write that may be sent twice."""

SIGNED_IN: list[dict[str, list[str]]] = [{"bearer": []}]


def signed_in_first(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard: a stranger is told to sign in before what was sent is looked at."""
    visit: Visit = connection.scope["visit"]  # type: ignore[typeddict-item]
    visit.signed_in()


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The refusals of a handler for its `responses`, beside those of every request."""
    return {
        status: ResponseSpec(
            ProblemOut, generate_examples=False, description=WHY[status], media_type=PROBLEM_JSON
        )
        for status in sorted({*ANYWHERE, *statuses})
    }


@functools.cache
def description(routes: tuple[ControllerRouterHandler, ...]) -> str:
    """The description of these handlers as JSON."""
    config = OpenAPIConfig(
        title="Quartier",
        version=__version__,
        description=ABOUT,
        use_handler_docstrings=True,
        components=Components(
            security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}
        ),
    )
    # No request is ever served here; a handler's visit is no parameter of the API.
    visits = {"visit": Provide(object, sync_to_thread=False)}
    app = Litestar(route_handlers=list(routes), dependencies=visits, openapi_config=config)
    found = app.openapi_schema.to_schema()
    # msgspec checks what comes in, so its own schemas are the true ones.
    _, shapes = msgspec.json.schema_components(SHAPES, ref_template="#/components/schemas/{name}")
    found["components"]["schemas"].update(shapes)
    return json.dumps(found, indent=1, ensure_ascii=False)


def describing(routes: tuple[ControllerRouterHandler, ...]) -> ControllerRouterHandler:
    """The handler that serves the description of these handlers."""

    @get(["/api", "/api/openapi.json"], include_in_schema=False)
    async def serve() -> Response[str]:
        """What the API says of itself."""
        text = await asyncio.to_thread(description, routes)
        return Response(text, media_type="application/json")

    return serve
