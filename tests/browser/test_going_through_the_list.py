"""Anna goes through the list behind her door: each answer is kept as she gives it; and the code of
the key safe is kept by nothing on her phone, not even by what lets her read without a line.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from node.base.ids import id_text
from tests.browser.conftest import Opens
from tests.browser.people import at_the_desk, at_the_phone, books
from tests.browser.screens import Screen
from tests.browser.test_a_door_display import crashes
from tests.cast import small_quarter
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
CODE = "8305"
HALL = id_text(small_quarter().id_of("space", "hofsaal"))
AT_THEIR_TIME = datetime(2026, 11, 28, 14, 5, tzinfo=UTC)
KEPT = """async () => {
  const kept = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      kept.push([new URL(request.url).pathname, await (await cache.match(request)).text()]);
    }
  }
  return kept;
}"""
"""All that the phone's own store holds: addresses and what they answered."""


def in_the_hall(town: Town, phone: Screen) -> str:
    """Anna has checked in at the door; her booking's page."""
    at_the_phone(town, phone, "anna")
    booked = books(phone, "2026-11-28", "15:00", "19:00")
    town.clock.set(AT_THEIR_TIME)
    phone.open(f"/at/{HALL}")
    phone.touch("Jetzt einchecken")
    phone.sees("eingecheckt")
    return booked


def test_each_answer_is_kept_as_it_is_given(town: Town, opens: Opens) -> None:
    town.start("home")
    phone = opens("phone")
    booked = in_the_hall(town, phone)
    page = phone.page
    phone.open(f"{booked}/hand-over/in")
    page.locator("label:has(#is_crockery_differs)").tap()
    page.locator("#number_crockery").fill("38")
    page.locator("#number_crockery").blur()
    phone.sees("Gespeichert.")
    page.wait_for_load_state("networkidle")
    # The phone is put away without a button: what she said is there.
    phone.open("/mine")
    phone.open(f"{booked}/hand-over/in")
    assert page.locator("#number_crockery").input_value() == "38"
    assert page.locator("#is_crockery_differs").is_checked()
    # In the cellar there is no line, and the page says what that means.
    page.context.set_offline(True)
    page.locator("label:has(#is_key_fits)").tap()
    phone.sees("Gerade keine Verbindung. Gespeichert wird beim Bestätigen.")
    page.context.set_offline(False)
    page.locator("label:has(#is_floor_fits)").tap()
    page.locator("#number_power").fill("1204,5")
    phone.touch("Bestätigen")
    phone.sees("Danke. Das ist bestätigt.", "1.204,5 kWh", "38")
    phone.is_well()


def test_the_code_of_the_safe_stays_on_no_phone(town: Town, opens: Opens) -> None:
    town.start("home")
    desk, phone = opens("desk"), opens("phone")
    at_the_desk(desk)
    desk.open(f"/desk/places/{HALL}/code")
    desk.page.locator("#code").fill(CODE)
    desk.touch("Speichern")
    booked = in_the_hall(town, phone)
    page = phone.page
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    phone.open(booked)
    phone.open(f"{booked}/code")
    phone.touch("Ich kenne die Regeln: Code zeigen")
    phone.sees(CODE)
    phone.open(f"{booked}/code")
    phone.sees(CODE)
    kept = page.evaluate(KEPT)
    paths = [path for path, _ in kept]
    assert any(path.startswith("/mine/") for path in paths), (
        "her booking can be read without a line"
    )
    assert not any(path.endswith("/code") for path in paths)
    assert not any(CODE in text for _, text in kept)
    # The box is away: what Chromium calls offline its workers do not notice.
    crashes(town)
    phone.open(booked)
    # In the page's own language, whatever the worker was asked for in.
    expect(page.locator(".offline-note")).to_contain_text("Ohne Verbindung. Stand: ")
    phone.open(f"{booked}/code")
    phone.does_not_see(CODE)
    phone.sees("Ihr Handy erreicht das Haus gerade nicht.")
