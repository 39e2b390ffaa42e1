"""Applies SQLite's own changesets to an empty file and says how many seconds that took.

`build/others/venv/bin/python apply_changesets.py ROWS.jsonl FOLDER AT_ONCE GROUP`: one changeset
for each AT_ONCE rows, as the session extension records it; GROUP of them in one transaction.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import apsw  # type: ignore[import-not-found]

TABLE = (
    "create table fact (id blob primary key, place integer not null, at integer not null,"
    " word text not null, state text not null) without rowid"
)


def opened(path: Path) -> Any:
    connection = apsw.Connection(str(path))
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    connection.execute(TABLE)
    return connection


def recorded(connection: Any, rows: list[tuple[Any, ...]]) -> bytes:
    session = apsw.Session(connection, "main")
    session.attach("fact")
    with connection:
        connection.executemany("insert into fact values (?, ?, ?, ?, ?)", rows)
    said: bytes = session.changeset()
    session.close()
    return said


def main() -> None:
    rows_file, folder, at_once, group = sys.argv[1:]
    lines = (json.loads(line) for line in Path(rows_file).read_text("utf-8").splitlines())
    rows = [(bytes.fromhex(o["_id"]), o["place"], o["at"], o["word"], o["state"]) for o in lines]
    source = opened(Path(folder) / "source.db")
    source.execute("pragma synchronous=off")
    step = int(at_once)
    said = [recorded(source, rows[at : at + step]) for at in range(0, len(rows), step)]
    target = opened(Path(folder) / "target.db")
    began = time.perf_counter()
    for start in range(0, len(said), int(group)):
        with target:
            for changeset in said[start : start + int(group)]:
                apsw.Changeset.apply(changeset, target)
    took = time.perf_counter() - began
    count = target.execute("select count(*) from fact").fetchone()[0]
    print(count, took)


if __name__ == "__main__":
    main()
