"""The figure of the pages on which somebody looks for a place, with twelve years behind them."""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.figures import Figure, against_limit
from benchmarks.nodes import ask, free_ports, running
from benchmarks.rooms import fill, many_rooms
from node.base.actors import Face
from node.base.clock import SystemClock
from node.base.ids import id_text
from node.founding import found_quarter, import_into
from node.people.access import actor_of
from node.people.model import Knock
from node.people.sessions import start_session
from node.registry import REGISTRY
from node.serving import settle
from node.settings import FILE, Settings
from node.spaces import list_spaces
from node.store import Core, Write
from node.web.gate import SESSION_COOKIES

PAGES = 60
DAYS_AHEAD = 80
"""So far the room of the files can be reserved by its residents."""


def search_page_ms() -> Figure:
    """Looking for three hours in forty places, and one place with its month, as pages of a node
    with 200,000 reservations; each asked for once, by somebody signed in: the slower one's median.
    """
    chance = random.Random(1)
    with _serving() as served:
        took = [
            statistics.median(served.seconds(path(served, chance)) for _ in range(PAGES))
            for path in (_search, _month)
        ]
    return against_limit("search_page_ms", max(took) * 1000, "ms", at_most=30)


@dataclass(frozen=True, slots=True)
class _Served:
    port: int
    cookie: str
    places: list[str]

    def seconds(self, path: str) -> float:
        """How long a page takes."""
        return ask(path, self.port, cookie=self.cookie)


def _search(_: _Served, chance: random.Random) -> str:
    starts = chance.randint(9, 17)
    return f"/find?day={_day(chance)}&starts={starts:02d}:00&ends={starts + 3}:00&people=4"


def _month(served: _Served, chance: random.Random) -> str:
    return f"/spaces/{chance.choice(served.places)}?day={_day(chance)}"


def _day(chance: random.Random) -> str:
    ahead = timedelta(days=chance.randint(2, DAYS_AHEAD))
    return (SystemClock().now() + ahead).date().isoformat()


@contextmanager
def _serving() -> Iterator[_Served]:
    """The node of a quarter with forty rooms and what was reserved there, running."""
    port = free_ports()
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".benchmark-") as folder:
        settings = Settings(
            data=Path(folder), port=port, sync_port=port + 1, discovery=False, peers=()
        )
        found_quarter(settings, name="Service-Point")
        (settings.data / FILE).write_text(settings.to_toml(), encoding="utf-8")
        core = Core.open(settings.database, REGISTRY, clock=SystemClock())
        import_into(core, many_rooms(), progress=lambda *_: None)
        places = core.read(list_spaces)
        fill(core, places, now=core.clock.now())
        token = core.write(_sign_in)
        core.close()
        settle()
        with running("node", "serve", "--data", folder, port=port, path="/health"):
            cookie = f"{SESSION_COOKIES[Face.PORTAL]}_{port}={token}"
            yield _Served(port, cookie, [id_text(place.id) for place in places])


def _sign_in(write: Write) -> str:
    now = SystemClock().now()
    people = write.rows("select id from person order by id")
    found = (actor_of(write, row[0], face=Face.PORTAL, now=now) for row in people)
    somebody = next(actor for actor in found if actor is not None and actor.has_contract)
    return start_session(write, somebody, Knock(), now=now).token
