"""The writer's connection over its life: transactions that end, and a fresh one after a fault.

The trap: after a failed write or merge cr-sqlite may track nothing on that connection any more,
so it is never used again. Where none can be opened at once (no file handles, no disk), the next
transaction tries again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from node.base.refusals import RefusedError
from node.store.commits import Commits
from node.store.connection import DatabaseError, close_writer, open_writer
from node.store.kept import Kept, WriterValues
from node.store.refusals import UNWRITABLE
from node.store.storage import Storage


class Writing:
    """One connection at a time that writes to a file, and the disk below it."""

    def __init__(self, path: Path, storage: Storage, commits: Commits) -> None:
        self.path = path
        self.storage = storage
        self.commits = commits
        self.values = WriterValues(Kept(commits), path)
        self.connection: Any = self._opened()
        self._is_suspect = False

    def _opened(self) -> Any:
        try:
            return open_writer(self.path)
        except DatabaseError as error:
            # On a full disk SQLite has no room to open what it could read.
            if self.storage.refusal_of(error) is None or not self.storage.give_up():
                raise
            return open_writer(self.path)

    def close(self) -> None:
        """Close the connection."""
        self.values.close()
        close_writer(self.connection)

    def reopen(self) -> None:
        """Close the connection and open another: the extension reads the site id only then."""
        self.close()
        self.connection = open_writer(self.path)

    @contextmanager
    def transaction(self) -> Iterator[set[str]]:
        """Commit what is done within, or roll back and raise.

        Whoever writes declared tables adds them to the set, for those who keep what they read.
        What the disk will not take is a `RefusedError`; whoever gave the work may give it again.
        """
        if self._is_suspect and not self._renew():
            raise RefusedError(UNWRITABLE)
        try:
            self.connection.execute("begin immediate")
            tables: set[str] = set()
            yield tables
            with self.commits.commit(tables):
                self.connection.execute("commit")
        except DatabaseError as error:
            self._renew()
            refusal = self.storage.refusal_of(error)
            if refusal is None:
                raise
            raise RefusedError(refusal) from error
        except BaseException:
            self._roll_back()
            raise
        self.storage.worked()

    def _renew(self) -> bool:
        """Put a fresh connection in place of one that failed; whether there is one."""
        self._is_suspect = True
        with suppress(DatabaseError):
            self._roll_back()
        try:
            fresh = open_writer(self.path)
        except DatabaseError:
            return False
        with suppress(DatabaseError):
            self.close()
        self.connection, self._is_suspect = fresh, False
        return True

    def _roll_back(self) -> None:
        # A full disk makes SQLite roll back by itself.
        if self.connection.in_transaction:
            self.connection.execute("rollback")
