"""Bringing households, people, contracts and the team from an operator's files into the store.

An import writes only what differs, so the same files twice write nothing. What somebody changed
here stays until their row in the files changes. What is gone from the files ends; nobody and
nothing is deleted, and who added themselves with their household's code stays with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from node.base.actors import Role
from node.base.periods import local_day, to_epoch
from node.base.refusals import granted
from node.people import erased_tables, tables
from node.people.access import newest_contracts, newest_spans
from node.people.actions import set_role
from node.people.model import (
    ContractTerms,
    HouseholdKind,
    HouseholdProfile,
    PeopleImported,
    PersonProfile,
    RoleSpan,
    to_json,
)
from node.people.outside import refresh_outside_access
from node.people.rules import is_minor
from node.people.search import refresh_words
from node.quarter.files import (
    ContractRow,
    HouseholdRow,
    OutsideNeighbourRow,
    PersonRow,
    QuarterFiles,
    StaffRow,
    Tenure,
)
from node.store import Core, Read, Write, decoded_cell

CHANGES_A_PIECE = 200
"""Each is up to three rows and some words; people wait while a transaction runs."""
GONE = "gone"
"""The `source` of a row that the files no longer have; a row that comes back differs from it."""

OPEN_YEAR = 9999
"""What some programs export for "without an end"."""

Progress = Callable[[int, int], object]
"""Called with the changes done and the changes to do in all."""


class _What(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do: what it is, how, and whom it concerns."""

    what: _What
    apply: Callable[[Write], object]
    person_ids: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """Changes of one transaction."""

    changes: tuple[Change, ...]
    at: datetime

    def apply(self, write: Write) -> PeopleImported:
        """Make the changes and bring search and snapshots of the persons concerned up to date."""
        for change in self.changes:
            change.apply(write)
        concerned = {person_id for change in self.changes for person_id in change.person_ids}
        for person_id in concerned:
            refresh_outside_access(write, person_id, now=self.at)
        refresh_words(write, concerned)
        kinds = [change.what for change in self.changes]
        return PeopleImported(*(kinds.count(what) for what in _What))


def import_people(
    core: Core, files: QuarterFiles, *, progress: Progress | None = None, now: datetime
) -> PeopleImported:
    """Plan and run an import on a store without threads. A run that was cut short is finished by
    running again.
    """
    pieces = core.read(lambda read: plan_people(read, files, now=now))
    total = sum(len(piece.changes) for piece in pieces)
    done = PeopleImported()
    for piece in pieces:
        done += granted(core.write(piece.apply))
        if progress is not None:
            progress(done.total, total)
    return done


def plan_people(read: Read, files: QuarterFiles, *, now: datetime) -> list[Piece]:
    """The transactions that bring the store to what the files say; none if it is so."""
    changes = _Plan(read, files, now).changes()
    pieces = []
    while part := tuple(islice(changes, CHANGES_A_PIECE)):
        pieces.append(Piece(part, now))
    return pieces


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A row of the files as it shall stand: its columns, and the roles that come with it."""

    columns: Mapping[str, Any]
    roles: tuple[RoleSpan, ...] = ()
    digest: str = ""


@dataclass(slots=True)
class _Plan:
    """Compares the files with what is held; yields what to do about each difference."""

    read: Read
    files: QuarterFiles
    now: datetime
    zone: ZoneInfo = field(init=False)
    members: dict[bytes, tuple[bytes, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.files.profile.timezone)
        members: dict[bytes, tuple[bytes, ...]] = {}
        for row in tables.select_all_persons(self.read):
            found = members.get(row["household_id"], ())
            members[row["household_id"]] = (*found, row["id"])
        self.members = members

    def changes(self) -> Iterator[Change]:
        """Everything there is to do, households first, for people refer to them."""
        yield from self._rows("household", dict(self._households()), self._end_household)
        persons = dict(self._persons())
        yield from self._rows("person", persons, self._end_person)
        yield from self._roles(persons)
        yield from self._contracts()

    # What the files want

    def _households(self) -> Iterator[tuple[bytes, _Wanted]]:
        for row in self.files.households:
            profile = HouseholdProfile(
                name=row.name,
                kind=HouseholdKind(row.tenure),
                lives_here=row.lives_here,
                channel=str(row.channel),
                language=row.language,
                ends_at=self._last(row.until),
            )
            flat_id = self.files.id_of("flat", row.flat)
            columns = {"flat_id": flat_id, "profile": to_json(profile)}
            yield self.files.id_of("household", row.key), _Wanted(columns, digest=_digest(row))
        for neighbour in self.files.outside_neighbours:
            name = f"{neighbour.given_name} {neighbour.family_name}".strip()
            profile = HouseholdProfile(
                name=name,
                kind=HouseholdKind.OUTSIDE,
                language=neighbour.language,
                address=neighbour.street,
                ends_at=self._last(neighbour.until),
            )
            columns = {"flat_id": b"", "profile": to_json(profile)}
            yield self._outside_id(neighbour), _Wanted(columns, digest=_digest(neighbour))

    def _outside_id(self, row: OutsideNeighbourRow) -> bytes:
        """An outside neighbour is a household of one: so a letter and a code reach them too."""
        return self.files.id_of("outside_household", row.key)

    def _persons(self) -> Iterator[tuple[bytes, _Wanted]]:
        households = {row.key: row for row in self.files.households}
        for row in self.files.people:
            columns = {
                "household_id": self.files.id_of("household", row.household),
                "profile": to_json(_profile_of(row)),
            }
            roles = self._roles_in(households[row.household], row)
            yield self.files.id_of("person", row.key), _Wanted(columns, roles, _digest(row))
        for neighbour in self.files.outside_neighbours:
            profile = _profile_of(
                neighbour, sponsor_id=self.files.id_of("person", neighbour.sponsor).hex()
            )
            columns = {"household_id": self._outside_id(neighbour), "profile": to_json(profile)}
            span = self._span(Role.OUTSIDE_NEIGHBOUR, neighbour.since, neighbour.until)
            wanted = _Wanted(columns, (span,), _digest(neighbour))
            yield self.files.id_of("person", neighbour.key), wanted
        for staff in self.files.staff:
            profile = _profile_of(
                staff, sign_in=staff.sign_in, title=staff.title.de, title_en=staff.title.en
            )
            columns = {"household_id": b"", "profile": to_json(profile)}
            span = self._span(staff.role, staff.since, staff.until)
            roles = (replace(span, sign_in=staff.sign_in),)
            yield self.files.id_of("person", staff.key), _Wanted(columns, roles, _digest(staff))

    def _roles_in(self, household: HouseholdRow, row: PersonRow) -> tuple[RoleSpan, ...]:
        until = min((day for day in (household.until, row.until) if day), default=None)
        roles = [Role.RESIDENT] if household.lives_here else []
        grown_up = not is_minor(_profile_of(row), self.now.year)
        if household.tenure is Tenure.OWNER and grown_up:
            roles.append(Role.OWNER)
        return tuple(self._span(role, household.since, until) for role in roles)

    def _span(self, role: Role, since: date | None, until: date | None) -> RoleSpan:
        return RoleSpan(role, self._first(since), self._last(until))

    def _first(self, day: date | None) -> int:
        return to_epoch(local_day(day, self.zone).starts_at) if day else 0

    def _last(self, day: date | None) -> int | None:
        if day is None or day.year >= OPEN_YEAR:
            return None
        return to_epoch(local_day(day, self.zone).ends_at)

    # What differs

    def _rows(
        self, table: str, wanted: Mapping[bytes, _Wanted], end: Callable[[Any], Change]
    ) -> Iterator[Change]:
        select = {
            "household": tables.select_all_households,
            "person": tables.select_all_persons,
        }[table]
        held = {row["id"]: row for row in select(self.read)}
        erased = erased_tables.select_erased(self.read)
        for row_id, want in wanted.items():
            if row_id in erased:
                # What the operator's files still say must not bring anybody back.
                continue
            concerned = (row_id,) if table == "person" else self.members.get(row_id, ())
            if row_id not in held:
                yield Change(_What.ADDED, self._insert(table, row_id, want), concerned)
            elif held[row_id]["source"] != want.digest:
                yield Change(_What.CHANGED, self._update(table, row_id, want), concerned)
        for row_id, row in held.items():
            if row_id not in wanted and row["source"] not in {"", GONE}:
                yield end(row)

    def _insert(self, table: str, row_id: bytes, want: _Wanted) -> Callable[[Write], object]:
        columns = dict(want.columns)
        if table == "person":
            columns["at"] = to_epoch(self.now)
        return lambda write: write.insert(table, id=row_id, source=want.digest, **columns)

    def _update(self, table: str, row_id: bytes, want: _Wanted) -> Callable[[Write], object]:
        return lambda write: tables.update_row(
            write, table, row_id, source=want.digest, **want.columns
        )

    def _end_household(self, row: Any) -> Change:
        profile = decoded_cell(row["profile"], HouseholdProfile) or HouseholdProfile()
        ends_at = min(profile.ends_at or to_epoch(self.now), to_epoch(self.now))
        ended = to_json(replace(profile, ends_at=ends_at))
        return Change(
            _What.ENDED,
            lambda write: tables.update_row(
                write, "household", row["id"], source=GONE, profile=ended
            ),
            self.members.get(row["id"], ()),
        )

    def _end_person(self, row: Any) -> Change:
        at = to_epoch(self.now)
        facts = newest_spans(tables.select_roles(self.read, row["id"]))
        spans = [replace(span, ends_at=at) for span in facts.values() if span.holds(at)]

        def end(write: Write) -> None:
            tables.update_row(write, "person", row["id"], source=GONE)
            for span in spans:
                set_role(write, row["id"], span, staff_id=None, now=self.now)

        return Change(_What.ENDED, end, (row["id"],))

    def _roles(self, persons: Mapping[bytes, _Wanted]) -> Iterator[Change]:
        held: dict[bytes, list[Any]] = {}
        for row in tables.select_all_roles(self.read):
            held.setdefault(row["person_id"], []).append(row)
        erased = erased_tables.select_erased(self.read)
        for person_id, want in persons.items():
            if person_id in erased:
                continue
            known = newest_spans(held.get(person_id, ()))
            for span in _differing(known, want.roles, at=to_epoch(self.now)):
                yield Change(_What.ROLE, self._set_role(person_id, span), (person_id,))

    def _set_role(self, person_id: bytes, span: RoleSpan) -> Callable[[Write], object]:
        return lambda write: set_role(write, person_id, span, staff_id=None, now=self.now)

    def _contracts(self) -> Iterator[Change]:
        held = newest_contracts(tables.select_all_contracts(self.read))
        wanted = {self.files.id_of("contract", row.key): row for row in self.files.contracts}
        erased = erased_tables.select_erased(self.read)
        for contract_id, row in wanted.items():
            household_id, terms = self.files.id_of("household", row.household), self._terms(row)
            if household_id in erased:
                continue
            if held.get(contract_id) != (household_id, terms):
                what = _What.CHANGED if contract_id in held else _What.ADDED
                yield self._set_terms(what, contract_id, household_id, terms)
        at = to_epoch(self.now)
        for contract_id, (household_id, terms) in held.items():
            if contract_id not in wanted and (terms.ends_at is None or terms.ends_at > at):
                ended = replace(terms, ends_at=max(at, terms.starts_at))
                yield self._set_terms(_What.ENDED, contract_id, household_id, ended)

    def _terms(self, row: ContractRow) -> ContractTerms:
        return ContractTerms(
            starts_at=self._first(row.starts_on),
            ends_at=self._last(row.ends_on),
            monthly_cents=row.monthly_cents,
            minimum_months=row.minimum_months,
            notice_months=row.notice_months,
        )

    def _set_terms(
        self, what: _What, contract_id: bytes, household_id: bytes, terms: ContractTerms
    ) -> Change:
        def set_terms(write: Write) -> None:
            tables.insert_numbered(
                write,
                "service_contract",
                same={"contract_id": contract_id},
                household_id=household_id,
                terms=to_json(terms),
                at=to_epoch(self.now),
            )

        return Change(what, set_terms, self.members.get(household_id, ()))


def _differing(
    known: Mapping[Role, RoleSpan], wanted: Iterable[RoleSpan], *, at: int
) -> Iterator[RoleSpan]:
    """The facts that make the roles of the files the newest; others that run end now."""
    names = set()
    for span in wanted:
        names.add(span.role)
        if known.get(span.role) != span:
            yield span
    for role, span in known.items():
        if role not in names and span.holds(at):
            yield replace(span, ends_at=at)


def _profile_of(row: PersonRow | OutsideNeighbourRow | StaffRow, **more: str) -> PersonProfile:
    registered_on = getattr(row, "registered_on", None)
    return PersonProfile(
        given_name=row.given_name,
        family_name=row.family_name,
        is_child=getattr(row, "is_child", False),
        birth_year=getattr(row, "birth_year", None),
        email=row.email,
        phone=row.phone,
        language=getattr(row, "language", "de"),
        registered_on=registered_on.isoformat() if registered_on else "",
        **more,
    )


def _digest(row: object) -> str:
    encoded = msgspec.json.encode(row, order="deterministic")
    return hashlib.sha256(encoded).hexdigest()[:32]
