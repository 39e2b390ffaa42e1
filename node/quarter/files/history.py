"""`history/reservations.csv`: what was reserved before the import."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from node.base.periods import Period
from node.base.refusals import N_
from node.quarter.files.csv_rows import read_rows
from node.quarter.files.fields import LONG_TEXT_MAX, Fields
from node.quarter.files.found import Found
from node.quarter.files.source import Source
from node.quarter.files.values import PastStatus, ReservationRow

RESERVATIONS_FILE = "history/reservations.csv"
STAND_IN = datetime(2000, 1, 1, tzinfo=UTC)
AGE_MAX = 17


def read_reservations(source: Source, zone: ZoneInfo) -> list[Found[ReservationRow]]:
    """The reservations, past and agreed."""
    source.warn_of_others("history", ["reservations.csv"], N_("Hier liegt nur reservations.csv."))
    rows = read_rows(
        source,
        RESERVATIONS_FILE,
        "key space person starts_at ends_at people",
        "purpose status requested_at decided_at cancelled_at checked_in_at checked_out_at "
        "by_staff from_waiting_list guest_name guest_nationality children_ages note",
        must_exist=False,
    )
    return [Found(fields, _reservation(fields, zone)) for fields in rows]


def _reservation(fields: Fields, zone: ZoneInfo) -> ReservationRow:
    period = _period(fields, zone)
    row = ReservationRow(
        key=fields.key(),
        space=fields.reference("space", needed=True),
        person=fields.reference("person", needed=True),
        period=period,
        people=fields.whole("people", lowest=1, highest=10_000, default=1),
        purpose=fields.reference("purpose"),
        status=fields.choice("status", PastStatus, PastStatus.CONFIRMED),
        requested_at=fields.instant("requested_at", zone) or period.starts_at,
        decided_at=fields.instant("decided_at", zone),
        cancelled_at=fields.instant("cancelled_at", zone),
        checked_in_at=fields.instant("checked_in_at", zone),
        checked_out_at=fields.instant("checked_out_at", zone),
        by_staff=fields.reference("by_staff"),
        from_waiting_list=fields.flag("from_waiting_list"),
        guest_name=fields.text("guest_name"),
        guest_nationality=fields.text("guest_nationality").upper(),
        children_ages=_ages(fields),
        note=fields.text("note", longest=LONG_TEXT_MAX),
        line=fields.line_of("key"),
    )
    _check(fields, row)
    return row


def _period(fields: Fields, zone: ZoneInfo) -> Period:
    starts_at = fields.instant("starts_at", zone, needed=True)
    ends_at = fields.instant("ends_at", zone, needed=True)
    if starts_at and ends_at and ends_at > starts_at:
        return Period(starts_at, ends_at)
    if starts_at and ends_at:
        message = N_("Das Ende liegt nicht nach dem Anfang.")
        fields.error("ends_at", message, N_("Prüfen Sie beide Zeiten."))
    return Period(STAND_IN, STAND_IN + timedelta(hours=1))


def _ages(fields: Fields) -> tuple[int, ...]:
    words = fields.text("children_ages").replace("|", " ").split()
    if not all(word.isascii() and word.isdigit() and int(word[:9]) <= AGE_MAX for word in words):
        message = N_("„{value}“ sind keine Alter von Kindern.")
        fields.error("children_ages", message, N_("Schreiben Sie z. B. 9|5."))
        return ()
    return tuple(int(word) for word in words)


def _check(fields: Fields, row: ReservationRow) -> None:
    if (row.status is PastStatus.CANCELLED) != (row.cancelled_at is not None):
        message = N_("Abgesagt sind genau die Reservierungen mit cancelled_at.")
        fields.error("status", message, N_("Ergänzen oder löschen Sie den Zeitpunkt der Absage."))
    if row.checked_in_at and row.status is not PastStatus.CONFIRMED:
        message = N_("Eingecheckt ist nur, wer bestätigt war und kam.")
        fields.error("checked_in_at", message, N_("Prüfen Sie status."))
    if row.checked_out_at and not (row.checked_in_at and row.checked_in_at <= row.checked_out_at):
        message = N_("Ausgecheckt wird nach dem Einchecken.")
        fields.error("checked_out_at", message, N_("Prüfen Sie beide Zeiten."))
    if row.requested_at > row.period.ends_at:
        message = N_("Die Anfrage liegt nach dem Ende.")
        fields.error("requested_at", message, N_("Prüfen Sie den Zeitpunkt."))
    if len(row.children_ages) >= row.people:
        message = N_("Es sind mindestens so viele Kinder wie Personen.")
        fields.error("people", message, N_("people zählt alle, Kinder eingeschlossen."))
