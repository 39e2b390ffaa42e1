"""The face for programs: JSON, problem+json, OpenAPI at `/api/openapi.json`.

The pages' own addresses answer JSON too where only that is accepted; here are the shapes that
stay. Sessions are sent as `Authorization: Bearer`.
"""

from node.api import people, reservations, spaces
from node.api.tables import TABLES

ROUTES = (*people.ROUTES, *spaces.ROUTES, *reservations.ROUTES)
"""All handlers of this face."""

__all__ = ["ROUTES", "TABLES"]
