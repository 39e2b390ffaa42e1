"""The face for programs: JSON, problem+json, OpenAPI at `/api/openapi.json`.

The pages' own addresses answer JSON too where only that is accepted; here are the shapes that
stay. Sessions are sent as `Authorization: Bearer`.
"""

from node.api import people, reservations, spaces
from node.api.description import describing, description
from node.api.tables import TABLES

_DESCRIBED = (*people.ROUTES, *spaces.ROUTES, *reservations.ROUTES)
ROUTES = (*_DESCRIBED, describing(_DESCRIBED))
"""All handlers of this face."""


def openapi_text() -> str:
    """The API's description as JSON, without a running node."""
    return description(_DESCRIBED)


__all__ = ["ROUTES", "TABLES", "openapi_text"]
