"""Founding a quarter of which nothing is written yet: its name, its place, who looks after it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node.base.actors import Role
from node.base.refusals import N_
from node.quarter.files.beginnings import First, write_beginnings
from node.setup.door import admit
from node.setup.founding import HERE, NAME_CHARS_MAX, begin_founding, own_files, sound
from node.setup.frame import setup_of, setup_page
from node.web.forms import read_fields
from node.web.visit import Visit

BEGIN = f"{HERE}/begin"
BOX = "Service-Point"
"""What the first box is called, until somebody renames it at the desk."""

TASKS = {
    Role.STAFF: N_("Service-Point"),
    Role.MANAGEMENT: N_("Hausverwaltung"),
    Role.OPERATOR: N_("Technischer Betrieb"),
}
"""What the first of the team does; the others are in the files, later."""


@dataclass(slots=True)
class BeginPage:
    """See `setup/begin.html`."""

    tasks: list[dict[str, str]]
    given: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


@get(BEGIN, include_in_schema=False)
async def begin_page(visit: Visit) -> Response[Any]:
    """Ask for the little that is needed."""
    admit(visit)
    if setup_of(visit).settings.database.exists():
        # Begun and cut off: it goes on with the files that were written then.
        return visit.go(HERE)
    return setup_page(visit, "setup/begin.html", _page(visit))


@post(BEGIN, include_in_schema=False)
async def begin(visit: Visit) -> Response[Any]:
    """Write the quarter's first files and found it with them."""
    admit(visit)
    setup = setup_of(visit)
    fields = await read_fields(visit)
    if setup.settings.database.exists():
        return visit.go(HERE)
    name, city, given_name, family_name = (
        fields.text(each, required=True, longest=NAME_CHARS_MAX)
        for each in ("name", "city", "given_name", "family_name")
    )
    role = fields.choice("role", [str(role) for role in TASKS], default=str(Role.STAFF))
    if fields.problems:
        page = _page(visit)
        page.given, page.problems = fields.given, fields.problems
        return setup_page(visit, "setup/begin.html", page, status=422, again=BEGIN)
    setup.given = {}
    folder, first = own_files(setup), First(given_name, family_name, role)
    await asyncio.to_thread(write_beginnings, folder, name=name, city=city, first=first)
    begin_founding(setup, await asyncio.to_thread(sound, folder), BOX)
    return visit.go("/setup/progress")


def _page(visit: Visit) -> BeginPage:
    tasks = [{"value": str(role), "text": visit.say(text)} for role, text in TASKS.items()]
    return BeginPage(tasks)


ROUTES = (begin_page, begin)
