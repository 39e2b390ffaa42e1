"""Saturday, ten to three, no phone: the pass is held to the reader, the screen opens the door.

The lock is another program of the box, which takes the order's file (docs/decisions/0020).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from node.settings import FILE
from tests.browser.conftest import Opens
from tests.browser.people import at_the_phone, books, eight_signs
from tests.browser.test_check_in_at_the_lobby import TEN_TO_THREE
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@dataclass
class Opener:
    """What takes orders of doors, as long as it is on."""

    orders: Path
    is_on: bool = True
    opened: list[str] = field(default_factory=list)
    ends: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self.ends.is_set():
            for path in self.orders.glob("*.json") if self.is_on else ():
                with suppress(FileNotFoundError):
                    path.rename(path.with_suffix(".taken"))
                    self.opened.append(path.stem)
            time.sleep(0.02)


@contextmanager
def opener(folder: Path) -> Iterator[Opener]:
    made = Opener(folder / "locks" / "orders")
    thread = threading.Thread(target=made.watch, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.ends.set()
        thread.join()


def test_the_door_opens_from_the_lobby_and_the_screen_forgets(town: Town, opens: Opens) -> None:
    with (town.folder / "home" / FILE).open("a", encoding="utf-8") as settings:
        settings.write('locks = ["hofsaal = file"]\n')
    town.start("home")
    phone, lobby = opens("phone"), opens("lobby")
    at_the_phone(town, phone, "anna")
    booked = books(phone, "2026-11-28", "15:00", "19:00")
    town.clock.set(TEN_TO_THREE)
    phone.open(f"{booked}/pass")
    code = eight_signs(phone)
    with opener(town.folder / "home") as lock:
        lobby.open("/kiosk/check-in")
        lobby.scan(code)
        lobby.touch("Tür öffnen")
        lobby.is_titled("Tür öffnen")
        lobby.sees("Die Tür öffnet sich sofort und nur kurz.")
        lobby.is_well()
        # The program that opens is not running: that is said, and nothing opens later.
        lock.is_on = False
        lobby.touch("Jetzt öffnen")
        lobby.sees("Das Schloss ist gerade nicht zu erreichen. Die Tür ist zu.")
        lobby.is_well()
        lock.is_on = True
        lobby.touch("Noch einmal öffnen")
        lobby.sees("Die Tür ist offen.", "Gehen Sie bitte gleich hin")
        lobby.is_well()
        assert len(lock.opened) == 1
        lobby.touch("Fertig")
        lobby.is_at("/kiosk")
        lobby.page.go_back()
        lobby.does_not_see("Die Tür ist offen.", "Noch einmal öffnen")
        assert len(lock.opened) == 1
