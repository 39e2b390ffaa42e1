"""Connections: the driver, the extension, the pragmas; and the thread that serves each of them.

The only module that imports the SQLite driver. SQLite before 3.51.3 can corrupt a database in
WAL mode when two connections write or checkpoint at once (https://sqlite.org/wal.html), so an
older one is refused. `synchronous=full` because an acknowledged check-in must survive the plug
being pulled; `temp_store=memory` because every replicated insert otherwise writes a statement
journal of 28 KB to the card.
"""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import aiosqlite.core
from pysqlite3 import dbapi2

from node.base.refusals import N_, SaidError
from node.store.files import finish_swap

T = TypeVar("T")
driver: Any = dbapi2
"""The driver has no type stubs; its objects are `Any` here and `Row`s outside."""

# For bytes it otherwise asks each value in vain how it wants to be stored: 0.6 µs for every id.
driver.register_adapter(bytes, bytes)

DatabaseError: type[Exception] = driver.DatabaseError
OperationalError: type[Exception] = driver.OperationalError
READS: int = driver.SQLITE_READ
ALLOW: int = driver.SQLITE_OK
"""What an authorizer is asked and answers (https://sqlite.org/c3ref/set_authorizer.html)."""


class Row(Protocol):
    """A row of an answer: by name or by position, in the order of the query."""

    def __getitem__(self, name: str | int) -> Any:
        """The value of a column."""

    def __iter__(self) -> Any:
        """The values in order."""

    def keys(self) -> list[str]:
        """The names of the columns."""


OLDEST_SAFE_SQLITE = (3, 51, 3)
CRSQLITE_VERSION = "v0.16.3+p2"
"""The extension that this store was proven with; `crsql_sha()` names version and patch level."""

BUSY_MILLISECONDS = 5000
WRITER_CACHE_KIB = 8000
READER_CACHE_KIB = 4000
WAL_BYTES_MAX = 16 * 1024 * 1024
CHECKPOINT_PAGES = 4000
"""How long the log grows (to about `WAL_BYTES_MAX`) before it is written back: a page that many
writes touch goes to the card once then, not four times; reading the log at a start takes 20 ms."""


class DriverError(SaidError):
    """The SQLite driver or the extension is missing or not the proven one."""


MISSING = N_("{path} fehlt. `sh provisioning/run` baut es.")
OTHER_EXTENSION = N_(
    "{path} ist cr-sqlite {found}, diese Fassung braucht {wanted}. `sh provisioning/run` baut es."
)
OTHER_DRIVER = N_(
    "SQLite {found} kann die Datenbank beschädigen. `sh provisioning/run` baut ein neueres."
)


class Closable(Protocol):
    """Whatever lives on a connection thread and is closed with it."""

    def close(self) -> None:
        """Give everything back."""


class FunctionThread(aiosqlite.core.Connection):
    """An aiosqlite thread that runs whole functions: one hop a request, not one a statement.

    aiosqlite 0.22 has no public way to do so; `_execute` is its own single entry to the thread
    (pinned by tests/store/test_connection.py). What is opened on the thread is any `Closable`.
    """

    def __init__(self, opener: Callable[[], Closable]) -> None:
        super().__init__(opener, iter_chunk_size=64)  # type: ignore[arg-type]

    async def _connect(self) -> aiosqlite.core.Connection:
        try:
            return await super()._connect()
        except BaseException:
            # The thread tells the loop of its end: that must be before the loop's own.
            await asyncio.to_thread(self._thread.join)
            raise

    async def run(self, fn: Callable[[], T]) -> T:
        """Run `fn` on the thread and return what it returns; exceptions come back as raised."""
        result: T = await self._execute(fn)  # type: ignore[no-untyped-call]
        return result


def open_writer(path: Path) -> Any:
    """The one writing connection, with cr-sqlite loaded. Finishes a swap that was cut off."""
    finish_swap(path)
    connection = _open(path)
    load_crsqlite(connection)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    connection.execute("pragma secure_delete=on")
    connection.execute(f"pragma cache_size=-{WRITER_CACHE_KIB}")
    connection.execute(f"pragma journal_size_limit={WAL_BYTES_MAX}")
    connection.execute(f"pragma wal_autocheckpoint={CHECKPOINT_PAGES}")
    return connection


def open_reader(path: Path) -> Any:
    """A connection that cannot write: no extension, and the database refuses."""
    connection = _open(path)
    connection.execute("pragma query_only=on")
    connection.execute(f"pragma cache_size=-{READER_CACHE_KIB}")
    return connection


def close_writer(connection: Any) -> None:
    """Close a writer; without `crsql_finalize` file handles and the WAL lock would leak."""
    connection.execute("select crsql_finalize()")
    connection.close()


def extension_path() -> Path:
    """Where the built extension lies: QUARTIER_CRSQLITE, or `build/crsqlite.so` of a checkout."""
    configured = os.environ.get("QUARTIER_CRSQLITE")
    if configured:
        return Path(configured)
    return Path(__file__).resolve().parents[2] / "build" / "crsqlite.so"


def load_crsqlite(connection: Any) -> None:
    """Load the extension and make sure that it is the proven one.

    Raises `DriverError` with the remedy.
    """
    path = extension_path()
    if not path.exists():
        raise DriverError(MISSING, path=path)
    connection.enable_load_extension(True)  # noqa: FBT003 - the driver's own signature
    connection.load_extension(str(path.with_suffix("")))
    connection.enable_load_extension(False)  # noqa: FBT003
    found = connection.execute("select crsql_sha()").fetchone()[0]
    if found != CRSQLITE_VERSION:
        raise DriverError(OTHER_EXTENSION, path=path, found=found, wanted=CRSQLITE_VERSION)


def _open(path: Path) -> Any:
    _check_sqlite()
    connection = driver.connect(
        str(path),
        isolation_level=None,
        cached_statements=512,
        check_same_thread=False,
        timeout=BUSY_MILLISECONDS / 1000,
    )
    connection.row_factory = driver.Row
    try:
        connection.execute("pragma temp_store=memory")
        # The first look into the file: a damaged one says so here, and nowhere later as clearly.
        connection.execute("pragma schema_version").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


@functools.cache
def _check_sqlite() -> None:
    found = tuple(int(part) for part in driver.sqlite_version.split("."))
    if found < OLDEST_SAFE_SQLITE:
        raise DriverError(OTHER_DRIVER, found=driver.sqlite_version)
