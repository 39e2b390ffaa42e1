"""Opening through a folder that another program on this box watches.

An order is one file, complete from the moment it is there under its name. Whoever opens takes it by
renaming it: that is the confirmation. What nobody has taken in time the node takes back in the same
way, and a file can be renamed by one of the two only; so an order is surely carried out or surely
not, and none lies about for later.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path

from node.devices.locks import WITHIN_SECONDS, Order, Outcome

LOOKS_EVERY_SECONDS = 0.05
ORDERS = "orders"


def open_by_file(folder: Path, order: Order) -> Outcome:
    """Put an order down and wait for somebody to take it."""
    orders = folder / ORDERS
    orders.mkdir(parents=True, exist_ok=True, mode=0o700)
    take_back_all(folder)
    path = orders / f"{order.id}.json"
    told = {"place": order.place, "until": order.until.isoformat()}
    write_durably(path, json.dumps(told, ensure_ascii=False) + "\n")
    until = time.monotonic() + WITHIN_SECONDS
    while time.monotonic() < until:
        if not path.exists():
            return Outcome.OPENED
        time.sleep(LOOKS_EVERY_SECONDS)
    return Outcome.AWAY if _take_back(path) else Outcome.OPENED


def take_back_all(folder: Path) -> None:
    """Take back what a box that stopped has left: nobody stands at that door any more."""
    for path in (folder / ORDERS).glob("*.json"):
        _take_back(path)


def _take_back(path: Path) -> bool:
    """Whether it was still there; a name without `.json` is no order."""
    back = path.with_suffix(".back")
    try:
        path.rename(back)
    except FileNotFoundError:
        return False
    with suppress(FileNotFoundError):
        back.unlink()
    return True


def write_durably(path: Path, text: str) -> None:
    """A file that is the old one or the new one, whatever happens, and there after a power cut."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
