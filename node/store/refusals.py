"""What the store says when it will not write, in words: each is a `Refusal`."""

from __future__ import annotations

from node.base.refusals import N_, Refusal

MUST_CATCH_UP = Refusal(
    code="store.must_catch_up",
    message=N_(
        "Diese Box wurde aus einer Sicherung wiederhergestellt und wartet auf ihre Nachbarn."
    ),
    remedy=N_("Bitte verbinden Sie sie mit dem Hausnetz. Lesen geht weiter."),
    status=503,
)
DISMISSED = Refusal(
    code="store.dismissed",
    message=N_("Diese Box wurde ersetzt und nimmt nichts Neues mehr an."),
    remedy=N_("Bitte nehmen Sie die Box, die jetzt an ihrer Stelle steht, oder den Service-Point."),
    status=503,
)
FULL = Refusal(
    "store.full",
    N_("Der Speicher dieser Box ist voll: Gerade kann nichts Neues gespeichert werden."),
    N_("Ansehen und Ausweise prüfen geht weiter. Bitte sagen Sie am Service-Point Bescheid."),
    status=507,
)
UNWRITABLE = Refusal(
    "store.unwritable",
    N_("Diese Box kann gerade nichts speichern. Es wurde nichts geändert."),
    N_(
        "Bitte versuchen Sie es gleich noch einmal. Hilft das nicht, sagen Sie bitte am "
        "Service-Point Bescheid."
    ),
    status=503,
)
FROM_THE_FUTURE = Refusal(
    "store.from_the_future",
    N_(
        "Die Datenbank stammt von einer neueren Version des Programms (Schema {found}) als diese "
        "hier (Schema {known})."
    ),
    N_(
        "Bitte installieren Sie die neuere Version wieder oder stellen Sie eine Sicherung von vor "
        "dem Update wieder her."
    ),
    status=503,
)
PAST_THE_STORE = Refusal(
    "store.past_the_store",
    N_("In der Tabelle {table} stehen Änderungen, die das Journal nicht kennt."),
    N_(
        "Bitte lassen Sie kein anderes Programm in die Datenbank schreiben und stellen Sie die "
        "letzte gute Sicherung wieder her: `quartier restore DATEI --replace`."
    ),
    status=503,
)
