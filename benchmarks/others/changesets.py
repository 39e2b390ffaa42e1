"""SQLite's own changesets (https://sqlite.org/sessionintro.html), applied without a network."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.figures import Figure, against_peer
from benchmarks.others.rows import THERE, folder, need, our_rate, rows_file, seconds_said
from benchmarks.sync import AT_ONCE, ROWS

GROUP = 200
"""How many changesets our node applies in one transaction, about."""


def catchup_vs_changesets() -> Figure:
    """Rows a second, to the session extension's changesets of the same rows: no chain, no
    signatures, no clocks of cells, nothing to merge with, no line between. Told, without a bar."""
    python = THERE / "venv" / "bin" / "python"
    need(python)
    script = Path(__file__).with_name("apply_changesets.py")
    words = [python, script, rows_file(), folder("changesets"), AT_ONCE, GROUP]
    said = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    rate = ROWS / seconds_said(said)
    return against_peer(
        "catchup_vs_changesets", our_rate(), "rows/s", "changesets rows/s", rate, at_least=0
    )
