"""How somebody wants to read: language, colours, size of type, contrast; kept in one cookie."""

from __future__ import annotations

from typing import Any

from litestar import Response, post

from node.web.forms import read_fields
from node.web.prefs import changed, local_path
from node.web.visit import Visit


@post("/prefs", include_in_schema=False)
async def set_prefs(visit: Visit) -> Response[Any]:
    """Keep the wishes and go back to where one was."""
    fields = await read_fields(visit)
    visit.keep_prefs(changed(visit.prefs, fields.given))
    return visit.go(local_path(fields.given.get("back", "")))


ROUTES = (set_prefs,)
