"""Everything that the quarter holds about one person (GDPR Art. 15 and 20), as plain values.

A *part* is a chapter of it: a title in words and entries by name. Faces show the same parts as a
page and as JSON. Nothing of others is in it, and no secret: of a PIN only that there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from node.base.actors import Actor, Permission, may
from node.base.ids import id_text, new_id
from node.base.periods import from_epoch, to_epoch
from node.base.refusals import N_, Refusal
from node.people import erased_tables, feed_tables, refusals, tables
from node.people.access import believed_spans, contracts_of, find_household, find_person
from node.people.erasure import DAYS
from node.people.model import (
    ContractTerms,
    HouseholdKind,
    OutsideRights,
    Person,
    RoleSpan,
)
from node.people.places import place_name
from node.store import Read, Write, decoded_cell

Entry = dict[str, Any]
Teller = Callable[[Read, bytes, datetime], list[Entry]]
"""What another room holds about a person."""


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter of what is held: its name for programs, its title and what it is kept for."""

    name: str
    title: str
    about: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Exporting:
    """Collects what all rooms hold; the app hands in the other rooms' chapters."""

    others: Sequence[tuple[str, str, str, Teller]] = ()

    def mine(self, read: Read, actor: Actor, *, now: datetime) -> list[Part] | Refusal:
        """All about the actor themselves."""
        if actor.is_away:
            return refusals.ONLY_AT_HOME
        if actor.staff_id is not None:
            return refusals.NOT_ALLOWED
        return self._all(read, actor.person_id, now)

    def at_desk(
        self, write: Write, actor: Actor, person_id: bytes, *, now: datetime
    ) -> list[Part] | Refusal:
        """The same for somebody who asked at the desk; that it was given is recorded."""
        if not may(actor, Permission.MANAGE_PEOPLE):
            return refusals.NOT_ALLOWED
        found = self._all(write, person_id, now)
        if not isinstance(found, Refusal):
            write.insert(
                "disclosure",
                id=new_id(),
                person_id=person_id,
                at=to_epoch(now),
                staff_id=actor.person_id or None,
            )
        return found

    def _all(self, read: Read, person_id: bytes, now: datetime) -> list[Part] | Refusal:
        person = find_person(read, person_id)
        if person is None:
            return refusals.NOT_FOUND
        parts = [
            Part(name, title, about, tell(read, person)) for name, title, about, tell in CHAPTERS
        ]
        parts += [
            Part(name, title, about, tell(read, person_id, now))
            for name, title, about, tell in self.others
        ]
        return parts


def _profile(read: Read, person: Person) -> list[Entry]:
    row = tables.select_person(read, person.id)
    said = {name: value for name, value in asdict(person.profile).items() if name != "sponsor_id"}
    known_since = from_epoch(row["at"]) if row is not None and row["at"] else None
    return [{"number": id_text(person.id), **said, "known_since": known_since}]


def _household(read: Read, person: Person) -> list[Entry]:
    household = find_household(read, person.household_id)
    if household is None:
        return []
    profile = household.profile
    return [
        {
            "number": id_text(household.id),
            "household_name": profile.name,
            "flat": place_name(read, household),
            "is_owner": profile.kind is HouseholdKind.OWNER,
            "language": profile.language,
            "moves_out": _instant(profile.ends_at),
        }
    ]


def _roles(read: Read, person: Person) -> list[Entry]:
    return [
        {"role": str(span.role), **_span(span)}
        for span in believed_spans(tables.select_roles(read, person.id))
    ]


def _contracts(read: Read, person: Person) -> list[Entry]:
    return [
        {**_span(terms), "monthly_cents": terms.monthly_cents}
        for terms in contracts_of(read, person.household_id)
    ]


def _secrets(read: Read, person: Person) -> list[Entry]:
    return [
        {"kind": row["kind"], "at": from_epoch(row["at"]), "counts": bool(row["hash"])}
        for row in tables.select_credentials(read, person.id)
    ]


def _cards(read: Read, person: Person) -> list[Entry]:
    rows = tables.select_all_cards(read, person.id)
    return [{"at": from_epoch(row["at"]), "ended_at": _instant(row["gone_at"])} for row in rows]


def _outside(read: Read, person: Person) -> list[Entry]:
    rows = read.rows(
        "select access.at, access.rights, (select min(gone.at) from outside_access_revocation"
        " as gone where gone.access_id = access.id) as gone_at from outside_access as access"
        " where person_id = :id order by at",
        id=person.id,
    )
    return [
        {
            "at": from_epoch(row["at"]),
            "ends_at": _instant(rights.ends_at if rights is not None else None),
            "ended_at": _instant(row["gone_at"]),
        }
        for row in rows
        for rights in [decoded_cell(row["rights"], OutsideRights)]
    ]


def _feeds(read: Read, person: Person) -> list[Entry]:
    return [
        {
            "kind": CALENDARS.get(row["view"], row["view"]),
            "at": from_epoch(row["at"]),
            "ended_at": _instant(row["gone_at"]),
        }
        for row in feed_tables.select_all_feeds_of(read, person.id)
    ]


CALENDARS = {
    "mine": "calendar_mine",
    "space": "calendar_space",
    "house": "calendar_house",
    "desk": "calendar_desk",
}


def _sessions(read: Read, person: Person) -> list[Entry]:
    rows = read.rows(
        "select face, agent, started_at, seen_at, ends_at from session where person_id = :id"
        " order by started_at",
        id=person.id,
    )
    return [
        {
            "face": row["face"],
            "agent": row["agent"],
            "at": from_epoch(row["started_at"]),
            "seen_at": from_epoch(row["seen_at"]),
            "ends_at": from_epoch(row["ends_at"]),
        }
        for row in rows
    ]


def _devices(read: Read, person: Person) -> list[Entry]:
    rows = read.rows(
        "select agent, seen_at from known_device where person_id = :id order by seen_at",
        id=person.id,
    )
    return [{"agent": row["agent"], "seen_at": from_epoch(row["seen_at"])} for row in rows]


def _acts(read: Read, person: Person) -> list[Entry]:
    return [
        {"what": row["what"], "at": from_epoch(row["at"]), "by_staff": row["staff_id"] is not None}
        for row in erased_tables.select_acts(read, person.id)
    ]


def _span(span: RoleSpan | ContractTerms) -> Entry:
    return {
        "starts_at": from_epoch(span.starts_at) if span.starts_at else None,
        "ends_at": _instant(span.ends_at),
    }


def _instant(at: int | None) -> datetime | None:
    return None if at is None else from_epoch(at)


CHAPTERS: Sequence[tuple[str, str, str, Callable[[Read, Person], list[Entry]]]] = (
    ("profile", N_("Über Sie"), N_("Damit Sie sich anmelden können und Post ankommt."), _profile),
    (
        "household",
        N_("Ihr Haushalt"),
        N_("Wer zusammen wohnt, teilt Code und Vertrag."),
        _household,
    ),
    ("roles", N_("Was Sie im Quartier sind"), N_("Danach richtet sich, was Sie dürfen."), _roles),
    ("contracts", N_("Servicevertrag"), N_("Er gehört dem Haushalt."), _contracts),
    (
        "secrets",
        N_("PIN und Passwort"),
        N_("Nur dass es sie gibt: Was Sie gewählt haben, weiß auch das System nicht."),
        _secrets,
    ),
    ("cards", N_("Karten"), N_("Zum Anmelden in der Lobby."), _cards),
    (
        "outside",
        N_("Zugang von unterwegs"),
        N_("Davon weiß auch die Zentrale, ohne Namen."),
        _outside,
    ),
    (
        "calendars",
        N_("Adressen für Kalender"),
        N_("Nur dass es sie gibt: Die Adresse selbst weiß auch das System nicht."),
        _feeds,
    ),
    ("sessions", N_("Wo Sie angemeldet sind"), N_("Liegt nur auf dieser Box."), _sessions),
    ("devices", N_("Geräte, die Sie kennen"), N_("Liegt nur auf dieser Box."), _devices),
    ("acts", N_("Abmeldungen und Auskünfte"), N_("Damit es nachprüfbar ist."), _acts),
)

LABELS = {
    "number": N_("Nummer"),
    "given_name": N_("Vorname"),
    "family_name": N_("Familienname"),
    "is_child": N_("Kind"),
    "birth_year": N_("Geburtsjahr"),
    "email": N_("E-Mail"),
    "phone": N_("Telefon"),
    "language": N_("Sprache"),
    "sign_in": N_("Anmeldename"),
    "title": N_("Aufgabe"),
    "title_en": N_("Aufgabe auf Englisch"),
    "registered_on": N_("Registriert am"),
    "known_since": N_("Hier bekannt seit"),
    "household_name": N_("Am Klingelschild"),
    "flat": N_("Wohnung"),
    "is_owner": N_("Eigentum"),
    "moves_out": N_("Auszug"),
    "role": N_("Rolle"),
    "starts_at": N_("Von"),
    "ends_at": N_("Bis"),
    "monthly_cents": N_("Monatlich in Cent"),
    "kind": N_("Art"),
    "at": N_("Am"),
    "counts": N_("Gilt"),
    "ended_at": N_("Beendet am"),
    "face": N_("Wo"),
    "agent": N_("Was der Browser von sich sagt"),
    "seen_at": N_("Zuletzt"),
    "what": N_("Was"),
    "by_staff": N_("Durch das Team"),
    "place": N_("Ort"),
    "requested_at": N_("Angefragt am"),
    "people": N_("Personen"),
    "ages": N_("Alter der Kinder"),
    "purpose": N_("Zweck"),
    "status": N_("Stand"),
    "note": N_("Ihre Notiz"),
    "guests": N_("Gäste"),
    "guest_link_at": N_("Link für Gäste gemacht am"),
    "guests_named": N_("Gäste, die sich genannt haben"),
    "answer": N_("Antwort des Teams"),
    "found": N_("Was danach gefunden wurde"),
    "hand_over": N_("Übergabe"),
    "codes": N_("Code des Schlüsselsafes gezeigt am"),
    "openings": N_("Tür geöffnet am"),
    "deposit": N_("Was mit der Kaution geschah"),
    "photos": N_("Fotos der Übergabe, aufgenommen am"),
    "told": N_("Was das Team daran geändert hat"),
    "cost_cents": N_("Preis in Cent"),
    "deposit_cents": N_("Kaution in Cent"),
    "cancelled_at": N_("Storniert am"),
    "fee_cents": N_("Gebühr in Cent"),
    "due_cents": N_("Zu zahlen in Cent"),
    "came_at": N_("Gekommen am"),
    "left_at": N_("Gegangen am"),
    "offers": N_("Angebote"),
    "gave_up_at": N_("Aufgegeben am"),
}
"""What the entries' names mean, in words."""

WORDS = {
    "resident": N_("Bewohnerin oder Bewohner"),
    "owner": N_("Eigentümerin oder Eigentümer"),
    "outside_neighbour": N_("Nachbarschaft von außen"),
    "guest": N_("Gast"),
    "staff": N_("Service-Point"),
    "management": N_("Hausverwaltung"),
    "operator": N_("Betrieb"),
    "pin": N_("PIN"),
    "password": N_("Passwort"),
    "portal": N_("Portal"),
    "kiosk": N_("Bildschirm in der Lobby"),
    "desk": N_("Rechner am Service-Point"),
    "api": N_("Programm"),
    "central": N_("Zugang von unterwegs"),
    "calendar_mine": N_("Meine Buchungen"),
    "calendar_space": N_("Ein Raum"),
    "calendar_house": N_("Alle Räume eines Hauses"),
    "calendar_desk": N_("Ein Raum mit Namen"),
    "signed_out": N_("Überall abgemeldet"),
    "disclosed": N_("Auskunft erhalten"),
    "requested": N_("angefragt"),
    "held": N_("vorgemerkt"),
    "confirmed": N_("bestätigt"),
    "declined": N_("abgelehnt"),
    "cancelled": N_("storniert"),
    "displaced": N_("verdrängt"),
    "checked_in": N_("eingecheckt"),
    "checked_out": N_("abgeschlossen"),
    "no_show": N_("nicht gekommen"),
    "expired": N_("verfallen"),
    "over": N_("vorbei"),
    "waiting": N_("wartet"),
    "offered": N_("angeboten"),
    "accepted": N_("angenommen"),
    "missed": N_("nicht rechtzeitig angenommen"),
    "left": N_("nicht mehr gewünscht"),
}
"""What a program's words mean for people."""

KEEPS = (
    N_(
        "Dass ein Raum zu einer Zeit vergeben war, was das gekostet hat und wie viele kamen, bleibt"
        " unter einer zufälligen Nummer. Belege müssen nach dem Steuerrecht acht Jahre bleiben."
    ),
    N_("Dass gelöscht wurde und wann, ohne Namen: So bleibt es auch nach einer Sicherung dabei."),
)
"""What an erasure leaves, and why."""

__all__ = ["DAYS", "KEEPS", "LABELS", "WORDS", "Exporting", "Part"]
