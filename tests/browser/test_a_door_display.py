"""An old tablet at the hall's door: hung by the desk, booked at with a card, well after a crash."""

from __future__ import annotations

import signal

import pytest

from tests.browser.conftest import Opens
from tests.browser.people import at_the_desk, at_the_phone, books, eight_signs
from tests.browser.screens import Screen
from tests.cast import PINS
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

UPRIGHT = {"width": 800, "height": 1280}
SMALL = {"width": 1024, "height": 600}
OLD = ((1280, 800), (1024, 600), (800, 480), (600, 1024), (480, 800))
"""What was sold as a tablet since 2010, across and upright."""
BELOW = "document.documentElement.scrollHeight - innerHeight"


def hangs(desk: Screen, tablet: Screen, place: str = "Hofsaal") -> None:
    """The desk makes a code, somebody types it at the tablet."""
    at_the_desk(desk)
    desk.open("/desk/places")
    desk.touch("Türanzeigen")
    desk.touch("Türanzeige einrichten", within=f"tr:has-text('{place}')")
    desk.sees("Code für das Gerät")
    desk.is_well()
    code = desk.page.locator(".display-signs [aria-hidden]").inner_text()
    tablet.open("/door")
    tablet.type("Code vom Service-Point", code)
    tablet.is_well()
    tablet.touch("Als Türanzeige einrichten")
    tablet.is_titled(place)


def crashes(town: Town, name: str = "home") -> None:
    """The node is gone at once, as when somebody pulls its plug."""
    process = town.processes.pop(name)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdin is not None
    process.stdin.close()


def test_anna_books_at_the_door_and_nothing_of_her_stays(town: Town, opens: Opens) -> None:
    town.start("home")
    desk, tablet = opens("desk"), opens("door")
    hangs(desk, tablet)
    tablet.sees("Frei", "Jetzt buchen bis 12 Uhr", "Stand: 10:0")
    tablet.is_well()
    tablet.scan(town.cards["anna"])
    tablet.is_titled("Ihre PIN")
    tablet.is_well()
    tablet.type("PIN aus 4 bis 8 Ziffern", PINS["anna"])
    tablet.touch("Weiter")
    tablet.is_titled("Stimmt alles?")
    tablet.sees("10 bis 12 Uhr", "36,00 €")
    tablet.is_well()
    tablet.touch("Zahlungspflichtig buchen")
    tablet.sees("Gebucht. Sie sind eingecheckt.", "Belegt", "bis 12 Uhr")
    tablet.does_not_see("Anna", "Linde", "36,00 €")
    tablet.is_well()
    kept = {cookie["name"] for cookie in tablet.page.context.cookies()}
    assert all(name.startswith("quartier_door") for name in kept)
    assert tablet.page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
    desk.open("/desk")
    desk.sees("Anna Linde")


def stands_at_once(tablet: Screen) -> None:
    """Nobody scrolls at a door: on each of the old tablets all of the page is in sight."""
    for width, height in OLD:
        tablet.page.set_viewport_size({"width": width, "height": height})
        tablet.is_well()
        assert tablet.page.evaluate(BELOW) <= 0, (tablet.page.url, width, height)


def test_on_old_tablets_all_of_it_stands_at_once(town: Town, opens: Opens) -> None:
    town.start("home")
    desk, tablet = opens("desk"), opens("door")
    hangs(desk, tablet)
    tablet.sees("Frei", "Jetzt buchen bis 12 Uhr", "Ein- oder auschecken", "Stand: 10:0")
    stands_at_once(tablet)
    tablet.touch("Jetzt buchen bis 12 Uhr")
    tablet.is_titled("Halten Sie Karte oder Ausweis vor")
    stands_at_once(tablet)
    tablet.scan(town.cards["anna"])
    tablet.is_titled("Ihre PIN")
    stands_at_once(tablet)
    tablet.type("PIN aus 4 bis 8 Ziffern", PINS["anna"])
    tablet.touch("Weiter")
    tablet.touch("Zahlungspflichtig buchen")
    tablet.sees("Gebucht. Sie sind eingecheckt.", "Belegt")
    stands_at_once(tablet)
    crashes(town)
    tablet.page.wait_for_selector("[data-door-away]:not([hidden])", timeout=20_000)
    stands_at_once(tablet)


def test_who_turns_away_at_the_pin_leaves_nothing(town: Town, opens: Opens) -> None:
    town.start("home")
    desk, tablet = opens("desk"), opens("door")
    hangs(desk, tablet)
    tablet.scan(town.cards["anna"])
    tablet.is_titled("Ihre PIN")
    tablet.page.clock.install()
    tablet.page.reload()
    tablet.type("PIN aus 4 bis 8 Ziffern", "47")
    tablet.page.clock.run_for(62_000)
    tablet.is_titled("Hofsaal")
    kept = {cookie["name"] for cookie in tablet.page.context.cookies()}
    assert all(name.startswith("quartier_door") for name in kept)
    tablet.open("/door/pin")
    tablet.is_titled("Halten Sie Karte oder Ausweis vor")


def test_the_node_dies_and_the_board_says_so_and_recovers(town: Town, opens: Opens) -> None:
    town.start("home")
    desk, tablet = opens("desk"), opens("door")
    hangs(desk, tablet)
    tablet.sees("Frei", "Jetzt buchen")
    tablet.does_not_see("antwortet gerade nicht")
    crashes(town)
    tablet.page.wait_for_selector("[data-door-away]:not([hidden])", timeout=20_000)
    tablet.sees("Das Haus antwortet gerade nicht. Gezeigt wird der Stand von 10:0", "Frei")
    tablet.does_not_see("Jetzt buchen")
    tablet.is_well()
    town.start("home")
    tablet.page.wait_for_selector("[data-door-away]", state="hidden", timeout=40_000)
    tablet.sees("Frei", "Jetzt buchen")


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_a_display_that_is_loaded_anew_while_the_node_is_dead(
    town: Town, opens: Opens, script: bool
) -> None:
    """Its tablet was restarted, or has no script: our board, not the browser's error."""
    town.start("home")
    desk, tablet = opens("desk"), opens("door")
    hangs(desk, tablet)
    tablet.page.evaluate("navigator.serviceWorker.ready")
    tablet.page.reload()  # now it comes through the worker, which keeps it
    tablet.sees("Frei", "Jetzt buchen bis 12 Uhr")
    tablet.page.wait_for_function(
        "caches.open('door board').then((one) => one.keys()).then((all) => all.length)"
    )
    crashes(town)
    if not script:
        devices = tablet.page.context.new_cdp_session(tablet.page)
        devices.send("Emulation.setScriptExecutionDisabled", {"value": True})
    for _ in range(2):
        tablet.page.reload()
        tablet.is_titled("Hofsaal")
        tablet.sees("Das Haus antwortet gerade nicht. Gezeigt wird der Stand von 10:0", "Frei")
        tablet.does_not_see("Jetzt buchen", "Mit dem Handy")
    town.start("home")
    tablet.page.reload()
    tablet.sees("Frei", "Jetzt buchen")
    tablet.does_not_see("antwortet gerade nicht")


def test_a_touch_while_the_node_is_dead_leads_nowhere(town: Town, opens: Opens) -> None:
    town.start("home")
    desk, tablet = opens("desk"), opens("door")
    hangs(desk, tablet)
    crashes(town)
    tablet.touch("Ein- oder auschecken")
    tablet.sees("Das Haus antwortet gerade nicht.", "Hofsaal", "Frei")
    tablet.is_at("/door")


def test_while_the_node_is_dead_the_board_goes_on_by_the_clock(town: Town, opens: Opens) -> None:
    """It closes at ten in the evening, and the tablet knows, though nobody tells it."""
    town.start("home")
    desk, tablet = opens("desk"), opens("door")
    hangs(desk, tablet)
    tablet.sees("Frei", "bis 22 Uhr")
    tablet.page.clock.install()
    tablet.page.reload()
    tablet.sees("Frei", "bis 22 Uhr")
    crashes(town)
    tablet.page.clock.fast_forward("12:30:00")
    tablet.page.wait_for_selector(".door-shut:not([hidden])")
    tablet.sees("Geschlossen", "den Rest des Tages", "Gezeigt wird der Stand von 10:0")


def test_a_guest_checks_in_with_a_pass_at_the_door(town: Town, opens: Opens) -> None:
    town.start("home")
    desk, tablet, phone = opens("desk"), opens("door", viewport=UPRIGHT), opens("phone")
    hangs(desk, tablet)

    at_the_phone(town, phone, "anna")
    booked = books(phone, "2026-11-24", "14:00", "16:00")
    phone.open(f"{booked}/pass")
    signs = eight_signs(phone)
    town.clock.set(town.clock.now().replace(hour=12, minute=55))
    tablet.open("/door")
    tablet.is_well()
    tablet.touch("Ein- oder auschecken")
    tablet.type("Oder die acht Zeichen Ihres Ausweises", signs)
    tablet.touch("Weiter")
    tablet.sees("Willkommen. Sie sind eingecheckt.")
    tablet.is_well()


@pytest.mark.parametrize("viewport", [SMALL, UPRIGHT], ids=["small", "upright"])
def test_a_tablet_without_script_shows_the_board_and_books(
    town: Town, opens: Opens, viewport: dict[str, int]
) -> None:
    town.start("home")
    desk = opens("desk")
    tablet = opens("door", viewport=viewport, java_script_enabled=False)
    hangs(desk, tablet)
    tablet.sees("Frei", "Jetzt buchen bis 12 Uhr")
    tablet.touch("Jetzt buchen")
    tablet.type("Oder die acht Zeichen Ihres Ausweises", town.cards["anna"])
    tablet.touch("Weiter")
    tablet.type("PIN aus 4 bis 8 Ziffern", PINS["anna"])
    tablet.touch("Weiter")
    tablet.touch("Zahlungspflichtig buchen")
    tablet.sees("Gebucht. Sie sind eingecheckt.", "Belegt")
