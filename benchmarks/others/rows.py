"""The same rows for all: what our giver has written, as a file of JSON lines."""

from __future__ import annotations

import functools
import json
import shutil
import statistics
import subprocess
from contextlib import closing
from pathlib import Path

from benchmarks.sync import AT_ONCE, ROWS, catch_up, copy_of
from benchmarks.town import ROOT, Pair, make_pair, open_core, scratch

THERE = ROOT / "build" / "others"


class NotSetUpError(Exception):
    """What the figure compares with is not on this machine."""


def need(*paths: Path) -> None:
    """Raise `NotSetUpError` unless all of them are there."""
    if not all(path.exists() for path in paths):
        raise NotSetUpError("not measured: `sh benchmarks/others/setup` gets what it needs")


@functools.cache
def pair() -> Pair:
    """Our two nodes; the giver has written the rows four at a time, as people write."""
    return make_pair("others", rows=ROWS, at_once=AT_ONCE)


def our_rate() -> float:
    """Rows a second from our giver to our taker, the median of three."""
    return ROWS / statistics.median(_our_seconds() for _ in range(3))


def _our_seconds() -> float:
    copied = copy_of(pair(), "others-run")
    try:
        return catch_up(copied)
    finally:
        shutil.rmtree(copied.giver.parent)


@functools.cache
def rows_file() -> Path:
    """Every row as one JSON object a line, its id in hex under `_id`, in the order of writing."""
    path = scratch() / "rows.jsonl"
    with closing(open_core(pair().giver)) as core, path.open("w", encoding="utf-8") as file:
        for row in core.read(lambda read: read.rows("select * from fact order by id")):
            told = {"_id": row["id"].hex(), **{name: row[name] for name in row.keys()[1:]}}
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
    return path


def folder(name: str) -> Path:
    """An empty folder on the same disk as our files."""
    path = scratch() / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def seconds_said(said: subprocess.CompletedProcess[str]) -> float:
    """What a script printed last: how many rows came, and in how many seconds."""
    if said.returncode:
        raise OSError(said.stderr)
    count, seconds = said.stdout.split()[-2:]
    if int(count) != ROWS:
        raise ValueError(f"{count} of {ROWS} rows arrived")
    return float(seconds)
