"""How the line to other nodes is, in plain words: what the strips of all faces say."""

from __future__ import annotations

from dataclasses import dataclass

from node.base.refusals import N_
from node.web.visit import Visit


@dataclass(frozen=True, slots=True)
class LineWords:
    """`state` is "ok", "waiting" or "cut"; `text` says it."""

    state: str
    text: str


async def line_now(visit: Visit) -> LineWords:
    """The state of the line now."""
    visit.strays = True
    waiting, cut = await visit.house.line()
    if cut:
        text = visit.say(N_("Leitung getrennt: hier geht alles weiter"))
        if waiting:
            text = visit.say(N_("Leitung getrennt: {waiting}"), waiting=_waiting(visit, waiting))
        return LineWords("cut", text)
    if waiting:
        return LineWords("waiting", _waiting(visit, waiting))
    return LineWords("ok", visit.say(N_("alles übertragen")))


def _waiting(visit: Visit, count: int) -> str:
    if count == 1:
        return visit.say(N_("1 Änderung wartet"))
    return visit.say(N_("{count} Änderungen warten"), count=count)
