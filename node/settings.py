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
from node.base.refusals import N_, SaidError
from node.devices import Printers, read_lock, read_printer

FILE = "node.toml"
PREFIX = "QUARTIER_"


class SettingsError(SaidError):
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

    data: Path = _setting(Path("data"), N_("Verzeichnis mit der Datenbank und allem anderen"))
    name: str = _setting("Knoten", N_("Name dieses Knotens, wie ihn die Seite „Zustand“ zeigt"))
    host: str = _setting("127.0.0.1", N_("Adresse, an der es die Seiten gibt"))
    port: int = _setting(8080, N_("Port, an dem es die Seiten gibt"))
    sync_host: str = _setting(
        "127.0.0.1", N_("Adresse, an der andere Knoten diesen erreichen; :: ist jede")
    )
    sync_port: int = _setting(8443, N_("Port, an dem andere Knoten diesen erreichen (TLS)"))
    address: str = _setting(
        "", N_("Adresse des Portals, wie Menschen sie tippen; in Briefen und QR-Codes")
    )
    away_address: str = _setting(
        "", N_("Adresse der Seiten der Zentrale für dieses Quartier; in Links für unterwegs")
    )
    hosts: tuple[str, ...] = _setting(
        (), N_("weitere Rechnernamen, nach denen gefragt werden darf")
    )
    kiosk_from: tuple[str, ...] = _setting(
        ("127.0.0.1", "::1"), N_("Adressen oder Netze, die ein Bildschirm in der Lobby sind")
    )
    metrics_from: tuple[str, ...] = _setting(
        ("127.0.0.1", "::1"), N_("Adressen oder Netze, die /metrics lesen dürfen")
    )
    kiosk_house: str = _setting(
        "",
        N_(
            "Schlüssel des Hauses, in dessen Lobby der Bildschirm steht; mit ihm öffnet die Lobby"
            " nur Türen dieses Hauses"
        ),
    )
    printers: tuple[str, ...] = _setting(
        (),
        N_("Drucker dieser Box, jeder als NAME = ADRESSE; siehe Printers in docs/operating.md"),
        each=read_printer,
    )
    kiosk_printer: str = _setting(
        "", N_("Name des Druckers, auf dem der Bildschirm in der Lobby druckt")
    )
    kiosk_scanner: bool = _setting(False, N_("ein Scanner ist da, der wie eine Tastatur tippt"))  # noqa: FBT003
    locks: tuple[str, ...] = _setting(
        (),
        N_("Türen, die diese Box öffnet, jede als ORT = ADRESSE; siehe Locks in docs/operating.md"),
        each=read_lock,
    )
    lock_password_file: str = _setting("", N_("Datei mit dem Passwort am Broker der Schlösser"))
    lock_ca_file: str = _setting(
        "",
        N_("Zertifikat, an dem der Broker der Schlösser erkannt wird (PEM); leer: die des Systems"),
    )
    peers: tuple[str, ...] = _setting(
        (), N_("Rechner:Port von Knoten, die ohne Suche zu erreichen sind")
    )
    central: str = _setting("", N_("Rechner:Port der Zentrale; leer, wo es keine gibt"))
    metered: bool = _setting(
        default=False,
        help_text=N_("die Leitung zur Zentrale kostet nach Menge; Seiten können es ändern"),
    )
    metered_every_minutes: int = _setting(
        60,
        N_(
            "Minuten von einem Abgleich mit der Zentrale zum nächsten, wo die Leitung nach Menge"
            " kostet"
        ),
        up_to=1440,
    )
    metered_night: str = _setting(
        "",
        N_(
            "Stunden nach der Uhr des Quartiers, in denen Großes über eine solche Leitung geht:"
            " 01:00-05:00"
        ),
        hours=True,
    )
    discovery: bool = _setting(
        default=True,
        help_text=N_(
            "sich im Netz des Hauses zeigen und die Knoten des Quartiers finden (zeroconf)"
        ),
    )
    log: str = _setting(
        "warning",
        N_(
            "was aufgeschrieben wird: error, warning, info oder debug (wer getroffen wurde und wie)"
        ),
        one_of=LOG_LEVELS,
    )
    backup_to: str = _setting(
        "",
        N_(
            "Verzeichnis für Sicherungen, auf einem Stick oder einer Platte; leer: neben der"
            " Datenbank"
        ),
    )
    backup_recipients: tuple[str, ...] = _setting(
        (), N_("öffentliche Schlüssel (age1...), die die Sicherungen öffnen, neben Blatt und Box")
    )
    backup_every_hours: int = _setting(1, N_("Stunden von einer Sicherung zur nächsten"), up_to=168)
    copy_every_hours: int = _setting(
        24,
        N_("Stunden von einer Kopie der Sicherung in der Zentrale zur nächsten, wo es eine gibt"),
        up_to=720,
    )
    drill_every_days: int = _setting(
        30, N_("Tage von einer Probe der Wiederherstellung zur nächsten"), up_to=366
    )
    demo: bool = _setting(
        default=False,
        help_text=N_("Demo: kennzeichnet die Seiten und bietet den Schalter für die Leitung an"),
    )

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
            raise SettingsError(BAD_LINE, path=path, reason=error) from error
    known = {item.name: item for item in dataclasses.fields(Settings)}
    del known["data"]
    for name in given:
        if name not in known:
            raise SettingsError(NO_SETTING, path=path, name=repr(name))
    checked = {name: _checked(f"{path}: {name}", given[name], known[name]) for name in given}
    for name, setting in known.items():
        variable = PREFIX + name.upper()
        if variable in environment:
            checked[name] = _checked(variable, environment[variable], setting)
    settings = Settings(data=data, **checked)
    try:
        Printers.read(settings.printers, settings.kiosk_printer)
    except ValueError as error:
        raise SettingsError("{path}: kiosk_printer:", str(error), path=path) from error
    return settings


def described(say: Callable[..., str]) -> str:
    """All settings with default and help text, as `quartier settings` prints them."""
    lines = []
    for item in dataclasses.fields(Settings):
        variable = PREFIX + item.name.upper()
        values = {"name": item.name, "variable": variable, "default": repr(item.default)}
        lines.append(say(DESCRIBED, **values))
        lines.append(f"    {say(item.metadata['help'])}")
    return "\n".join(lines)


def _checked(where: str, value: Any, setting: dataclasses.Field[Any]) -> Any:
    """A value of the kind that the default has, or a `SettingsError` that says where it stands."""
    fits: object
    default, one_of = setting.default, setting.metadata["one_of"]
    most = setting.metadata["up_to"]
    if one_of:
        fits, helps = value if value in one_of else None, ONE_OF
    elif setting.metadata["hours"]:
        fits = value if value == "" or (isinstance(value, str) and Hours.read(value)) else None
        helps = TIMES
    elif isinstance(default, bool):
        fits, helps = _boolean(value), TRUTH
    elif isinstance(default, int):
        fits, helps = _number(value, most), A_PORT if most == PORT_MAX else A_NUMBER
    elif isinstance(default, tuple):
        fits, helps = _texts(value), A_LIST
        if fits and (read := setting.metadata["each"]):
            fits, helps = _each(fits, read)
    else:
        fits, helps = value if isinstance(value, str) else None, A_TEXT
    if fits is None:
        choice = ", ".join(one_of)
        raise SettingsError(NO_FIT, helps, where=where, value=repr(value), most=most, choice=choice)
    return fits


BAD_LINE = N_("{path}: {reason}. Berichtigen oder löschen Sie die Zeile.")
NO_SETTING = N_("{path}: {name} ist keine Einstellung. Alle nennt `quartier settings`.")
NO_FIT = N_("{where}: {value} passt nicht.")
ONE_OF = N_("Nehmen Sie eines von: {choice}.")
TIMES = N_('Nehmen Sie zwei Uhrzeiten: "01:00-05:00".')
TRUTH = N_("Nehmen Sie true oder false.")
A_PORT = N_("Ein Port ist eine Zahl von 1 bis {most}.")
A_NUMBER = N_("Nehmen Sie eine Zahl von 1 bis {most}.")
A_LIST = N_('Nehmen Sie eine Liste von Texten: ["eins", "zwei"].')
A_TEXT = N_('Nehmen Sie einen Text in Anführungszeichen: "Text".')
DESCRIBED = N_("{name} ({variable}), sonst {default}:")


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
