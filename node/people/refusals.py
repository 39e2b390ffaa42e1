"""Every no of the people room, in plain words, each with what to do.

A wrong name and a wrong password get the same answer, so that nobody learns who has an account.
"""

from __future__ import annotations

from node.base.refusals import N_, Refusal

NOT_A_PIN = Refusal(
    "people.not_a_pin",
    N_("Hier brauchen wir eine PIN aus 4 bis 8 Ziffern."),
    N_("Bitte nur Ziffern eingeben."),
    status=422,
    field="secret",
)
PIN_AS_PASSWORD = Refusal(
    "people.pin_as_password",
    N_("Ein Passwort braucht mehr als Ziffern."),
    N_("Bitte nehmen Sie auch Buchstaben, mindestens 8 Zeichen."),
    status=422,
    field="secret",
)
PIN_LENGTH = Refusal(
    "people.pin_length",
    N_("Eine PIN hat 4 bis 8 Ziffern."),
    N_("Bitte wählen Sie eine PIN mit 4 bis 8 Ziffern oder ein Passwort mit Buchstaben."),
    status=422,
    field="secret",
)
PIN_TOO_EASY = Refusal(
    "people.pin_too_easy",
    N_("Diese PIN ist zu leicht zu erraten."),
    N_("Bitte nicht 1234, 4321 oder lauter gleiche Ziffern."),
    status=422,
    field="secret",
)
PASSWORD_TOO_SHORT = Refusal(
    "people.password_too_short",
    N_("Ein Passwort hat mindestens 8 Zeichen."),
    N_("Oder wählen Sie eine PIN aus 4 bis 8 Ziffern."),
    status=422,
    field="secret",
)
PASSWORD_TOO_LONG = Refusal(
    "people.password_too_long",
    N_("Dieses Passwort ist zu lang."),
    N_("Höchstens 200 Zeichen sind möglich."),
    status=422,
    field="secret",
)
PASSWORD_TOO_EASY = Refusal(
    "people.password_too_easy",
    N_("Dieses Passwort ist zu leicht zu erraten."),
    N_("Bitte nehmen Sie verschiedene Zeichen."),
    status=422,
    field="secret",
)
NAME_MISSING = Refusal(
    "people.name_missing",
    N_("Bitte geben Sie einen Namen an."),
    N_("Der Vorname genügt."),
    status=422,
    field="given_name",
)
NAME_TOO_LONG = Refusal(
    "people.name_too_long",
    N_("Dieser Name ist zu lang oder enthält unsichtbare Zeichen."),
    N_("Höchstens 80 Zeichen sind möglich."),
    status=422,
    field="given_name",
)
NOT_ALLOWED = Refusal(
    "people.not_allowed",
    N_("Dafür haben Sie keine Berechtigung."),
    N_("Bitte fragen Sie am Service-Point."),
    status=403,
)
NOT_FOUND = Refusal(
    "people.not_found",
    N_("Diese Person oder diesen Haushalt gibt es hier nicht."),
    N_("Bitte suchen Sie noch einmal."),
    status=404,
)
CODE_WRONG = Refusal(
    "people.code_wrong",
    N_("Dieser Code passt nicht."),
    N_("Bitte prüfen Sie die zwölf Zeichen aus Ihrem Brief. Der Service-Point druckt einen neuen."),
    status=403,
    field="code",
)
CODE_REPLACED = Refusal(
    "people.code_replaced",
    N_("Dieser Code gilt nicht mehr. Für Ihren Haushalt gibt es einen neueren Brief."),
    N_("Bitte nehmen Sie den Code aus dem neuesten Brief, oder fragen Sie am Service-Point."),
    status=403,
    field="code",
)
CODE_REVOKED = Refusal(
    "people.code_revoked",
    N_("Dieser Code wurde gesperrt."),
    N_("Der Service-Point druckt Ihnen einen neuen Brief."),
    status=403,
    field="code",
)
MOVED_OUT = Refusal(
    "people.moved_out",
    N_("Dieser Haushalt ist nicht mehr angemeldet."),
    N_("Wenn das nicht stimmt, hilft Ihnen der Service-Point."),
    status=403,
)
CODE_NEEDED = Refusal(
    "people.code_needed",
    N_("Auf diesem Gerät kennen wir Sie noch nicht."),
    N_("Bitte geben Sie zuerst den Code aus Ihrem Brief ein."),
    status=403,
    field="code",
)
PIN_WRONG = Refusal(
    "people.pin_wrong",
    N_("Das war nicht richtig."),
    N_("Bitte versuchen Sie es noch einmal. Haben Sie die PIN vergessen, hilft der Service-Point."),
    status=403,
    field="secret",
)
NAME_OR_PASSWORD_WRONG = Refusal(
    "people.name_or_password_wrong",
    N_("Name oder Passwort stimmt nicht."),
    N_("Bitte versuchen Sie es noch einmal. Ein neues Passwort gibt der Betrieb."),
    status=403,
    field="secret",
)
WAIT = Refusal(
    "people.wait",
    N_("Zu viele Versuche. Bitte warten Sie {seconds} Sekunden."),
    N_("Auf Geräten, auf denen Sie schon angemeldet waren, geht es sofort."),
    status=429,
)
ALREADY_HAS_SECRET = Refusal(
    "people.already_has_secret",
    N_("{name} hat schon eine PIN oder ein Passwort."),
    N_("Bitte melden Sie sich damit an. Haben Sie es vergessen, hilft der Service-Point."),
)
NO_SECRET = Refusal(
    "people.no_secret",
    N_("Es ist noch keine PIN festgelegt."),
    N_("Bitte geben Sie den Code aus Ihrem Brief ein und wählen Sie eine PIN."),
)
PIN_MISSING = Refusal(
    "people.pin_missing",
    N_("Für die Karte brauchen Sie eine PIN."),
    N_("Sie können sie auf dem Telefon unter „Mein Konto“ oder am Service-Point festlegen."),
)
CARD_UNKNOWN = Refusal(
    "people.card_unknown",
    N_("Diese Karte kennen wir nicht, oder sie ist gesperrt."),
    N_("Der Service-Point gibt Ihnen eine neue."),
    status=403,
)
SAME_NAME = Refusal(
    "people.same_name",
    N_("{name} steht schon in Ihrem Haushalt."),
    N_("Bitte wählen Sie den Namen aus der Liste."),
    field="given_name",
)
TOO_MANY_PERSONS = Refusal(
    "people.too_many_persons",
    N_("In Ihrem Haushalt sind schon sehr viele Personen angemeldet."),
    N_("Weitere trägt der Service-Point ein."),
)
NOT_FOR_CHILDREN = Refusal(
    "people.not_for_children",
    N_("Kinder melden sich noch nicht selbst an."),
    N_("Erwachsene aus dem Haushalt können für sie reservieren."),
    status=403,
)
TEAM_AT_THE_DESK = Refusal(
    "people.team_at_the_desk",
    N_("PIN, Passwort und Karten des Teams werden nicht an diesem Gerät gesetzt."),
    N_("Bitte setzen Sie sie am Gerät des Service-Points."),
    status=403,
)
TEAM_BY_OPERATOR = Refusal(
    "people.team_by_operator",
    N_("Wer zum Team gehört, beginnt nicht mit dem Code eines Haushalts."),
    N_("Ein erstes oder neues Passwort gibt, wer die Geräte betreibt."),
    status=403,
)
ACCESS_UNKNOWN = Refusal(
    "people.access_unknown",
    N_("Dieser Zugang von außen gilt nicht mehr."),
    N_("Zu Hause im Quartier können Sie unter „Mein Konto“ einen neuen einrichten."),
    status=403,
)
ONLY_AT_HOME = Refusal(
    "people.only_at_home",
    N_("Das geht nur zu Hause im Quartier."),
    N_("Was Ihre Person betrifft, bleibt im Haus. Melden Sie sich dort an und ändern Sie es."),
    status=403,
)
ACCESS_ELSEWHERE = Refusal(
    "people.access_elsewhere",
    N_("Dieser Zugang gilt nur von außen."),
    N_("Zu Hause im Quartier melden Sie sich mit Ihrem Code oder Ihrer PIN an."),
    status=403,
)
NO_CALENDAR = Refusal(
    "people.no_calendar",
    N_("Unter dieser Adresse gibt es keinen Kalender."),
    N_("Vielleicht wurde sie gesperrt oder erneuert. Eine neue bekommen Sie unter „Meine“."),
    status=404,
)
