"""Who gets in where: every route asked by everybody, and the table of it in `docs/access.md`.

All things in the addresses (reservation, person, pass, device) are Anna's, so a column also tells
what her neighbours find there. Forms are sent empty: whoever is told what is missing in them has
got in.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx

from node.base.clock import FrozenClock
from node.base.ids import id_text, parse_id
from node.spaces import Phase
from node.web.list_links import GOOD_FOR, USE, list_thing
from node.web.short_links import seal
from tests.hostile.live import LOBBY, LiveNode, listening
from tests.hostile.routes import ENDLESS, Route, every_route
from tests.hostile.town import START, build_town, sign_in

RECORD = Path(__file__).resolve().parents[2] / "docs" / "access.md"
COLUMNS = {
    "nobody": "nobody",
    "anna": "resident, her own things",
    "bilal": "of her household",
    "clara": "resident without contract",
    "sam": "owner",
    "greta": "outside neighbour",
    "demir": "staff",
    "eva": "management",
    "ole": "operator",
}
ACTS = {
    "/desk/reservations/": ("check-in", "check-out", "approve", "decline", "cancel"),
    "/desk/waiting/": ("accept", "decline", "remove"),
    "/at/": ("check-in", "check-out"),
    "/p/": ("check-in", "check-out"),
    "/desk/deposits/": ("received", "returned", "withheld", "undo"),
    "/desk/hand-over/": ("in", "out", "agree-in", "agree-out", "settle"),
    "/mine/": ("in", "out"),
    "/desk/turnover/": ("done", "back", "problem", "solved"),
    "/guest/{token:str}/hand-over/": ("in", "out"),
    "/list/": ("in", "out"),
    "/guest/": ("check-in", "check-out"),
    "/desk/guests/": ("signed", "seen"),
    "/turnover/": ("done", "back", "problem"),
}
ENDING = ("/cancel", "/cancellation", "/drop", "/guest", "/guest/end")
ANSWERS = {401: "sign in", 403: "no", 404: "not there"}
IN = "yes"
Found = dict[str, str]
"""The answer by method and address."""


def asked_routes() -> Iterator[tuple[Route, str]]:
    """All routes, those with an act once for each act.

    Reading comes before writing, and what ends a reservation last.
    """

    def order(route: Route) -> tuple[bool, bool, Route]:
        return route.method != "GET", route.path.endswith(ENDING), route

    for route in sorted(every_route(), key=order):
        if route.path in ENDLESS or route.path.startswith("/static"):
            continue
        acts = next((acts for start, acts in ACTS.items() if route.path.startswith(start)), ("",))
        for act in acts if "act" in route.parameters else ("",):
            yield route, act


def label(route: Route, act: str) -> str:
    return str(route).replace("<act>", act)


def answers(live: LiveNode, name: str) -> Found:
    """What one person is answered everywhere."""
    visitor = live.visitor(name)
    lobby = live.visitor(name, at=LOBBY)
    ids = dict(live.town.ids)
    found = {}
    for route, act in asked_routes():
        if route.method != "GET":
            ids |= live.run(live.node.store.write(lambda write: sign_in(write, live.cast, name)))
        path = route.filled(**things(live, ids, route, act))
        who = lobby if path.startswith("/kiosk") else visitor
        answer = who.send(
            route.method,
            path,
            headers={"accept": "application/json"},
            **({} if route.method == "GET" else {"data": {"csrf": who.csrf(path)}}),
        )
        found[label(route, act)] = word(answer)
    return found


def things(live: LiveNode, ids: dict[str, str], route: Route, act: str) -> dict[str, str]:
    """Anna's, for the parameters of an address."""
    known = {
        "act": act,
        "space": ids["space hofsaal"],
        "text": live.town.passes["anna"],
        "file": f"{live.town.calendars['anna']}.ics",
        "number": "0",
        "code": live.town.furnished.cards["anna"],
        "newcomer_id": ids["newcomer_id"],
        "node_id": id_text(live.node.store.core.identity.site_id),
    }
    if route.path.startswith("/turnover"):
        known["token"] = live.town.calendars["cleaner"]
    if route.path.startswith("/guest"):
        known["token"] = live.town.calendars["guest"]
    if route.path.startswith("/list"):
        known["token"] = list_token(live, act)
    if "guest" in route.path:
        known["reservation"] = ids["stay anna"]
    return {name: known.get(name) or ids.get(f"{name} anna", "none") for name in route.parameters}


def list_token(live: LiveNode, act: str) -> str:
    """What the lobby gives a phone for the list of Anna's reservation."""
    thing = list_thing(parse_id(live.town.ids["reservation anna"]), Phase(act or "in"))
    return seal(live.node.store.core.secret, USE, thing, until=START + GOOD_FOR)


def word(answer: httpx.Response) -> str:
    told = f"{answer.request.method} {answer.request.url} -> {answer.status_code}"
    assert answer.status_code < 500, told
    return ANSWERS.get(answer.status_code, IN)


def everybody(folder: Path) -> dict[str, Found]:
    """The whole table: answers by person, each on a quarter of their own."""
    (folder / "town").mkdir()
    town = build_town(folder / "town", FrozenClock(START))
    found = {}
    for name in COLUMNS:
        with listening(town, folder / name, FrozenClock(START)) as live:
            found[name] = answers(live, name)
    return found


def generated(found: dict[str, Found]) -> str:
    """The table as `docs/access.md` shows it."""
    lines = [
        "# Who may what",
        "",
        "Generated by `python -m tests.hostile.access` from answers of a running node; a test",
        "keeps it true. All things in the addresses are those of one resident, Anna. `yes`: gets",
        "in (a form may still say what is missing in it); `sign in`: is led to the sign-in; `no`:",
        "is refused in words; `not there`: others' things do not exist for this person.",
        "",
        "| address | " + " | ".join(COLUMNS.values()) + " |",
        "|---" * (len(COLUMNS) + 1) + "|",
    ]
    for address in sorted(found["anna"], key=lambda name: name.split(" ", 1)[::-1]):
        row = " | ".join(found[name][address] for name in COLUMNS)
        lines.append(f"| `{address}` | {row} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    logging.disable()
    with tempfile.TemporaryDirectory() as scratch:
        RECORD.write_text(generated(everybody(Path(scratch))), encoding="utf-8")
