"""Printers as the operator names them, and what may become of a print job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit

from node.base.refusals import N_

RAW_PORT = 9100
"""Where printers take what they print as it comes (the port is JetDirect's, everybody's since)."""
PORT_MAX = 65535
COLUMNS = 42
"""Characters a line of 80 mm holds on every make; rolls of 58 mm hold 32."""
COLUMNS_LEAST, COLUMNS_MOST = 24, 64
NAME_CHARS_MAX = 40


class Kind(StrEnum):
    """How a printer is reached."""

    TCP = "tcp"
    DEVICE = "device"
    CUPS = "cups"


class JobState(StrEnum):
    """Where a job stands; see `queue.py` for the ways between them."""

    WAITING = "waiting"
    SENDING = "sending"
    PRINTED = "printed"
    UNSURE = "unsure"
    GIVEN_UP = "given_up"


class Why(StrEnum):
    """What is the matter with a printer."""

    AWAY = "away"
    SILENT = "silent"
    PAPER = "paper"
    COVER = "cover"
    FAULT = "fault"
    CUT = "cut"
    FORBIDDEN = "forbidden"
    CUPS = "cups"
    STOPPED = "stopped"


class PrintError(Exception):
    """A job did not get through; `begun` where some of it may have come out."""

    def __init__(self, why: Why, *, begun: bool) -> None:
        super().__init__(why)
        self.why = why
        self.begun = begun


@dataclass(frozen=True, slots=True)
class Printer:
    """A printer of this box. `where` is its host, device file or queue at CUPS; `codepage` the
    only one it knows, "" for a make that follows Epson; `is_mute` where it never answers.
    """

    name: str
    kind: Kind
    where: str
    port: int = RAW_PORT
    columns: int = COLUMNS
    codepage: str = ""
    is_mute: bool = False

    @property
    def is_roll(self) -> bool:
        """Whether it prints slips, which it is told in ESC/POS; else pages of A4, as PDF."""
        return self.kind is not Kind.CUPS


@dataclass(frozen=True, slots=True)
class Printers:
    """The printers of this box, and the one that the lobby's screen prints on, if there is one."""

    all: tuple[Printer, ...] = ()
    lobby: Printer | None = None

    @classmethod
    def read(cls, texts: Sequence[str], lobby: str) -> Printers:
        """As the settings name them. Raises `ValueError`."""
        known = {printer.name: printer for printer in map(read_printer, texts)}
        if lobby and lobby not in known:
            raise ValueError(NO_PRINTER)
        return cls(tuple(known.values()), known.get(lobby))

    def named(self, name: str) -> Printer | None:
        """The printer of this name."""
        return next((each for each in self.all if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Job:
    """A print job. `about` is what it is of: a reservation, or nothing for a test page."""

    id: bytes
    printer: str
    title: str
    about: bytes
    state: JobState
    tries: int
    why: Why | None
    made_at: datetime
    tried_at: datetime | None


def read_printer(text: str) -> Printer:
    """A printer as the settings name it: `Lobby = escpos://10.77.0.20`.

    Raises `ValueError`, whose text says how it should be written.
    """
    name, sign, address = (part.strip() for part in text.partition("="))
    if not name or not sign or len(name) > NAME_CHARS_MAX:
        raise ValueError(HOW)
    try:
        parts = urlsplit(address)
        port = parts.port or RAW_PORT
    except ValueError:
        raise ValueError(HOW) from None
    options = dict(parse_qsl(parts.query))
    if set(options) - {"columns", "codepage", "mute"}:
        raise ValueError(HOW)
    if parts.scheme == "cups" and (queue := parts.netloc or parts.path):
        return Printer(name, Kind.CUPS, _queue(queue))
    columns = options.get("columns", str(COLUMNS))
    if not columns.isdecimal() or not COLUMNS_LEAST <= int(columns) <= COLUMNS_MOST:
        raise ValueError(HOW)
    kind, where = _roll(parts.scheme, parts.hostname or "", parts.path)
    return Printer(
        name,
        kind,
        where,
        port=port,
        columns=int(columns),
        codepage=_codepage(options.get("codepage", "")),
        is_mute=options.get("mute") == "1",
    )


def _roll(scheme: str, host: str, path: str) -> tuple[Kind, str]:
    if scheme == "escpos" and host and path in {"", "/"}:
        return Kind.TCP, host
    if scheme == "escpos" and not host and path.startswith("/dev/"):
        return Kind.DEVICE, path
    raise ValueError(HOW)


def _queue(queue: str) -> str:
    # What begins with a dash would be an option of `lp`.
    if queue.startswith("-") or not queue.replace("-", "").replace("_", "").isalnum():
        raise ValueError(HOW)
    return queue


CODEPAGES = ("CP437", "CP850", "CP852", "CP857", "CP858", "CP866", "CP1250", "CP1252", "CP1254")


def _codepage(name: str) -> str:
    if name and name.upper() not in CODEPAGES:
        raise ValueError(HOW)
    return name.upper()


HOW = N_(
    'Schreiben Sie "Lobby = escpos://10.77.0.20" (ein Bondrucker im Netz), "Desk = '
    'escpos:/dev/usb/lp0" (einer an USB) oder "Office = cups:QUEUE"; hinter die ersten beiden '
    "?columns=32, ?codepage=cp1252 und ?mute=1, verbunden mit &."
)
NO_PRINTER = N_("So heißt kein Drucker. Nennen Sie einen aus `printers`.")
