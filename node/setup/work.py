"""Long work of a first start: one piece at a time, in a thread, looked at by the pages.

It goes on when nobody looks, and what it came to is kept until the next piece begins.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from node.base.refusals import N_, Refusal, RefusedError
from node.belonging import Progress
from node.sync import RosterError, TroubleError
from node.troubles import refusal_of
from node.verbs import BusyError
from node.web.errors import trace
from node.web.i18n import SOURCE

log = logging.getLogger("quartier.setup")
Say = Callable[[Progress], object]
Hold = Callable[[], AbstractContextManager[None]]


@dataclass(slots=True)
class Work:
    """The piece of work that goes on, or the last one. `way` is the page that began it."""

    hold: Hold
    way: str = ""
    progress: Progress | None = None
    refusal: Refusal | None = None
    outcome: Any = None
    is_stopped: bool = False
    _thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def goes_on(self) -> bool:
        """Whether it has not ended yet."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self, way: str, run: Callable[[Say], object]) -> None:
        """Begin it; refused while another goes on."""
        if self.goes_on:
            raise RefusedError(GOES_ON)
        self.way, self.progress, self.refusal, self.outcome = way, Progress(BEGINS), None, None
        self.is_stopped = False
        # A daemon: whoever stops the box need not wait, for every piece can be begun again.
        self._thread = threading.Thread(target=self._run, args=(run,), daemon=True)
        self._thread.start()

    def _run(self, run: Callable[[Say], object]) -> None:
        outcome, refusal = attempt(self.hold, lambda: run(self._say))
        self.outcome, self.refusal = outcome, refusal

    def stop(self) -> None:
        """Wait no longer for somebody elsewhere; what works on is not cut off."""
        if self.waits:
            self.is_stopped = True

    @property
    def waits(self) -> bool:
        """Whether it waits for somebody elsewhere."""
        return self.goes_on and self.progress is not None and bool(self.progress.code)

    def _say(self, progress: Progress) -> None:
        if self.is_stopped and progress.code:
            raise RefusedError(STOPPED)
        self.progress = progress


def attempt(hold: Hold, run: Callable[[], Any]) -> tuple[Any, Refusal | None]:
    """Do something while holding the node's lock: what came of it, or why nothing did."""
    try:
        with hold():
            return run(), None
    except Exception as error:  # noqa: BLE001 - the page must say something, whatever it was
        return None, _refusal_of(error)


def _refusal_of(error: Exception) -> Refusal:
    match error:
        case RefusedError(refusal=refusal):
            return refusal
        case TroubleError():
            return refusal_of(error, SOURCE)
        case BusyError():
            return BUSY
        case RosterError(refusal=refusal):
            return refusal or NOT_IN_ROSTER
        case OSError():
            log.error("setting up failed: %s", error.strerror)
            return DISK
        case _:
            # Without the error's own words: they may hold what somebody typed.
            log.error("setting up failed\n%s", trace(error))
            return FAULT


BEGINS = N_("Es geht los.")
STOPPED = Refusal(
    "setup.stopped",
    N_("Diese Box wartet nicht mehr."),
    N_("Derselbe Code gilt für sie noch, solange die Zentrale sie als wartend führt."),
)
GOES_ON = Refusal(
    "setup.goes_on",
    N_("Diese Box wird gerade eingerichtet."),
    N_("Bitte warten Sie, bis sie damit fertig ist."),
)
BUSY = Refusal(
    "setup.busy",
    N_("Jemand richtet diese Box gerade über die Befehlszeile ein."),
    N_("Bitte warten Sie einen Augenblick und versuchen Sie es noch einmal."),
)
NOT_IN_ROSTER = Refusal(
    "setup.not_in_roster",
    N_("Diese Box steht nicht mehr auf der Liste des Quartiers."),
    N_("Bitte beginnen Sie noch einmal von vorn."),
)
DISK = Refusal(
    "setup.disk",
    N_("Der Speicher dieser Box lässt sich nicht beschreiben."),
    N_("Ist er voll oder defekt? Schaffen Sie Platz oder nehmen Sie einen anderen."),
    status=507,
)
FAULT = Refusal(
    "setup.fault",
    N_("Dabei ist ein Fehler passiert."),
    N_("Bitte versuchen Sie es noch einmal. Hilft das nicht, rufen Sie die Betreuung."),
    status=500,
)
