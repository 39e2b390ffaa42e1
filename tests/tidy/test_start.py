"""What a node loads before its first page: on a small box each library costs memory and a wait."""

from __future__ import annotations

import subprocess
import sys

LATER = (
    "escpos",
    "fpdf",
    "uharfbuzz",
    "fontTools",
    "PIL",
    "qrcode",
    "icalendar",
    "recurring_ical_events",
    "holidays",
    "paho",
    "rich",
    "pygments",
)
"""For letters, QR pictures, an operator's files, holidays, locks: loaded when the first is due. The
last two are a command line's."""

STARTS = "import sys, node.running; print(*sorted(sys.modules))"


def test_a_node_starts_without_what_few_pages_need() -> None:
    ran = subprocess.run([sys.executable, "-c", STARTS], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "litestar" in loaded
    assert loaded.isdisjoint(LATER)
