"""What stands around the pages of a first start: as in a lobby at the box's own screen."""

from __future__ import annotations

from typing import Any

from litestar import Response

from node.base.refusals import Refusal
from node.kiosk.prefs import kiosk_prefs
from node.setup.door import at_own_screen, is_overheard
from node.setup.state import Setup
from node.web.errors import words
from node.web.visit import Visit, as_mapping

HOME = "/setup"


def setup_of(visit: Visit) -> Setup:
    """The first start that the page belongs to."""
    return visit.house.service(Setup)


def setup_page(
    visit: Visit,
    template: str,
    data: Any = None,
    *,
    refusal: Refusal | None = None,
    status: int = 0,
    again: str = "",
) -> Response[Any]:
    """A page of the first start, with a no where there is one. `again` shows it once more."""
    lobby = at_own_screen(visit)
    if lobby:
        visit.prefs = kiosk_prefs(visit.asked)
    said = words(visit, refusal) if refusal else None
    fields = as_mapping(data)
    if said and said["field"]:
        fields["problems"] = {said["field"]: f"{said['message']} {said['remedy']}"}
    status = status or (refusal.status if refusal else 200)
    shown = {"refusal": said, **fields}
    if visit.wants_json:
        told = {name: part for name, part in shown.items() if part is not None}
        return visit.page(template, told, status=status)
    frame: dict[str, Any] = {
        "lobby": lobby,
        "overheard": is_overheard(visit),
        "actor": None,
        "problems": {},
        "given": {},
    }
    if again:
        frame |= {"path": again, "way_back": again}
    page = visit.page(template, {**frame, **shown}, status=status)
    page.headers["cache-control"] = "no-store"
    return page
