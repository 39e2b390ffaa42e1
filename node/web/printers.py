"""The devices of this box in words: what is wrong with one and what helps, and how a job is going.

One set of sentences for the desk, the lobby, the health page and the doctor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from node import devices, quarter, spaces
from node.base.refusals import N_, Refusal
from node.devices import JobState, Locks, LockTrouble, Printer, Why
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
    """What keeps this box from its locks, as far as the last look showed it; and the locks that did
    not say "open" to the latest touch of the last day for another reason.
    """
    latest = {
        each.space_id: each for each in unlocking.openings_since(read, now - timedelta(days=1))
    }
    found = _of_brokers(locks)
    for space_id, each in latest.items():
        space = spaces.find_space(read, space_id)
        is_known = each.outcome is not None or now - each.fact.at > unlocking.KNOWN_WITHIN
        if space is None or locks.of(space.row.key) is None or not is_known:
            continue
        if space.row.key in locks.troubles:
            continue
        if each.outcome is not UnlockKind.OPENED:
            found.append(Refusal("lock.trouble", LOCK[0], LOCK[1], values={"place": space.name}))
    return found


def _of_brokers(locks: Locks) -> list[Refusal]:
    """Each trouble once, however many doors hang on one broker."""
    found = {}
    for place, why in locks.troubles.items():
        lock = locks.of(place)
        if lock is not None:
            told = LOCK_TROUBLES[why]
            named = place if why in OF_ONE_DOOR else lock.broker
            key = (why, named)
            found[key] = Refusal(f"lock.{why}", told[0], told[1], values={"name": named})
    return list(found.values())


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
        "Sehen Sie nach, ob es Strom und Netz hat, ob der MQTT-Broker läuft und ob diese Box dort"
        " schreiben darf. Bis dahin helfen Schlüssel und Service-Point."
    ),
)
OF_ONE_DOOR = frozenset({LockTrouble.OFFLINE, LockTrouble.RIGHTS, LockTrouble.DROPPED})
LOCK_TROUBLES = {
    LockTrouble.FILES: (
        N_("Passwort oder Zertifikat für den MQTT-Broker {name} sind nicht zu lesen."),
        N_(
            "Der Betrieb prüft lock_password_file und lock_ca_file und ob diese Box beide lesen"
            " darf. Bis dahin öffnet sie keine Tür; es helfen Schlüssel und Service-Point."
        ),
    ),
    LockTrouble.UNREACHED: (
        N_("Der MQTT-Broker {name} der Schlösser ist nicht zu erreichen."),
        N_(
            "Sehen Sie nach, ob er läuft und am Netz ist. Bis dahin öffnet diese Box keine Tür; es"
            " helfen Schlüssel und Service-Point."
        ),
    ),
    LockTrouble.CERTIFICATE: (
        N_("Dem Zertifikat des MQTT-Brokers {name} der Schlösser ist nicht zu trauen."),
        N_(
            "Es ist abgelaufen, lautet auf einen anderen Namen oder stammt nicht von der Stelle in"
            " lock_ca_file. Bis der Betrieb das geklärt hat, öffnet diese Box keine Tür; es helfen"
            " Schlüssel und Service-Point."
        ),
    ),
    LockTrouble.NO_TLS: (
        N_("Der MQTT-Broker {name} der Schlösser spricht dort kein TLS."),
        N_(
            "Der Betrieb prüft Adresse und Port in „locks“. Bis dahin öffnet diese Box keine Tür;"
            " es helfen Schlüssel und Service-Point."
        ),
    ),
    LockTrouble.REFUSED: (
        N_("Der MQTT-Broker {name} der Schlösser lässt diese Box nicht ein."),
        N_(
            "Der Betrieb prüft Namen und Passwort. Bis dahin öffnet diese Box keine Tür; es helfen"
            " Schlüssel und Service-Point."
        ),
    ),
    LockTrouble.RIGHTS: (
        N_("Der MQTT-Broker lässt diese Box das Schloss „{name}“ nicht hören."),
        N_("Der Betrieb prüft die Rechte am Broker: docs/operating.md, „Locks“."),
    ),
    LockTrouble.DROPPED: (
        N_("Der MQTT-Broker gibt wohl nicht weiter, was diese Box dem Schloss „{name}“ sagt."),
        N_(
            "Der Betrieb gibt ihr am Broker das Recht, dorthin zu schreiben und dort zu lesen:"
            " docs/operating.md, „Locks“. Bis dahin helfen Schlüssel und Service-Point."
        ),
    ),
    LockTrouble.OFFLINE: (
        N_("Das Schloss „{name}“ ist nicht am Netz."),
        N_(
            "Sehen Sie nach, ob es Strom und WLAN hat. Bis dahin helfen Schlüssel und"
            " Service-Point."
        ),
    ),
}
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
