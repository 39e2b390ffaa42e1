"""No page without a picture, no picture without a page."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.di import Provide

from node import desk, kiosk, portal
from node.app import visit_of
from node.central.pages import central_app
from node.setup.serving import setup_app
from tests.pictures.shots import SHOTS, Shot

NODE = Path(portal.__file__).parents[1]
TEMPLATE = re.compile(r'"((?:portal|kiosk|desk|setup|central)/\w+\.html|refusal\.html)"')
NO_PAGES = {
    "/mine/{reservation:str}/pass.svg",
    "/mine/{reservation:str}/pass.png",
    "/mine/{reservation:str}/calendar.ics",
    "/calendar/{file:str}",
    "/desk/reservations/{reservation:str}/slip",
    "/mine/{reservation:str}/photos/{photo:str}",
    "/desk/hand-over/{reservation:str}/photos/{photo:str}",
    "/desk/turnover/paper",
    "/desk/stays/paper",
    "/desk/stays/forms/paper",
    "/desk/places/{place:str}/sheet",
    "/guest/{token:str}/pass.svg",
    "/guest/{token:str}/photos/{photo:str}",
    "/list/{token:str}/photos/{photo:str}",
    "/desk/guests/{reservation:str}/form/{number:int}/paper",
    "/account/data/file",
    "/manifest.webmanifest",
    "/sw.js",
    "/door/sw.js",
    "/h/{token:str}",  # leads on to a page of the portal
    "/kiosk/scan",  # leads back to what was scanned
    "/P/{text:str}",  # the same as /p/, for a QR in capitals
}
"""What browsers ask for that is no page of its own."""


@functools.cache
def routes() -> dict[str, re.Pattern[str]]:
    """Every address of the faces that shows a page, as it is written and as a pattern."""
    app = Litestar(
        route_handlers=[*portal.ROUTES, *kiosk.ROUTES, *desk.ROUTES],
        dependencies={"visit": Provide(visit_of, sync_to_thread=False)},
        openapi_config=None,
    )
    shown = {route.path for route in app.routes if "GET" in getattr(route, "methods", ())}
    others = (*setup_app().routes, *central_app().routes)
    found = {route.path for route in others if "GET" in getattr(route, "methods", ())}
    shown |= {path for path in found if path.startswith(("/setup", "/central"))}
    return {path: pattern_of(path) for path in shown - NO_PAGES}


def pattern_of(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+:(str|int)\\\}", "[^/]+", re.escape(path)))


def route_of(shot: Shot) -> str:
    """The route that a shot ends at: the one without gaps where several fit."""
    path = shot.at or re.sub(r"\{\w+\}", "x", shot.path.partition("?")[0])
    fitting = [route for route, pattern in routes().items() if pattern.fullmatch(path)]
    return min(fitting, key=lambda route: route.count("{"), default="")


def test_every_page_has_a_picture() -> None:
    missing = routes().keys() - {route_of(shot) for shot in SHOTS.values()}
    assert not missing, "add them to tests/pictures/shots.py, and look at them"


def test_every_template_has_a_picture() -> None:
    sources = [path.read_text("utf-8") for path in NODE.rglob("*.py")]
    named = {name for source in sources for name in TEMPLATE.findall(source)}
    assert len(named) > 40
    assert named == {shot.template for shot in SHOTS.values()}


@pytest.mark.parametrize("name", ["portal", "kiosk", "desk", "setup", "central"])
def test_no_template_lies_about(name: str) -> None:
    """What no page shows and no template takes in is left over."""
    sources = [path.read_text("utf-8") for kind in ("*.py", "*.html") for path in NODE.rglob(kind)]
    everything = "\n".join(sources)
    for path in (NODE / "web" / "templates" / name).glob("*.html"):
        assert f'"{name}/{path.name}"' in everything, path.name
