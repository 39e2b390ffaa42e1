"""What a first start remembers: in memory what nobody may find, on the disk what is half done."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from node.belonging import Progress
from node.settings import Settings
from node.setup.door import Door
from node.setup.work import Work
from node.store import Identity
from node.store.backups import STICKS
from node.store.files import write_durably

FILE = "setup.json"


class Begun(msgspec.Struct, frozen=True):
    """Setting up that is not over: a database that is not whole yet, or a box that waits for its
    house. No secret is in it: `code` is a pairing code that is good for this box only.
    """

    way: str
    address: str = ""
    dead: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Offsite:
    """Copies of backups at central: where, what opens them, their names and sizes."""

    address: str
    sheet: Identity
    found: tuple[tuple[str, int], ...]


@dataclass(slots=True)
class Setup:
    """One first start.

    `given` is what was typed last, without secrets; `papers` what the founder must take along,
    which no file holds; `done` says what came of it, and `is_told` whether somebody has read it.
    """

    settings: Settings
    work: Work
    door: Door = field(default_factory=Door)
    given: dict[str, str] = field(default_factory=dict)
    papers: object = None
    done: Progress | None = None
    is_told: bool = False
    offsite: Offsite | None = None
    """Copies at central that somebody has asked for with the sheet."""
    sticks: Sequence[Path] = STICKS
    phone_address: str = ""
    """Where a phone in this network finds the pages; empty where only this machine does."""

    @property
    def is_done(self) -> bool:
        """Whether the box belongs to a quarter."""
        return self.done is not None

    @property
    def begun(self) -> Begun | None:
        """What an earlier try left."""
        return read_begun(self.settings.data)

    def note(self, begun: Begun) -> None:
        """Remember over a power cut what is being done."""
        self.settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(self.settings.data / FILE, msgspec.json.encode(begun))

    def finish(self, done: Progress) -> None:
        """The box belongs to a quarter: the pages have done their work."""
        forget_begun(self.settings.data)
        self.done = done

    @property
    def places(self) -> list[Path]:
        """Where files and backups may lie: sticks, and where the settings say."""
        told = [Path(self.settings.backup_to)] if self.settings.backup_to else []
        mounted: list[Path] = []
        for folder in self.sticks:
            with suppress(OSError):
                mounted += sorted(path for path in folder.iterdir() if path.is_dir())
        return [*told, *mounted]


def read_begun(data: Path) -> Begun | None:
    """What an earlier try left in a data directory."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=Begun)
    except (OSError, msgspec.MsgspecError):
        return None


def forget_begun(data: Path) -> None:
    """Nothing is half done any more."""
    (data / FILE).unlink(missing_ok=True)
