"""A snapshot makes another node of a file: the same rows, another writer, nothing of the giver."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from pysqlite3 import dbapi2 as driver

from node.base.ids import new_id
from node.base.refusals import Refusal, RefusedError
from node.store import SEALED, Column, Core, Member, NodeRole, Registry, Table, Write, scopes_of
from node.store.doctor import examine
from node.store.identity import Identity, new_identity
from node.store.installing import Arriving, install_snapshot
from node.store.snapshot import (
    PART_BYTES,
    PURPOSE,
    Manifest,
    SignedManifest,
    Snapshot,
    check_manifest,
    make_snapshot,
    read_part,
)
from node.sync.house_key import HouseKey
from tests.store import dying
from tests.store.test_core import (
    CLOCK,
    NOTE,
    PLAN,
    REGISTRY,
    SEEN,
    add_note,
    all_changesets,
    dump,
    fill_and_close,
    members,
    open_core,
)
from tests.store.test_doctor import with_history

HOUSE = scopes_of(NodeRole.HOME)
CENTRAL = scopes_of(NodeRole.CENTRAL) - {SEALED}


def give(core: Core, tmp_path: Path, scopes: frozenset[str] = HOUSE) -> Snapshot:
    return make_snapshot(
        core.path, core.registry, scopes=scopes, folder=tmp_path / "given", at_ms=1
    )


def fetch(snapshot: Snapshot, manifest: Manifest, folder: Path, *, piece: int = 70_000) -> Path:
    arriving = Arriving(manifest, folder)
    while not arriving.complete:
        arriving.add(read_part(snapshot.path, arriving.offset, piece))
    arriving.close()
    return arriving.path


def join(
    snapshot: Snapshot,
    tmp_path: Path,
    who: dict[bytes, Member],
    *,
    name: str = "c",
    registry: Registry = REGISTRY,
    identity: Identity | None = None,
) -> Core:
    manifest = check_manifest(
        snapshot.signed, who, quarter=b"Q" * 16, scopes=snapshot.manifest.scopes
    )
    packed = fetch(snapshot, manifest, tmp_path / "arriving")
    database = tmp_path / f"{name}.db"
    install_snapshot(
        packed,
        manifest,
        database,
        registry,
        who,
        identity=identity or new_identity(),
        clock=CLOCK,
        kept={"sync.roster": b"the roster"},
    )
    return Core.open(database, registry, clock=CLOCK)


def clocks(core: Core, table: str) -> list[tuple[Any, ...]]:
    """Every cell's version and writer, as a merge at any node would compare it."""
    return sorted(
        tuple(row)
        for row in core.read(
            lambda read: read.rows(
                "select pk, cid, col_version, cl, site_id from crsql_changes"
                " where [table] = :table",
                table=table,
            )
        )
    )


def meet(a: Core, b: Core, who: dict[bytes, Member]) -> None:
    a.receive(all_changesets(b), who)
    b.receive(all_changesets(a), who)


def test_a_newcomer_has_all_rows_clocks_and_heads_under_a_key_of_its_own(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    a.write(lambda write: write.insert("plan", day=1, place="Saal", what="Chor"))
    a.write(lambda write: write.insert("seen", id=b"x" * 16, times=3))
    identity = new_identity()
    c = join(give(a, tmp_path), tmp_path, members(a, b), identity=identity)
    assert c.site_id == identity.site_id
    assert (c.quarter, c.epoch) == (a.quarter, a.epoch)
    for table in ("note", "plan"):
        assert dump(c, table) == dump(a, table)
        assert clocks(c, table) == clocks(a, table)
    assert c.heads() == a.heads()
    assert dump(c, "seen") == []
    assert "seen" in c.made_tables
    assert c.secret != a.secret
    assert c.kept("sync.roster") == b"the roster"
    assert examine(c, members(a, b)) == []
    for core in (a, b, c):
        core.close()


def test_whatever_is_written_later_merges_both_ways(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    c = join(give(a, tmp_path), tmp_path, members(a, b))
    who = members(a, b, c)
    c.write(add_note("von c"))
    c.write(lambda write: write.execute("update note set text = 'c war hier' where text = 'a1'"))
    c.write(lambda write: write.execute("delete from note where text = 'b0'"))
    a.write(lambda write: write.execute("update note set text = 'a war hier' where text = 'a1'"))
    b.write(lambda write: write.execute("update note set count = 9 where text = 'b0'"))
    for one, other in ((a, c), (b, c), (a, b), (a, c), (b, c)):
        meet(one, other, who)
    assert dump(a, "note") == dump(b, "note") == dump(c, "note")
    assert clocks(a, "note") == clocks(b, "note") == clocks(c, "note")
    assert a.heads() == b.heads() == c.heads()
    for core in (a, b, c):
        assert examine(core, who) == []
        core.close()


def test_central_gets_no_byte_of_the_house(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    secret = "Geheimnis-aus-der-dritten-Etage"
    key = hashlib.sha256(secret.encode()).digest()[:16]
    a.write(lambda write: write.insert("note", id=key, text=secret, count=1))
    a.write(lambda write: write.execute("delete from note where count = 2"))
    a.write(lambda write: write.insert("plan", day=1, place="Saal", what="Chor"))
    snapshot = give(a, tmp_path, CENTRAL)
    central = join(snapshot, tmp_path, members(a, b))
    central.role = NodeRole.CENTRAL
    assert dump(central, "plan") == dump(a, "plan")
    assert dump(central, "note") == []
    assert {scope for _, scope in central.heads()} == {"quarter"}
    central.close()
    plain = zstandard.ZstdDecompressor().stream_reader(snapshot.path.read_bytes()).read()
    assert b"Chor" in plain
    for file in (plain, *(path.read_bytes() for path in tmp_path.glob("c.db*"))):
        # Nothing shorter: two bytes are found in any signature now and then.
        for needle in (secret.encode(), key, a.identity.seed, a.secret, b"house"):
            assert needle not in file
    assert secret.encode() in a.path.read_bytes() + Path(f"{a.path}-wal").read_bytes()
    a.close()
    b.close()


def test_a_new_central_gets_the_sealed_chains_as_they_lie(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    who = members(a, b)
    key = HouseKey.fresh()
    central = open_core(tmp_path, "central")
    central.role = NodeRole.CENTRAL
    central.receive([key.seal(signed) for signed in all_changesets(a)], who)
    who |= members(central, role=NodeRole.CENTRAL)
    scopes = scopes_of(NodeRole.CENTRAL)
    again = join(give(central, tmp_path, scopes), tmp_path, who)
    assert {scope for _, scope in again.heads()} == {SEALED}
    assert again.heads() == central.heads()
    assert examine(again, who) == []
    for core in (a, b, central, again):
        core.close()


def test_memory_does_not_grow_with_the_snapshot(tmp_path: Path) -> None:
    """In a process of its own whose memory is capped below the size of the file."""
    a = open_core(tmp_path)
    fill_and_close(a)
    done = subprocess.run(
        [sys.executable, "-c", CAPPED, str(tmp_path)], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    c = open_core(tmp_path, "c")
    assert len(dump(c, "note")) == 600
    c.close()


CAPPED = """
import resource, sys
from pathlib import Path
from tests.store.test_snapshot import *
folder = Path(sys.argv[1])
a = open_core(folder)
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 60_000_000,) * 2)
join(give(a, folder), folder, members(a)).close()
"""


def test_a_snapshot_is_one_view_while_others_write(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    program = (
        "import sys; from pathlib import Path; from tests.store.test_snapshot import *;"
        "core = open_core(Path(sys.argv[1]))\n"
        "while True: core.write(add_note('noch eine'))"
    )
    a.close()
    writer = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)])
    try:
        wait_for(lambda: len(dump_file(tmp_path / "a.db")) > 20)
        who = members(a, b)
        given = [
            make_snapshot(
                a.path, REGISTRY, scopes=HOUSE, folder=tmp_path / f"given{number}", at_ms=1
            )
            for number in range(3)
        ]
    finally:
        writer.kill()
        writer.wait()
    for number, snapshot in enumerate(given):
        core = join(snapshot, tmp_path, who, name=f"c{number}")
        assert examine(core, who) == []
        core.close()
    b.close()


def dump_file(path: Path) -> list[Any]:
    connection = driver.connect(str(path))
    try:
        return connection.execute("select text from note").fetchall()
    finally:
        connection.close()


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


OLD_NOTE = Table(
    "note", key=NOTE.key, columns=NOTE.columns[:2], scope=NOTE.scope, about="A test's note."
)
NEWER_PLAN = Table(
    "plan",
    key=PLAN.key,
    columns=(*PLAN.columns, Column("hours", "integer", default=2)),
    scope=PLAN.scope,
    writers=PLAN.writers,
    indexes=(("what",),),
    about="A test's plan.",
)
OLD = Registry(1, (OLD_NOTE, PLAN, SEEN))
NEW = Registry(2, (NOTE, NEWER_PLAN, SEEN))


def test_an_older_snapshot_is_migrated(tmp_path: Path) -> None:
    a = open_core(tmp_path, "a", OLD)
    a.write(lambda write: write.insert("note", id=new_id(), text="alt"))
    a.write(lambda write: write.insert("plan", day=1, place="Saal", what="Chor"))
    c = join(give(a, tmp_path), tmp_path, members(a), registry=NEW)
    assert [row[1:] for row in dump(c, "note")] == [("alt", 0)]
    assert dump(c, "plan") == [(1, "Saal", "Chor", 2)]
    c.write(add_note("neu", 7))
    assert examine(c, members(a, c)) == []
    a.close()
    c.close()


def test_a_file_that_was_migrated_itself_gives_a_snapshot_too(tmp_path: Path) -> None:
    open_core(tmp_path, "a", OLD).close()
    a = open_core(tmp_path, "a", NEW)
    a.write(add_note("nach dem Update", 7))
    c = join(give(a, tmp_path), tmp_path, members(a), registry=NEW)
    assert dump(c, "note") == dump(a, "note")
    a.close()
    c.close()


def test_a_snapshot_of_a_newer_release_is_refused_with_what_to_do(tmp_path: Path) -> None:
    a = open_core(tmp_path, "a", NEW)
    snapshot = give(a, tmp_path)
    with pytest.raises(RefusedError) as refused:
        join(snapshot, tmp_path, members(a), registry=OLD)
    assert refused.value.refusal.code == "snapshot.newer"
    assert "Version" in refused.value.refusal.remedy
    assert not (tmp_path / "c.db").exists()
    a.close()


def test_an_identity_that_comes_back_catches_up_before_it_writes(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    a.receive(all_changesets(b), members(a, b))
    snapshot = give(a, tmp_path)
    b.write(add_note("das kennt a nicht"))
    again = join(snapshot, tmp_path, members(a, b), name="b2", identity=b.identity)
    assert again.must_catch_up
    assert isinstance(again.write(add_note("zu früh")), Refusal)
    again.receive(all_changesets(b), members(a, b))
    again.note_caught_up()
    again.write(add_note("jetzt"))
    chain = (b.site_id, "house")
    assert again.heads()[chain].n == b.heads()[chain].n + 1
    b.receive(all_changesets(again), members(a, b))
    assert dump(again, "note") == dump(b, "note")
    assert examine(again, members(a, b)) == []
    for core in (a, b, again):
        core.close()


@pytest.mark.parametrize("at", ["first", "middle", "last"])
def test_a_part_that_was_changed_is_refused_and_asked_for_again(tmp_path: Path, at: str) -> None:
    a, snapshot = large(tmp_path)
    manifest = snapshot.manifest
    assert len(manifest.parts) >= 3
    good = snapshot.path.read_bytes()
    place = {"first": 0, "middle": PART_BYTES + 5, "last": len(good) - 1}[at]
    bad = bytearray(good)
    bad[place] ^= 1
    arriving = Arriving(manifest, tmp_path / "arriving")
    with pytest.raises(RefusedError) as refused:
        arriving.add(bytes(bad))
    assert refused.value.refusal.code == "snapshot.spoilt"
    assert arriving.offset == place // PART_BYTES * PART_BYTES
    arriving.add(good[arriving.offset :])
    assert arriving.complete
    assert arriving.path.read_bytes() == good
    a.close()


def large(tmp_path: Path) -> tuple[Core, Snapshot]:
    """A snapshot of several parts: noise does not shrink."""
    a = open_core(tmp_path)
    for _ in range(4):
        text = os.urandom(250_000).hex()[:250_000]
        a.write(
            lambda write, text=text: [
                write.insert("note", id=os.urandom(16), text=text[i::3][:80_000], count=1)
                for i in range(3)
            ]
        )
    for _ in range(10):
        a.write(
            lambda write: [
                write.insert("note", id=os.urandom(16), text=os.urandom(60_000).hex(), count=1)
                for _ in range(4)
            ]
        )
    return a, give(a, tmp_path)


def test_it_goes_on_where_it_was_cut_off(tmp_path: Path) -> None:
    a, snapshot = large(tmp_path)
    good = snapshot.path.read_bytes()
    first = Arriving(snapshot.manifest, tmp_path / "arriving")
    first.add(good[: PART_BYTES + 1000])
    first.close()
    # As after a death in the middle of a write: half a part that nobody checked.
    with first.path.open("ab") as file:
        file.write(b"half a part")
    second = Arriving(snapshot.manifest, tmp_path / "arriving")
    assert second.offset == PART_BYTES
    second.add(good[PART_BYTES:])
    assert second.complete
    second.close()
    assert Arriving(snapshot.manifest, tmp_path / "arriving").complete
    a.close()


def signed_by(identity: Identity, manifest: Manifest) -> SignedManifest:
    body = msgspec.msgpack.encode(manifest)
    return SignedManifest(body, identity.sign(PURPOSE, body))


def test_only_a_member_in_good_standing_gives_what_it_may_hold(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    snapshot = give(a, tmp_path)
    who = members(a, b)

    def refused(signed: SignedManifest, roster: dict[bytes, Member], **over: Any) -> str:
        asked = {"quarter": b"Q" * 16, "scopes": HOUSE} | over
        with pytest.raises(RefusedError) as error:
            check_manifest(signed, roster, **asked)
        return error.value.refusal.code

    signed = snapshot.signed
    assert check_manifest(signed, who, quarter=b"Q" * 16, scopes=HOUSE) == snapshot.manifest
    revoked = who | {a.site_id: Member(a.identity.public_key, NodeRole.HOME, {"house": 5})}
    central = who | {a.site_id: Member(a.identity.public_key, NodeRole.CENTRAL)}
    for roster in (members(b), revoked, central):
        assert refused(signed, roster) == "snapshot.not_believed"
    assert refused(signed, who, quarter=b"X" * 16) == "snapshot.not_believed"
    assert refused(signed, who, scopes=CENTRAL) == "snapshot.spoilt"
    flipped = SignedManifest(signed.body[:-1] + bytes([signed.body[-1] ^ 1]), signed.signature)
    assert refused(flipped, who) in {"snapshot.not_believed", "snapshot.spoilt"}
    assert refused(SignedManifest(b"rubbish", b""), who) == "snapshot.spoilt"
    assert refused(SignedManifest(b"\x91" * 5000, b""), who) == "snapshot.spoilt"
    assert refused(signed_by(b.identity, snapshot.manifest), who) == "snapshot.not_believed"
    for change in (
        {"format": 2},
        {"size": snapshot.manifest.size + PART_BYTES},
        {"parts": ()},
        {"part_bytes": 1},
        {"plain_size": -1},
    ):
        changed = msgspec.structs.replace(snapshot.manifest, **change)
        assert refused(signed_by(a.identity, changed), who) == "snapshot.spoilt"
    a.close()
    b.close()


PLANTED = [
    "create trigger evil after insert on note begin delete from plan; end",
    "create view evil as select 1",
    "create table evil (x)",
    "create index evil on note (text)",
    "drop table note__crsql_pks",
    "alter table note add column evil text default 'x'",
    "alter table note add column count2 integer as (count)",
    "create table house_secret (x); drop table house_secret; create table seen (id blob)",
    "insert into meta values ('sync.roster', x'00')",
    "update meta set value = x'00' where name = 'quarter'",
    "update head set hash = zeroblob(32), held = held + 1",
    "update head set hash = zeroblob(32)",
    "delete from head",
    "delete from journal",
    "update journal set signature = zeroblob(64)",
    "update journal set body = x'00'",
    "insert into journal select site, scope, n + 9, hash, schema, 1, body, signature from journal",
]


@pytest.mark.parametrize("planted", PLANTED)
def test_a_liar_cannot_plant_anything_in_a_signed_file(tmp_path: Path, planted: str) -> None:
    """The giver itself is hostile: it signs properly what it has tampered with."""
    a, b = with_history(tmp_path)
    snapshot = forged(a, give(a, tmp_path), tmp_path, planted)
    with pytest.raises(RefusedError) as refused:
        join(snapshot, tmp_path, members(a, b))
    assert refused.value.refusal.code == "snapshot.spoilt"
    assert sorted(path.name for path in tmp_path.glob("c.db*")) == []
    a.close()
    b.close()


def forged(giver: Core, snapshot: Snapshot, tmp_path: Path, sql: str) -> Snapshot:
    plain = tmp_path / "forged.db"
    plain.write_bytes(zstandard.ZstdDecompressor().stream_reader(snapshot.path.read_bytes()).read())
    connection = driver.connect(str(plain), isolation_level=None)
    connection.executescript(sql)
    connection.close()
    return repacked(giver, snapshot, tmp_path, plain.read_bytes())


def repacked(
    giver: Core, snapshot: Snapshot, tmp_path: Path, plain: bytes, packed: bytes | None = None
) -> Snapshot:
    packed = zstandard.compress(plain) if packed is None else packed
    manifest = msgspec.structs.replace(
        snapshot.manifest,
        size=len(packed),
        parts=tuple(
            hashlib.sha256(packed[at : at + PART_BYTES]).digest()
            for at in range(0, len(packed), PART_BYTES)
        ),
        plain_size=len(plain),
    )
    path = tmp_path / "forged.snapshot"
    path.write_bytes(packed)
    return Snapshot(path, manifest, signed_by(giver.identity, manifest))


@pytest.mark.parametrize("what", ["damaged", "rubbish", "bomb", "wide", "short", "empty"])
def test_a_file_that_is_none_changes_nothing(tmp_path: Path, what: str) -> None:
    a, b = with_history(tmp_path)
    snapshot = give(a, tmp_path)
    plain = bytearray(zstandard.ZstdDecompressor().stream_reader(snapshot.path.read_bytes()).read())
    packed = None
    if what == "damaged":
        plain[4096 + 8 : 4096 * 3] = os.urandom(4096 * 2 - 8)
    elif what == "rubbish":
        packed = os.urandom(5000)
    elif what == "bomb":
        packed = zstandard.compress(bytes(500 * 1024 * 1024))
    elif what == "wide":
        parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
        packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        packed = packer.compress(bytes(plain)) + packer.flush()
    elif what == "short":
        packed = snapshot.path.read_bytes()[:-20]
    else:
        plain = bytearray()
        packed = zstandard.compress(b"") * 3
    forged_one = repacked(a, snapshot, tmp_path, bytes(plain) or b"x", packed)
    with pytest.raises(RefusedError) as refused:
        join(forged_one, tmp_path, members(a, b))
    assert refused.value.refusal.code == "snapshot.spoilt"
    assert sorted(path.name for path in tmp_path.glob("c.db*")) == []
    a.close()
    b.close()


def test_a_death_at_any_step_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    def add(text: str) -> Callable[[Write], None]:
        return lambda write: write.insert("note", id=new_id(), text=text)

    a, identity = open_core(tmp_path, "a", dying.REGISTRY), new_identity()
    a.write(add("der neue Stand"))
    snapshot = give(a, tmp_path)
    (tmp_path / "packed").write_bytes(snapshot.path.read_bytes())
    (tmp_path / "manifest").write_bytes(msgspec.msgpack.encode(snapshot.manifest))
    (tmp_path / "seed").write_bytes(identity.seed)
    (tmp_path / "giver").write_bytes(a.identity.public_key)
    a.close()
    old = open_core(tmp_path, "old", dying.REGISTRY)
    old.write(add("der alte Stand"))
    outcomes: list[bool] = []
    code = -signal.SIGKILL
    while code == -signal.SIGKILL:
        for path in tmp_path.glob("c.db*"):
            path.unlink()
        # With the log that lies beside it after a power cut: the row is only in there.
        for end in ("", "-wal"):
            shutil.copyfile(tmp_path / f"old.db{end}", tmp_path / f"c.db{end}")
        code = subprocess.run(
            [sys.executable, "-m", "tests.store.dying", str(tmp_path), str(len(outcomes))],
            check=False,
        ).returncode
        c = open_core(tmp_path, "c", dying.REGISTRY)
        assert c.read(lambda read: read.value("pragma quick_check")) == "ok"
        is_new = c.site_id == identity.site_id
        assert [row[1] for row in dump(c, "note")] == [f"der {'neue' if is_new else 'alte'} Stand"]
        outcomes.append(is_new)
        c.close()
    old.close()
    assert code == 0
    assert outcomes == sorted(outcomes)
    assert not outcomes[0]
    assert outcomes[-2], "also a death after the decision leaves the new file"
