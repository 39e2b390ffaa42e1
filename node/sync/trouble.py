"""What can go wrong between two nodes, in words for the people who look after them.

A trouble has a name for programs and logs and two German sentences: what is, and what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from node.base.refusals import N_


class Trouble(StrEnum):
    """Why a round did not come to rest."""

    NOT_FOUND = "not_found"
    UNREACHABLE = "unreachable"
    WRONG_KEY = "wrong_key"
    NOT_ACCEPTED = "not_accepted"
    DISMISSED = "dismissed"
    OTHER_QUARTER = "other_quarter"
    OTHER_EPOCH = "other_epoch"
    PEER_OLDER = "peer_older"
    PEER_NEWER = "peer_newer"
    GARBLED = "garbled"
    BUSY = "busy"
    CUT = "cut"
    FORKED = "forked"
    STOPPED = "stopped"
    BEHIND = "behind"
    OUTRUN = "outrun"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Words:
    """A trouble in German: `message` says what is, `remedy` what to do; both may hold {name}."""

    message: str
    remedy: str


_AGREE = N_("Lassen Sie eine der beiden Boxen neu koppeln; die Betreuung weiß, welche.")
_UPDATE = N_("Aktualisieren Sie die ältere der beiden Boxen; bis dahin wartet alles.")
_SUPPORT = N_("Bitte melden Sie das der Betreuung. Diese Box arbeitet inzwischen weiter.")

WORDS: dict[Trouble, Words] = {
    Trouble.NOT_FOUND: Words(
        N_("{name} wurde im Netz noch nicht gefunden."),
        N_("Ist die Box eingeschaltet und am selben Netz wie diese? Es wird weiter gesucht."),
    ),
    Trouble.UNREACHABLE: Words(
        N_("{name} antwortet nicht."),
        N_("Ist dort Strom, steckt das Netzkabel? Es wird von selbst weiter versucht."),
    ),
    Trouble.WRONG_KEY: Words(
        N_("An der Adresse von {name} antwortet eine andere Box."),
        N_("Prüfen Sie die eingetragene Adresse. Wurde die Box ersetzt, koppeln Sie sie neu."),
    ),
    Trouble.NOT_ACCEPTED: Words(
        N_("{name} nimmt diese Box nicht an."),
        N_("Wurde diese Box abgemeldet, koppeln Sie sie neu. Sonst hilft es, kurz zu warten."),
    ),
    Trouble.DISMISSED: Words(
        N_("Diese Box wurde ersetzt und gehört nicht mehr zum Quartier."),
        N_("Schalten Sie sie aus. Soll sie wieder dazugehören, koppeln Sie sie neu."),
    ),
    Trouble.OTHER_QUARTER: Words(N_("{name} gehört zu einem anderen Quartier."), _AGREE),
    Trouble.OTHER_EPOCH: Words(
        N_("{name} wurde neu begonnen und hat eine andere Vorgeschichte als diese Box."), _AGREE
    ),
    Trouble.PEER_OLDER: Words(N_("{name} hat eine ältere Programmversion."), _UPDATE),
    Trouble.PEER_NEWER: Words(N_("{name} hat eine neuere Programmversion."), _UPDATE),
    Trouble.GARBLED: Words(N_("{name} hat etwas geschickt, das nicht zu lesen ist."), _SUPPORT),
    Trouble.BUSY: Words(
        N_("{name} ist gerade beschäftigt."), N_("Nichts zu tun: es wird gleich wieder versucht.")
    ),
    Trouble.CUT: Words(
        N_("Die Leitung zu {name} ist in der Vorführung getrennt."),
        N_("Verbinden Sie sie wieder, dann wird alles nachgeholt."),
    ),
    Trouble.FORKED: Words(
        N_(
            "Die Speicherkarte von „{boxes}“ wurde kopiert: {name} kennt von ihr einen anderen"
            " Verlauf als diese Box."
        ),
        N_(
            "Lassen Sie beide Boxen mit dieser Karte eingeschaltet und am Netz. Die spätere wird"
            " von selbst eine Box für sich und behält, was auf ihr geschrieben wurde; dann gleicht"
            " sich alles ab. Gibt es die andere nicht mehr, melden Sie „{boxes}“ ab und koppeln Sie"
            " die Box neu."
        ),
    ),
    Trouble.STOPPED: Words(
        N_("Änderungen einer Box wurden nicht übernommen, weil sie eine Regel verletzen."), _SUPPORT
    ),
    Trouble.BEHIND: Words(
        N_("Diese Box war so lange weg, dass {name} die Änderungen von damals nicht mehr hat."),
        N_("Sie holt sich den ganzen Datenstand von selbst. Lassen Sie sie eingeschaltet."),
    ),
    Trouble.OUTRUN: Words(
        N_("{name} war so lange weg, dass diese Box die Änderungen von damals nicht mehr hat."),
        N_(
            "Die Box dort holt sich den ganzen Datenstand von selbst. Ist es die Zentrale, spielen"
            " Sie dort eine neuere Sicherung ein."
        ),
    ),
    Trouble.STORE: Words(
        N_("Diese Box konnte Änderungen von {name} nicht speichern."),
        N_("Ist der Speicher voll? Starten Sie die Box neu; hilft das nicht, rufen Sie Hilfe."),
    ),
}


class TroubleError(Exception):
    """Ends a round or a request; `detail` is for the log, never shown to people."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble}: {detail}" if detail else str(trouble))
        self.trouble = trouble
        self.detail = detail
