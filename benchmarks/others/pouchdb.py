"""PouchDB's server (express-pouchdb on LevelDB) and a PouchDB that replicates from it over HTTP."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import Figure, against_peer
from benchmarks.others.rows import THERE, folder, need, our_rate, rows_file, seconds_said
from benchmarks.sync import AT_ONCE, ROWS
from benchmarks.town import free_port

SCRIPTS = Path(__file__).with_name("pouchdb")


def catchup_vs_pouchdb() -> Figure:
    """Rows a second, to PouchDB's own replication of the same rows as documents."""
    need(THERE / "node_modules" / "pouchdb" / "package.json")
    with serving() as port:
        words = ["node", SCRIPTS / "replicate.mjs", f"http://127.0.0.1:{port}/fact"]
        said = subprocess.run(
            [*map(str, words), str(folder("pouchdb-taker") / "fact")],
            cwd=THERE, capture_output=True, text=True, check=False,
        )  # fmt: skip
        rate = ROWS / seconds_said(said)
    return against_peer(
        "catchup_vs_pouchdb", our_rate(), "rows/s", "PouchDB rows/s", rate, at_least=6
    )


@contextmanager
def serving() -> Iterator[int]:
    """PouchDB's server with the rows in it; its port."""
    port = free_port()
    words = [SCRIPTS / "serve.mjs", rows_file(), folder("pouchdb-giver"), port, AT_ONCE]
    process = subprocess.Popen(
        ["node", *map(str, words)], cwd=THERE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        if process.stdout.readline().strip() != "ready":
            raise OSError("PouchDB's server did not start")
        yield port
    finally:
        process.terminate()
        process.wait()
