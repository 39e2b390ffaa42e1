"""The beat of a lobby screen: proof that its page still runs and draws."""

from __future__ import annotations

from litestar import post

from node.web.forms import Fields
from node.web.screens import Screen, Screens
from node.web.visit import Visit

FRAMES_MAX = 1000


@post("/beat", include_in_schema=False, status_code=204)
async def beat(visit: Visit) -> None:
    """Note that the screen is alive; without a form's token, for it changes nothing of anybody."""
    form = await visit.request.form()
    fields = Fields(visit, {"frames": str(form.get("frames", ""))})
    frames = fields.number("frames", low=0, high=FRAMES_MAX, default=0)
    address = visit.request.client.host if visit.request.client else ""
    visit.house.service(Screens).note(Screen(address, visit.now, frames))


ROUTES = (beat,)
