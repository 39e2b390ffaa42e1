"""Figures of pages: the signed-in "my day" of the demo quarter, asked for over real sockets.

The page that is asked for again and again by one person is answered from the gate's memory; the
fresh one is asked for in words never said before, so it is read and drawn each time.
"""

from __future__ import annotations

from typing import Any

from benchmarks.figures import Figure, against_limit, against_peer, alternating
from benchmarks.load import Asker, answer_times, requests_a_second
from benchmarks.nodes import Prepared, home, prepared, running

ROUNDS = 5
STARLETTE = "Starlette + Jinja2 1/s"
CONSTANT = "constant answer 1/s"


def page_vs_starlette() -> Figure:
    """The page, asked for again by the same person, to a bare Starlette page."""
    value, reference = _page_against("/page")
    return against_peer("page_vs_starlette", value, "1/s", STARLETTE, reference, at_least=1)


def page_vs_constant() -> Figure:
    """The same to a constant answer of the same server."""
    value, reference = _page_against("/constant")
    return against_peer("page_vs_constant", value, "1/s", CONSTANT, reference, at_least=0.15)


def page_fresh_vs_starlette() -> Figure:
    """The page, drawn anew for every request, to a bare Starlette page: told, without a bar."""
    value, reference = _page_against("/page", is_fresh=True)
    return against_peer("page_fresh_vs_starlette", value, "1/s", STARLETTE, reference, at_least=0)


def _page_against(path: str, *, is_fresh: bool = False) -> tuple[float, float]:
    quarter = prepared()
    port = quarter.home_port + 30
    ours = Asker(quarter.home_port, "/", cookie=quarter.cookie, is_fresh=is_fresh)
    with home(), bare(quarter, port):
        return alternating(
            {
                "value": lambda: requests_a_second(ours),
                "reference": lambda: requests_a_second(Asker(port, path)),
            },
            rounds=ROUNDS,
        )


def bare(quarter: Prepared, port: int) -> Any:
    """The reference, running."""
    database = str(quarter.folder / "bare.db")
    return running("benchmarks.bare", str(port), database, port=port, path="/constant")


def page_p95_ms() -> Figure:
    """How long fifty people wait for the page who ask for it a few times a second, at p95."""
    quarter = prepared()
    askers = [Asker(quarter.home_port, "/", cookie=cookie) for cookie in quarter.cookies]
    with home():
        times = sorted(answer_times(askers))
    return against_limit("page_p95_ms", times[len(times) * 95 // 100] * 1000, "ms", at_most=50)
