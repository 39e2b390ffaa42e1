"""Thirty days after somebody was erased no file of any node holds a byte of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from node import people, spaces
from node.registry import REGISTRY
from node.store import Verdict
from node.store.age import own_secret
from node.store.backup import restore_backup
from node.store.changeset import decode, withheld
from node.store.doctor import examine
from node.store.erased_list import parse_list, read_list
from node.sync.copies import CopyKeeper
from tests.erasure.conftest import ODD, Town, erased, newcomer, write_odd


def test_after_thirty_days_nothing_is_found_in_any_file(town: Town) -> None:
    who = write_odd(town)
    town.meet()
    for place in town.places.values():
        place.back_up()
    # As central keeps them for the house, sealed.
    copies = town["central"].folder / "copies"
    copies.mkdir()
    for file in (town["home"].folder / "stick").glob("*.age"):
        shutil.copy(file, copies)
    town.meet()
    assert town.found().keys() == {"home", "kiosk", "central"}
    erased(town, who.person_id)
    for _ in range(3):
        town.meet()
        town.sweep()
    assert town.found() == {}, "the files still hold it"
    old = [path for each in town.places.values() for path in each.folder.rglob("*.age")]
    assert len(old) == 4
    for _ in range(31):
        town.later(days=1)
        for place in town.places.values():
            place.back_up()
        shutil.copy(town["home"].backups.list_newest_first(town.clock.now())[0], copies)
        town.meet(times=1)
        town.sweep()
    assert town.found() == {}
    assert not any(path.exists() for path in old), "a backup from before is still there"
    rows = town["home"].core.read(lambda read: read.rows("select * from erasure_receipt"))
    assert len(rows) == 3
    assert all(row["gone_at"] for row in rows), [tuple(row) for row in rows]
    for place in town.places.values():
        assert examine(place.core, place.box.here.members) == []


def test_others_in_the_same_changeset_reach_a_box_that_begins_from_central(
    town: Town, tmp_path: Path
) -> None:
    """An import writes hundreds of people at once; one of them is erased, and the home burns."""
    anna, bilal = town.cast.id("anna"), town.cast.id("bilal")
    town.meet()
    home = town["home"]
    erased(town, anna)
    for _ in range(2):
        town.meet()
        town.sweep()
    named = home.core.read(lambda read: read.value("select count(*) from withheld_changeset"))
    assert named >= 1
    fresh = newcomer(town, tmp_path)
    for _ in range(4):
        fresh.box.meet(town["central"].box)
    assert fresh.core.heads().keys() >= {
        chain for chain in home.core.heads() if chain[1] == "house"
    }
    for table in ("person", "household", "person_role", "credential", "flat"):
        assert home.rows(table) == fresh.rows(table), table
    assert fresh.core.read(lambda read: people.find_person(read, anna)) is None
    assert fresh.core.read(lambda read: people.find_person(read, bilal)) is not None
    assert examine(fresh.core, fresh.box.here.members) == []
    fresh.core.close()


def test_a_box_that_begins_from_central_reads_the_quarters_chains_past_what_is_withheld(
    town: Town, tmp_path: Path
) -> None:
    """The names stand in a chain beside: the home node's own chain could not tell of its past."""
    who = write_odd(town)
    town.meet()
    erased(town, who.person_id)
    for _ in range(2):
        town.meet()
        town.sweep()
    home = town["home"]
    sites = {row[1] for row in home.rows("withheld_open_changeset")}
    assert sites == {home.core.site_id, town["kiosk"].core.site_id}
    fresh = newcomer(town, tmp_path)
    for _ in range(4):
        fresh.box.meet(town["central"].box)
    assert fresh.bytes_with(ODD) == []
    assert fresh.core.heads().keys() >= {
        chain for chain in home.core.heads() if chain[1] == "quarter"
    }
    for table in ("outside_access", "reservation_request", "reservation_decision", "space"):
        assert home.rows(table) == fresh.rows(table), table
    assert examine(fresh.core, fresh.box.here.members) == []
    fresh.core.close()


@pytest.mark.parametrize("scope", ["house", "quarter"])
def test_nobody_but_the_home_node_can_keep_a_changeset_from_others(town: Town, scope: str) -> None:
    """A relay gives what is withheld, truly signed, of which no name is known: it waits."""
    home, kiosk = town["home"], town["kiosk"]
    chain = (home.core.site_id, scope)
    held = home.core.changesets(chain, after=0, max_bytes=10**9)
    first = decode(held[0])
    outside = (first.quarter, first.epoch, first.site, first.scope, first.n, first.previous)
    empty = withheld(outside, held[0].hash, held[0].signature)
    report = kiosk.core.receive([empty], kiosk.box.here.members)
    assert report.verdicts == [Verdict.GAP]
    assert chain not in kiosk.core.heads()
    kiosk.core.receive(held, kiosk.box.here.members)
    assert kiosk.core.heads()[chain].n == len(held)


def test_a_restored_backup_shows_the_erased_to_nobody(town: Town) -> None:
    who = write_odd(town)
    town.meet()
    home = town["home"]
    home.back_up()
    backup = next((home.folder / "stick").glob("*.age"))
    town.later(hours=2)
    erased(town, who.person_id)
    town.meet()
    town.sweep()
    home.back_up()
    path = home.core.path
    home.core.close()
    secrets = [own_secret(home.folder)]
    restore_backup(backup, path, REGISTRY, clock=town.clock, secrets=secrets)
    home.open(path)
    assert home.core.must_catch_up
    assert home.core.read(lambda read: people.find_person(read, who.person_id)) is None
    assert home.core.read(lambda read: people.find_household(read, who.household_id)) is None
    assert home.core.read(lambda read: spaces.note_of(read, who.reservation_id)) == {}
    assert not home.core.read(
        lambda read: read.rows("select * from person_word where word like 'zyx%'")
    )
    town.meet()
    town.sweep()
    town.meet()
    own = (home.core.site_id, "house")
    assert home.core.heads()[own] == town["kiosk"].core.heads()[own], "its own chain came back"
    profile = "select profile from person where id = :id"
    assert home.core.read(lambda read: read.value(profile, id=who.person_id)) == ""


def test_a_backup_put_into_another_box_brings_its_list_along(town: Town, tmp_path: Path) -> None:
    """The stick lies beside a new box, which has no list of its own."""
    who = write_odd(town)
    home = town["home"]
    home.back_up()
    backup = next((home.folder / "stick").glob("*.age"))
    town.later(hours=2)
    erased(town, who.person_id)
    home.sweep()
    home.back_up()
    other = tmp_path / "other"
    other.mkdir()
    database = other / "quarter.db"
    restore_backup(backup, database, REGISTRY, clock=town.clock, secrets=[own_secret(home.folder)])
    assert who.person_id in read_list(other)


def test_a_copy_that_central_gives_back_comes_with_the_list(town: Town) -> None:
    who = write_odd(town)
    home, central = town["home"], town["central"]
    home.back_up()
    backup = next((home.folder / "stick").glob("*.age"))
    (central.folder / "copies").mkdir()
    shutil.copy(backup, central.folder / "copies")
    erased(town, who.person_id)
    town.meet()
    central.sweep()
    keeper = CopyKeeper(central.folder / "copies", town.clock.now)
    assert who.person_id in parse_list(keeper.part(backup.name, 0).erased)


def test_an_import_brings_nobody_back(town: Town) -> None:
    """The operator's files still name her."""
    home, now = town["home"], town.clock.now()
    clara = town.cast.id("clara")
    erased(town, clara)
    done = people.import_people(home.core, town.cast.files, now=now)
    assert done.total == 0
    assert home.core.read(lambda read: people.find_person(read, clara)) is None
    profile = "select profile from person where id = :id"
    assert home.core.read(lambda read: read.value(profile, id=clara)) == ""


def test_what_lies_in_quarantine_is_dropped_too(town: Town) -> None:
    who = write_odd(town)
    town.meet()
    home, kiosk = town["home"], town["kiosk"]
    chain = (home.core.site_id, "house")
    carrying = next(
        signed
        for signed in kiosk.core.changesets(chain, after=0, max_bytes=10**9)
        if ODD in signed.body
    )
    with kiosk.core._writing.transaction():
        kiosk.core._connection.execute(
            "insert into quarantine values (?, 'house', 9999, 'a broken law', 0, ?, ?)",
            (b"S" * 16, carrying.body, carrying.signature),
        )
    erased(town, who.person_id)
    for _ in range(3):
        town.meet()
        town.sweep()
    assert town.found() == {}
