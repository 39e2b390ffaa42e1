"""Prove a built cr-sqlite extension together with the SQLite driver that will load it.

`python provisioning/crsqlite/selftest.py build/crsqlite.so`

Covers what the patches of build.sh mend, each with real databases: keys of every width survive
a merge, hostile keys are refused without ending the process, the one-argument call works, and
a failed merge leaves local writes tracked. Exit status 1 and one line per failure.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

SQLITE_MIN = (3, 51, 3)  # older ones can corrupt a database in WAL mode
READ = 'select "table", pk, cid, val, col_version, db_version, site_id, cl, seq from crsql_changes'
WRITE = """
    insert into crsql_changes
        ("table", pk, cid, val, col_version, db_version, site_id, cl, seq)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
STRANGER = b"a" * 16
KEY_X = b"\x01\x0b\x01x"  # the packed key of one column that holds the text x
TWO_KEYS = "create table t (k not null, l not null, a, primary key (k, l))"

# The widths at which an encoding changes, and the sign bit of each.
NUMBERS = (0, 1, 127, 128, 200, 255, 256, 32767, 32768, 65535, 65536, 2**23, 2**24 - 1)
WIDE_NUMBERS = (2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1, -1, -128, -(2**31), -(2**63), 1.5)
TEXTS = ("", "x" * 127, "x" * 128, "y" * 200, "z" * 255, "ü" * 200, "w" * 70000)
BLOBS = (b"", b"\xff" * 128, b"\0" * 40000)
KEYS: tuple[object, ...] = (*NUMBERS, *WIDE_NUMBERS, *TEXTS, *BLOBS)

HOSTILE_KEYS = (
    "",
    "00",
    "02f9" + "00" * 40,
    "01fb" + "00" * 40,
    "01fc" + "00" * 40,
    "ff09",
    "010b",
    "010bff",
    "0143" + "7f" * 8,
)


class BuildError(Exception):
    """One thing that this build does wrong, in words."""


def opened(extension: str, *statements: str, replicated: tuple[str, ...] = ("t",)) -> Any:
    """A database in memory with the extension, the given tables and `replicated` as CRRs."""
    connection = sqlite.connect(":memory:", isolation_level=None)
    connection.enable_load_extension(1)
    connection.load_extension(extension)
    for statement in statements:
        connection.execute(statement)
    for table in replicated:
        connection.execute("select crsql_as_crr('main', ?)", (table,))
    return connection


def changes(connection: Any) -> list[Any]:
    """All changes that a database would send."""
    found: list[Any] = connection.execute(READ).fetchall()
    return found


def merge(connection: Any, rows: list[Any]) -> bool:
    """Merge changes in one transaction; False when the extension refuses them."""
    connection.execute("begin immediate")
    try:
        connection.executemany(WRITE, rows)
    except sqlite.Error:
        connection.execute("rollback")
        return False
    connection.execute("commit")
    return True


def change(key: bytes, column: str, value: object, length: int = 1) -> Any:
    """One change of table t as a stranger would send it; `length` is the causal length."""
    return ("t", key, column, value, length, length, STRANGER, length, 0)


def check_versions(extension: str) -> None:
    """The driver brings a SQLite without the WAL-reset bug, with full text search."""
    if sqlite.sqlite_version_info < SQLITE_MIN:
        raise BuildError(f"SQLite {sqlite.sqlite_version} is older than 3.51.3")
    opened(extension, "create virtual table f using fts5 (a)", replicated=()).close()


def check_keys(extension: str) -> None:
    """Keys of every width and type arrive as they were written."""
    here, there = opened(extension, TWO_KEYS), opened(extension, TWO_KEYS)
    here.executemany("insert into t values (?, ?, ?)", [(key, key, key) for key in KEYS])
    merge(there, changes(here))
    sent, arrived = (
        sorted(map(repr, side.execute("select * from t").fetchall())) for side in (here, there)
    )
    if sent != arrived or len(sent) != len(KEYS):
        raise BuildError("keys change on their way through a merge")


def check_one_argument(extension: str) -> None:
    """The call with one argument works."""
    connection = opened(extension, "create table t (id primary key not null, a)", replicated=())
    if connection.execute("select crsql_as_crr('t')").fetchone()[0] != "OK":
        raise BuildError("crsql_as_crr with one argument fails")


def check_hostile_keys(extension: str) -> None:
    """Each hostile key is refused; in a process of its own, for the fault was its sudden end."""
    for key in HOSTILE_KEYS:
        command = [sys.executable, __file__, extension, f"--merge-key={key}"]
        if subprocess.run(command, capture_output=True, check=False).returncode:  # noqa: S603
            raise BuildError(f"the hostile key {key[:20]!r} is accepted or ends the process")


def check_failed_merge(extension: str) -> None:
    """After a merge that failed in a write, later local writes are still tracked."""
    connection = opened(extension, "create table t (id text primary key not null, a check (a < 5))")
    refused = not merge(connection, [change(KEY_X, "a", 9)])
    connection.execute("insert into t values ('mine', 1)")
    if not refused or len(changes(connection)) != 1:
        raise BuildError("local writes go untracked after a failed merge")


def check_failed_delete(extension: str) -> None:
    """The same after a merged deletion that a trigger refused."""
    connection = opened(
        extension,
        "create table t (id text primary key not null, a)",
        "create trigger no before delete on t begin select raise (abort, 'no'); end",
    )
    connection.execute("insert into t values ('x', 1)")
    refused = not merge(connection, [change(KEY_X, "-1", None, length=2)])
    connection.execute("insert into t values ('mine', 1)")
    if not refused or not any(row[1].endswith(b"mine") for row in changes(connection)):
        raise BuildError("local writes go untracked after a failed deletion")


CHECKS: tuple[Callable[[str], None], ...] = (
    check_versions,
    check_keys,
    check_one_argument,
    check_hostile_keys,
    check_failed_merge,
    check_failed_delete,
)


def main(arguments: list[str]) -> int:
    """Run all checks; with --merge-key=HEX only try that key, as check_hostile_keys wants it."""
    if not arguments:
        sys.stderr.write("usage: selftest.py EXTENSION.so\n")
        return 2
    extension = str(Path(arguments[0]).resolve())
    if len(arguments) > 1:
        key = bytes.fromhex(arguments[1].removeprefix("--merge-key="))
        return int(merge(opened(extension, TWO_KEYS), [change(key, "a", 1)]))
    failures = 0
    for check in CHECKS:
        try:
            check(extension)
        except (BuildError, sqlite.Error, MemoryError) as error:  # NOMEM is how C says no here
            failures += 1
            sys.stderr.write(f"{check.__name__}: {error!r}\n")
    if not failures:
        sys.stdout.write(f"cr-sqlite works with SQLite {sqlite.sqlite_version}\n")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
