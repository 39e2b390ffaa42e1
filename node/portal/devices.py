"""Where I am signed in: browsers by words that their owner knows, signing out there, my card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from litestar import Response, post

from node import people
from node.base.actors import Face
from node.base.refusals import N_, granted
from node.web.forms import NOT_FOUND, path_id, read_fields
from node.web.gate import SESSION_COOKIES
from node.web.knocking import DEVICE_COOKIE
from node.web.visit import Visit

COOKIE = SESSION_COOKIES[Face.PORTAL]

SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
BROWSERS = (
    ("Firefox", "Firefox"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("FxiOS", "Firefox"),
    ("Safari", "Safari"),
)
"""What stands in the text that browsers send, the rarer words first: most also say "Safari"."""


def device_words(visit: Visit, agent: str) -> str:
    """ "iPhone, Safari", or a general word where nothing is known."""
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    browser = next((name for sign, name in BROWSERS if sign in agent), "")
    known = ", ".join(part for part in (system, browser) if part)
    return known or visit.say(N_("Ein Gerät"))


def told_apart(texts: Iterable[str]) -> list[str]:
    """The same, but who has two alike reads a number at the second: "Linux, Chrome (2)"."""
    counts: Counter[str] = Counter()
    found = []
    for text in texts:
        counts[text] += 1
        found.append(text if counts[text] == 1 else f"{text} ({counts[text]})")
    return found


@post("/account/sessions/{session:str}/end", include_in_schema=False)
async def end_session(visit: Visit, session: str) -> Response[Any]:
    """Sign out at another browser."""
    actor = visit.signed_in()
    await read_fields(visit)
    sessions = visit.house.service(people.Sessions)
    if not await sessions.end_other(actor, path_id(session)):
        granted(NOT_FOUND)
    return visit.go("/account?done=session")


@post("/account/devices/{device:str}/forget", include_in_schema=False)
async def forget_device(visit: Visit, device: str) -> Response[Any]:
    """Sign out at a browser and know me there no more."""
    actor = visit.signed_in()
    await read_fields(visit)
    sessions = visit.house.service(people.Sessions)
    if not await sessions.forget_device(actor, path_id(device)):
        granted(NOT_FOUND)
    return visit.go("/account?done=session")


@post("/account/everywhere/sign-out", include_in_schema=False)
async def sign_out_everywhere(visit: Visit) -> Response[Any]:
    """Sign out at every browser and node; only this browser still knows me by name."""
    actor = visit.signed_in()
    await read_fields(visit)
    device = visit.kept(DEVICE_COOKIE)
    await visit.write(
        lambda write: people.sign_out_everywhere(write, actor, device=device, now=visit.now)
    )
    visit.forget(COOKIE)
    return visit.go("/sign-in")


@post("/account/card/revoke", include_in_schema=False)
async def revoke_card(visit: Visit) -> Response[Any]:
    """My card is lost."""
    actor = visit.signed_in()
    await read_fields(visit)
    await visit.write(
        lambda write: people.revoke_cards(write, actor, actor.person_id, now=visit.now)
    )
    return visit.go("/account?done=card")


ROUTES = (end_session, forget_device, sign_out_everywhere, revoke_card)
