"""What lies on the disk: for tests that something is there no more, or never was."""

from __future__ import annotations

from pathlib import Path

SEALED = b"age-encryption.org/v1\n"
"""How a file begins that only its key opens."""


def bytes_beside(database: Path) -> bytes:
    """Every byte of a database and of what lies beside it, such as the journal of SQLite."""
    return b"".join(file.read_bytes() for file in database.parent.glob(f"{database.name}*"))
