"""The switch that cuts and joins lines: for demonstrations and tests only.

It lies in a small file of the data directory, so that a restart keeps it and a second process
(`quartier demo cut`) can throw it. A cut line neither calls nor answers.
"""

from __future__ import annotations

import json
from pathlib import Path

from node.base.ids import id_text, parse_id

FILE = "line.json"
LOOKED_AT_EVERY_SECONDS = 0.5
"""Another process may throw the switch; only a demonstration looks for it this often."""


class LineSwitch:
    """Which lines of this node are cut: to single peers, or all."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._seen: tuple[int, int] | None = None
        self._all = False
        self._sites: frozenset[bytes] = frozenset()

    def cut(self, site: bytes | None = None) -> None:
        """Cut the line to one peer, or to all."""
        self._look()
        if site is None:
            self._write(everything=True, sites=self._sites)
        else:
            self._write(everything=self._all, sites=self._sites | {site})

    def join(self, site: bytes | None = None) -> None:
        """Join the line to one peer again, or all lines."""
        self._look()
        if site is None:
            self._write(everything=False, sites=frozenset())
        else:
            self._write(everything=False, sites=self._sites - {site})

    def is_cut(self, site: bytes | None = None) -> bool:
        """Whether the line to this peer is cut; without a peer, whether all are."""
        self._look()
        return self._all or (site is not None and site in self._sites)

    def state(self) -> tuple[bool, frozenset[bytes]]:
        """Whether all lines are cut, and to which peers."""
        self._look()
        return self._all, self._sites

    def _look(self) -> None:
        """Read the file again if somebody has written it since."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._seen, self._all, self._sites = None, False, frozenset()
            return
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp == self._seen:
            return
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            self._all = bool(found["all"])
            self._sites = frozenset(parse_id(text) for text in found["peers"])
        except (ValueError, KeyError, TypeError, OSError):
            # A broken switch must not cut a line.
            self._all, self._sites = False, frozenset()
        self._seen = stamp

    def _write(self, *, everything: bool, sites: frozenset[bytes]) -> None:
        said = {"all": everything, "peers": sorted(id_text(site) for site in sites)}
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps(said), encoding="utf-8")
        new.replace(self._path)
        self._look()
