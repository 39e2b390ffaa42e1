"""Who was erased, as a file beside the database and beside the backups: random ids, no names.

A backup knows nothing of what came after it. So before anybody sees a file that was put back, the
node reads this list, which lies outside of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from node.store.files import write_durably

FILE = "erased.txt"
_LINE = re.compile(r"^([0-9a-f]{32}) (\d{1,12})$", re.MULTILINE)


def read_list(folder: Path) -> dict[bytes, int]:
    """Who was erased and when (seconds since 1970), as far as the file in this folder tells."""
    try:
        text = (folder / FILE).read_text(encoding="ascii", errors="replace")
    except OSError:
        return {}
    return parse_list(text)


def parse_list(text: str) -> dict[bytes, int]:
    """What `list_text` wrote; lines that are none are skipped."""
    return {bytes.fromhex(found[0]): int(found[1]) for found in _LINE.findall(text)}


def keep_list(folder: Path, known: Mapping[bytes, int]) -> None:
    """Add to the list of a folder; nobody is ever taken from it. Raises `OSError`."""
    held = read_list(folder)
    if known.keys() <= held.keys():
        return
    write_durably(folder / FILE, list_text({**known, **held}).encode())


def list_text(known: Mapping[bytes, int]) -> str:
    """The list as it lies in the file."""
    return "".join(f"{key.hex()} {at}\n" for key, at in sorted(known.items()))
