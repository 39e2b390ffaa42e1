"""The devices of this box in words: what is wrong with one and what helps, and how a job is going.

One set of sentences for the desk, the lobby, the health page and the doctor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from node import devices, quarter, spaces
from node.base.refusals import N_, Refusal
from node.devices import JobState, Locks, Printer, Why
from node.spaces import unlocking
from node.spaces.unlock import UnlockKind
from node.store import Read
from node.web.errors import words
from node.web.visit import Visit


def troubles_of_printers(read: Read, printers: Sequence[Printer]) -> list[Refusal]:
    """What somebody should look after."""
    found = devices.printer_troubles(read, printers)
    return [_of(job.why, name) for name, job in found.items() if job.why is not None]


def troubles_of_screens(
    read: Read, *, now: datetime, within: timedelta = devices.QUIET_AFTER
) -> list[Refusal]:
    """The touchscreens that feel a finger where none is."""
    zone = quarter.zone_of(read)
    return [
        Refusal(
            "screen.touch",
            STUCK[0],
            STUCK[1],
            values={"address": each.address, "since": f"{each.since.astimezone(zone):%H:%M}"},
        )
        for each in devices.stuck_touches(read, now=now, within=within)
    ]


def troubles_of_locks(read: Read, locks: Locks, *, now: datetime) -> list[Refusal]:
    """The locks of this box that did not say "open" to the latest touch of the last day."""
    latest = {
        each.space_id: each for each in unlocking.openings_since(read, now - timedelta(days=1))
    }
    found = []
    for space_id, each in latest.items():
        space = spaces.find_space(read, space_id)
        is_known = each.outcome is not None or now - each.fact.at > unlocking.KNOWN_WITHIN
        if space is None or locks.of(space.row.key) is None or not is_known:
            continue
        if each.outcome is not UnlockKind.OPENED:
            found.append(Refusal("lock.trouble", LOCK[0], LOCK[1], values={"place": space.name}))
    return found


def _of(why: Why, name: str) -> Refusal:
    told = TROUBLES[why]
    return Refusal(f"printer.{why}", told[0], told[1], values={"name": name})


def said_of(visit: Visit, why: Why, name: str) -> dict[str, Any]:
    """A trouble in the visitor's language."""
    return words(visit, _of(why, name))


STUCK = (
    N_(
        "Der Bildschirm in der Lobby ({address}) meldet seit {since} Uhr eine Berührung, wo niemand"
        " ist."
    ),
    N_(
        "Wischen Sie ihn trocken und nehmen Sie weg, was daran klebt. Hört es nicht auf, schalten"
        " Sie ihn aus und wieder ein."
    ),
)
LOCK = (
    N_("Das Schloss von „{place}“ hat zuletzt nicht geöffnet."),
    N_(
        "Sehen Sie nach, ob es Strom und Netz hat und ob der MQTT-Broker läuft. Bis dahin helfen"
        " Schlüssel und Service-Point."
    ),
)
JOB_WORDS = {
    JobState.WAITING: N_("wartet"),
    JobState.SENDING: N_("wird gedruckt"),
    JobState.PRINTED: N_("gedruckt"),
    JobState.UNSURE: N_("vielleicht gedruckt"),
    JobState.GIVEN_UP: N_("nicht gedruckt"),
}
NO_PRINTER = Refusal(
    "printer.none",
    N_("Diesen Drucker gibt es hier nicht."),
    N_("Laden Sie das Dokument als PDF herunter, oder wählen Sie einen anderen Drucker."),
    status=404,
)
TROUBLES = {
    Why.AWAY: (
        N_("Der Drucker „{name}“ ist nicht zu erreichen."),
        N_(
            "Sehen Sie nach, ob er eingeschaltet und angesteckt ist. Was wartet, druckt er dann von"
            " selbst."
        ),
    ),
    Why.SILENT: (
        N_("Der Drucker „{name}“ ist verbunden, antwortet aber nicht."),
        N_(
            "Schalten Sie ihn aus und wieder ein. Antwortet dieses Modell nie, trägt der Betrieb"
            " bei ihm ?mute=1 ein."
        ),
    ),
    Why.PAPER: (
        N_("Im Drucker „{name}“ fehlt Papier."),
        N_("Legen Sie eine neue Rolle ein. Was wartet, druckt er dann von selbst."),
    ),
    Why.COVER: (
        N_("Am Drucker „{name}“ ist die Klappe offen."),
        N_("Schließen Sie die Klappe. Was wartet, druckt er dann von selbst."),
    ),
    Why.FAULT: (
        N_("Der Drucker „{name}“ meldet eine Störung."),
        N_("Schalten Sie ihn aus, nehmen Sie verklemmtes Papier heraus, schalten Sie ihn ein."),
    ),
    Why.CUT: (
        N_("Die Verbindung zum Drucker „{name}“ riss ab."),
        N_(
            "Prüfen Sie sein Kabel. Ob der letzte Ausdruck vollständig ist, sehen Sie am Drucker;"
            " sonst drucken Sie ihn unter „Drucker“ noch einmal."
        ),
    ),
    Why.FORBIDDEN: (
        N_("Diese Box darf den Drucker „{name}“ nicht benutzen."),
        N_("Der Betrieb gibt sie ihr frei: docs/operating.md, „Printers“."),
    ),
    Why.CUPS: (
        N_("CUPS druckt auf „{name}“ gerade nicht."),
        N_(
            "Sehen Sie am Drucker nach Papier und Tinte. Der Betrieb sieht mit `lpstat -p`, was"
            " CUPS sagt, und gibt ihn mit `cupsenable` wieder frei."
        ),
    ),
    Why.STOPPED: (
        N_("Die Box ging aus, während „{name}“ druckte."),
        N_(
            "Sehen Sie am Drucker nach, ob der letzte Ausdruck vollständig ist. Sonst drucken Sie"
            " ihn unter „Drucker“ noch einmal."
        ),
    ),
}
