"""What an operator can set: `node.toml` in the data directory, then environment variables.

Every setting has a help text; `quartier settings` prints them all. Unknown names and impossible
values are refused with the place where they stand.
"""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from node.base.hours import Hours
from node.devices import Printers, read_lock, read_printer

FILE = "node.toml"
PREFIX = "QUARTIER_"


class SettingsError(Exception):
    """A setting is unknown or impossible; the text names it, its place and the remedy."""


PORT_MAX = 65535
LOG_LEVELS = ("error", "warning", "info", "debug")


def _setting(
    default: Any,
    help_text: str,
    *,
    one_of: tuple[str, ...] = (),
    up_to: int = PORT_MAX,
    hours: bool = False,
    each: Callable[[str], object] | None = None,
) -> Any:
    told = {"help": help_text, "one_of": one_of, "up_to": up_to, "hours": hours, "each": each}
    return field(default=default, metadata=told)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one node."""

    data: Path = _setting(Path("data"), "directory that holds the database and all else")
    name: str = _setting("Knoten", "name of this node, as the health page shows it")
    host: str = _setting("127.0.0.1", "address that the pages are served on")
    port: int = _setting(8080, "port that the pages are served on")
    sync_host: str = _setting(
        "127.0.0.1", "address that other nodes reach this one on; :: is every one"
    )
    sync_port: int = _setting(8443, "port that other nodes reach this one on (TLS)")
    address: str = _setting("", "address of the portal as people type it; in letters and QR codes")
    away_address: str = _setting(
        "", "address of central's pages for this quarter; in links for those on the way"
    )
    hosts: tuple[str, ...] = _setting((), "further host names that may be asked for")
    kiosk_from: tuple[str, ...] = _setting(
        ("127.0.0.1", "::1"), "client addresses or networks that are a lobby screen"
    )
    metrics_from: tuple[str, ...] = _setting(
        ("127.0.0.1", "::1"), "client addresses or networks that may read /metrics"
    )
    kiosk_house: str = _setting(
        "",
        "key of the house whose lobby the screen stands in; with it the lobby opens doors of this"
        " house only",
    )
    printers: tuple[str, ...] = _setting(
        (), "printers of this box, each as NAME = ADDRESS; see Printers", each=read_printer
    )
    kiosk_printer: str = _setting("", "name of the printer that the lobby's screen prints on")
    kiosk_scanner: bool = _setting(False, "a scanner that types like a keyboard is there")  # noqa: FBT003
    locks: tuple[str, ...] = _setting(
        (), "doors that this box opens, each as PLACE = ADDRESS; see Locks", each=read_lock
    )
    lock_password_file: str = _setting("", "file with the password at the broker of the locks")
    lock_ca_file: str = _setting(
        "", "certificate that the broker of the locks is known by (PEM); empty: the system's"
    )
    peers: tuple[str, ...] = _setting((), "host:port of nodes to reach without discovery")
    central: str = _setting("", "host:port of central; empty where there is none")
    metered: bool = _setting(False, "the line to central is paid by volume; pages can change it")  # noqa: FBT003
    metered_every_minutes: int = _setting(
        60, "minutes from one round with central to the next on a metered line", up_to=1440
    )
    metered_night: str = _setting(
        "",
        "hours by the quarter's clock in which what is large crosses a metered line: 01:00-05:00",
        hours=True,
    )
    discovery: bool = _setting(True, "announce and find nodes of the quarter on the LAN (zeroconf)")  # noqa: FBT003
    log: str = _setting(
        "warning",
        "what is written down: error, warning, info or debug (who was met, and how)",
        one_of=LOG_LEVELS,
    )
    backup_to: str = _setting(
        "", "directory for backups, on a stick or mounted disk; empty: beside the database"
    )
    backup_recipients: tuple[str, ...] = _setting(
        (), "public keys (age1...) that open the backups, beside sheet and box"
    )
    backup_every_hours: int = _setting(1, "hours from one backup to the next", up_to=168)
    copy_every_hours: int = _setting(
        24,
        "hours from one copy of a backup at central to the next, where there is a central",
        up_to=720,
    )
    drill_every_days: int = _setting(
        30, "days from one test of restoring a backup to the next", up_to=366
    )
    demo: bool = _setting(False, "demo quarter: marks pages and offers the line switch")  # noqa: FBT003

    @property
    def database(self) -> Path:
        """The database file."""
        return self.data / "quarter.db"

    @property
    def public_address(self) -> str:
        """The portal's address, as set or as served."""
        return (self.address or f"http://{self.host}:{self.port}").rstrip("/")

    def to_toml(self) -> str:
        """The settings as the file holds them, defaults left out."""
        lines = []
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            if item.name != "data" and value != item.default:
                lines.append(f"{item.name} = {_toml(value)}")
        return "\n".join(lines) + "\n"


def load(data: Path, environment: Mapping[str, str]) -> Settings:
    """The settings of a data directory. Raises `SettingsError`."""
    path = data / FILE
    given: dict[str, Any] = {}
    if path.exists():
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: {error}. Correct the line or remove it.") from error
    known = {item.name: item for item in dataclasses.fields(Settings)}
    del known["data"]
    for name in given:
        if name not in known:
            raise SettingsError(f"{path}: {name!r} is no setting. See `quartier settings`.")
    checked = {name: _checked(f"{path}: {name}", given[name], known[name]) for name in given}
    for name, setting in known.items():
        variable = PREFIX + name.upper()
        if variable in environment:
            checked[name] = _checked(variable, environment[variable], setting)
    settings = Settings(data=data, **checked)
    try:
        Printers.read(settings.printers, settings.kiosk_printer)
    except ValueError as error:
        raise SettingsError(f"{path}: kiosk_printer: {error}") from error
    return settings


def described() -> str:
    """All settings with default and help text, as `quartier settings` prints them."""
    lines = []
    for item in dataclasses.fields(Settings):
        variable = PREFIX + item.name.upper()
        lines.append(f"{item.name} ({variable}), default {item.default!r}:")
        lines.append(f"    {item.metadata['help']}")
    return "\n".join(lines)


def _checked(where: str, value: Any, setting: dataclasses.Field[Any]) -> Any:
    """A value of the kind that the default has, or a `SettingsError` that says where it stands."""
    fits: object
    default, one_of = setting.default, setting.metadata["one_of"]
    if one_of:
        fits, helps = value if value in one_of else None, f"Use one of: {', '.join(one_of)}."
    elif setting.metadata["hours"]:
        fits = value if value == "" or (isinstance(value, str) and Hours.read(value)) else None
        helps = 'Use two times of day: "01:00-05:00".'
    elif isinstance(default, bool):
        fits, helps = _boolean(value), "Use true or false."
    elif isinstance(default, int):
        most = setting.metadata["up_to"]
        noun = "A port is" if most == PORT_MAX else "Use"
        fits, helps = _number(value, most), f"{noun} a number from 1 to {most}."
    elif isinstance(default, tuple):
        fits, helps = _texts(value), 'Use a list of texts: ["one", "two"].'
        if fits and (read := setting.metadata["each"]):
            fits, helps = _each(fits, read)
    else:
        fits, helps = value if isinstance(value, str) else None, 'Use a text in quotes: "text".'
    if fits is None:
        raise SettingsError(f"{where}: {value!r} does not fit. {helps}")
    return fits


def _each(
    texts: tuple[str, ...], read: Callable[[str], object]
) -> tuple[tuple[str, ...] | None, str]:
    """The texts, or nothing and what helps where one of them cannot be read."""
    try:
        for text in texts:
            read(text)
    except ValueError as error:
        return None, str(error)
    return texts, ""


def _boolean(value: Any) -> bool | None:
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    return words.get(str(value).lower())


def _number(value: Any, most: int) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() and 0 < int(text) <= most else None


def _texts(value: Any) -> tuple[str, ...] | None:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        return None
    return tuple(part.strip() for part in parts if part.strip())


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(part) for part in value) + "]"
    # JSON's numbers, truth values and escapes of texts are TOML's, too.
    return json.dumps(value, ensure_ascii=False)
