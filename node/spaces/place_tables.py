"""The SQL of places: what they are, the rules set for them, who decides, who was instructed."""

from __future__ import annotations

import functools
from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

from node.quarter import zone_of
from node.quarter.files import SpaceRow
from node.spaces.changing import spells_of
from node.spaces.model import Space
from node.spaces.place_facts import InstructionFact, RulesFact
from node.spaces.spells import Spell, Spells
from node.spaces.tables import decoded, encoded
from node.store import Read, Write, decoded_cell


@functools.lru_cache(maxsize=256)
def _spells(details: str, said: tuple[str, ...]) -> tuple[Spell, ...]:
    """The rules of a place by day; none where what the files said of it cannot be read."""
    facts = (decoded(text, RulesFact) for text in said)
    row = decoded_cell(details, SpaceRow)
    if row is None:
        return ()
    return spells_of(row, [fact for fact in facts if fact is not None])


def select_spaces(read: Read) -> list[Space]:
    """All places that are still reserved, by kind (equipment last) and their mark's number, with
    the rules of today; those of another day has `Space.on`."""
    return [each.at(read.now) for each in read.kept("spaces", _find_spaces)]


def _find_spaces(read: Read) -> list[Space]:
    said: dict[bytes, list[str]] = defaultdict(list)
    for row in read.rows("select space_id, fact from space_rules order by number, id"):
        said[row["space_id"]].append(row["fact"])
    rows = read.rows("select * from space where details != '{}' and ended_at is null")
    zone = zone_of(read)
    read_ = (_space(row, tuple(said[row["id"]]), zone) for row in rows)
    found = [each for each in read_ if each is not None]
    return sorted(
        found,
        key=lambda space: (space.is_equipment, space.kind, space.mark.number, space.row.key),
    )


def equipment_ids(read: Read) -> frozenset[bytes]:
    """The places that only go with others."""
    return read.kept(
        ("spaces.equipment",),
        lambda apart: frozenset(each.id for each in select_spaces(apart) if each.is_equipment),
    )


def select_space(read: Read, space_id: bytes) -> Space | None:
    """A place by id, also one that is no longer reserved, with the rules of today; those of another
    day has `Space.at`: whatever is reserved goes by those of the day on which it starts."""
    found = read.kept(("space", space_id), lambda apart: _find_space(apart, space_id))
    return None if found is None else found.at(read.now)


def _find_space(read: Read, space_id: bytes) -> Space | None:
    row = read.row("select * from space where id = :id and details != '{}'", id=space_id)
    if row is None:
        return None
    said = read.rows(f"{_SAID} order by number, id", id=space_id)
    return _space(row, tuple(each["fact"] for each in said), zone_of(read))


_SAID = "select number, fact from space_rules where space_id = :id"


def unreadable_spaces(read: Read) -> list[bytes]:
    """The places whose description cannot be read here, so that they are nowhere to be found."""
    rows = read.rows("select id, details from space where details != '{}' and ended_at is null")
    return [row["id"] for row in rows if not _spells(row["details"], ())]


def _space(row: Any, said: tuple[str, ...], zone: ZoneInfo) -> Space | None:
    spells = _spells(row["details"], said)
    if not spells:
        return None
    return Space(
        id=row["id"],
        home_site=row["home_site"],
        building_id=row["building_id"],
        row=spells[0].row,
        ended=row["ended_at"] is not None,
        spells=Spells(zone, spells) if len(spells) > 1 else None,
    )


def select_homes(read: Read) -> dict[bytes, bytes]:
    """The home site of every place that was ever known, by the place's id."""
    return {row["id"]: row["home_site"] for row in read.rows("select id, home_site from space")}


def update_home(write: Write, space_id: bytes, site: bytes) -> None:
    """Let another node decide about a place."""
    write.execute("update space set home_site = :site where id = :id", site=site, id=space_id)


def select_latest_term(read: Read) -> int:
    """The highest term that any node ever opened."""
    return read.value("select max(term) from home_term") or 0


def select_term(read: Read, site: bytes) -> int:
    """The term under which a node decides; 0 where it has none."""
    return read.kept(("term", site), lambda apart: _find_term(apart, site))


def _find_term(read: Read, site: bytes) -> int:
    return read.value("select max(term) from home_term where site = :site", site=site) or 0


def is_instructed(read: Read, person_id: bytes, space_id: bytes) -> bool:
    """Whether the desk's latest word is that somebody was instructed at a place."""
    return space_id in select_instructions(read, person_id)


def select_instructions(read: Read, person_id: bytes) -> dict[bytes, InstructionFact]:
    """The places at which somebody was instructed, with the desk's word on each."""
    rows = read.rows(
        "select space_id, fact from space_instruction where person_id = :id order by id",
        id=person_id,
    )
    said = ((row["space_id"], decoded(row["fact"], InstructionFact)) for row in rows)
    latest: dict[bytes, InstructionFact] = {}
    for space_id, fact in said:
        if fact is not None and (space_id not in latest or latest[space_id].at <= fact.at):
            latest[space_id] = fact
    return {space_id: fact for space_id, fact in latest.items() if fact.holds}


def insert_instruction(
    write: Write, fact_id: bytes, person_id: bytes, space_id: bytes, fact: InstructionFact
) -> None:
    """Note that somebody was instructed at a place, or that it does not count any more."""
    write.insert(
        "space_instruction",
        id=fact_id,
        person_id=person_id,
        space_id=space_id,
        fact=encoded(fact),
    )


def select_rules(read: Read, space_id: bytes) -> list[tuple[int, RulesFact]]:
    """What the team set for a place, with its numbers, the latest first."""
    rows = read.rows(
        f"{_SAID} order by number desc, id desc",
        id=space_id,
    )
    found = ((row["number"], decoded(row["fact"], RulesFact)) for row in rows)
    return [(number, fact) for number, fact in found if fact is not None]


def select_file_row(read: Read, space_id: bytes) -> SpaceRow | None:
    """A place as the operator's files describe it, without what the team set."""
    details = read.value(
        "select details from space where id = :id and details != '{}'", id=space_id
    )
    spells = () if details is None else _spells(details, ())
    return spells[0].row if spells else None


def insert_rules(
    write: Write, fact_id: bytes, space_id: bytes, number: int, fact: RulesFact
) -> None:
    """Set the rules of a place, from this number on."""
    write.insert("space_rules", id=fact_id, space_id=space_id, number=number, fact=encoded(fact))
