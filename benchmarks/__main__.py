"""`python -m benchmarks [NAME ...] [--json] [--history FILE]`: measure and print figures."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.contention import contention
from benchmarks.figures import Figure, as_row
from benchmarks.finding import search_page_ms
from benchmarks.lobby import kiosk_card_s
from benchmarks.nodes import cold_start_s, idle_mb, lan_visible_ms
from benchmarks.others.changesets import catchup_vs_changesets
from benchmarks.others.postgres import catchup_vs_postgres
from benchmarks.others.pouchdb import catchup_vs_pouchdb
from benchmarks.others.rows import NotSetUpError
from benchmarks.pages import (
    page_fresh_vs_starlette,
    page_p95_ms,
    page_vs_constant,
    page_vs_starlette,
)
from benchmarks.rooms import conflict_vs_raw, pass_check_ms, search_month_ms
from benchmarks.spaces import booking_vs_plain_insert
from benchmarks.store import journal_ms
from benchmarks.sync import (
    bytes_per_row,
    catchup_memory_mb,
    catchup_page_p99_ms,
    catchup_vs_raw_merge,
    edits_vs_raw_merge,
    idle_link,
    lan_row_ms,
    round_vs_history,
    snapshot_vs_replay,
)

FIGURES: dict[str, Callable[[], Figure]] = {
    "page_vs_starlette": page_vs_starlette,
    "page_vs_constant": page_vs_constant,
    "page_fresh_vs_starlette": page_fresh_vs_starlette,
    "page_p95_ms": page_p95_ms,
    "booking_vs_plain_insert": booking_vs_plain_insert,
    "search_month_ms": search_month_ms,
    "search_page_ms": search_page_ms,
    "conflict_vs_raw": conflict_vs_raw,
    "pass_check_ms": pass_check_ms,
    "journal_ms": journal_ms,
    "idle_mb": idle_mb,
    "cold_start_s": cold_start_s,
    "lan_visible_ms": lan_visible_ms,
    "kiosk_card_s": kiosk_card_s,
    "contention": contention,
    "catchup_vs_raw_merge": catchup_vs_raw_merge,
    "edits_vs_raw_merge": edits_vs_raw_merge,
    "catchup_vs_postgres": catchup_vs_postgres,
    "catchup_vs_pouchdb": catchup_vs_pouchdb,
    "catchup_vs_changesets": catchup_vs_changesets,
    "bytes_per_row": bytes_per_row,
    "lan_row_ms": lan_row_ms,
    "catchup_memory_mb": catchup_memory_mb,
    "snapshot_vs_replay": snapshot_vs_replay,
    "idle_link": idle_link,
    "round_vs_history": round_vs_history,
    "catchup_page_p99_ms": catchup_page_p99_ms,
}


def main() -> int:
    """Measure what was asked for; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FIGURES))
    parser.add_argument("--json", action="store_true", help="one JSON line a figure")
    parser.add_argument("--history", type=Path, help="append the table to this Markdown file")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in FIGURES]
    if unknown:
        parser.error(f"unknown figures: {', '.join(unknown)}; known: {', '.join(FIGURES)}")
    figures = []
    for name in given.names or FIGURES:
        try:
            figures.append(FIGURES[name]())
        except NotSetUpError as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        print(json.dumps(as_row(figures[-1])) if given.json else table_line(figures[-1]))
        sys.stdout.flush()
    if given.history:
        write_history(given.history, figures)
    return 0 if all(figure.ok for figure in figures) else 1


def table_line(figure: Figure) -> str:
    """A figure as a line of a Markdown table."""
    return (
        f"| {figure.name} | {figure.value:g} {figure.unit} | {figure.reference} "
        f"{figure.reference_value:g} | {figure.ratio:g} | {figure.bar} | "
        f"{'yes' if figure.ok else 'NO'} |"
    )


def write_history(path: Path, figures: list[Figure]) -> None:
    """Append this run's table under its date."""
    head = "| figure | value | reference | ratio | bar | met |\n|---|---|---|---|---|---|\n"
    rows = "\n".join(table_line(figure) for figure in figures)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n## {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n\n{head}{rows}\n")


if __name__ == "__main__":
    sys.exit(main())
