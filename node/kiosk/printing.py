"""Printing beside the screen: what somebody takes along who has no phone at hand."""

from __future__ import annotations

from node.base.refusals import Refusal
from node.devices import Printers
from node.spaces import Line
from node.web.on_paper import look, put_in_queue
from node.web.printers import NO_PRINTER
from node.web.visit import Visit


async def print_here(visit: Visit, line: Line) -> Refusal | None:
    """Put it before the lobby's printer, in the language of whoever stands here."""
    printer = visit.house.service(Printers).lobby
    if printer is None:
        return NO_PRINTER
    taken = await visit.read(lambda read: look(read, line, lang=visit.prefs.lang))
    done = await put_in_queue(visit, taken, printer)
    return done if isinstance(done, Refusal) else None
