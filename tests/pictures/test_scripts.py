"""What the scripts of whole pages promise, on the running demo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.pictures.shots import SCREENS
from tests.pictures.stage import Stage
from tests.pictures.walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@contextmanager
def somebody(
    walk: Walk, screen: str, who: str = "", node: str = "home", **more: Any
) -> Iterator[Any]:
    """A browser page of somebody, at no address yet."""
    width, height = SCREENS[screen]
    options = {"service_workers": "block", "reduced_motion": "reduce", "locale": "de-DE", **more}
    context = walk.chromium.new_context(
        storage_state=walk.state_of(who, node) if who else None,
        viewport={"width": width, "height": height},
        **options,
    )
    walk.prefer(context, node, "de")
    try:
        yield context.new_page()
    finally:
        context.close()


def test_a_form_is_sent_once_and_says_so(walk: Walk, stage: Stage) -> None:
    with somebody(walk, "phone", "resident") as page:
        page.goto(f"{stage.address()}/account/profile")
        sent: list[str] = []
        page.route("**/account/profile", lambda route: sent.append(route.request.method))
        said = page.evaluate(
            """() => new Promise((done) => {
              const button = document.querySelector('main .button-primary');
              [10, 200, 400].forEach((after) => setTimeout(() => button.click(), after));
              setTimeout(() => done(document.querySelector('.sending')?.textContent), 2600);
            })"""
        )
    assert sent == ["POST"]
    assert "Wird gesendet" in said


def test_lobby_forgets(walk: Walk, stage: Stage) -> None:
    """After 45 s it asks, a touch keeps everything; after 60 s everything is gone."""
    first_name = stage.known["busy"].partition(" ")[0]
    with somebody(walk, "lobby", "busy-card", "kiosk") as page:
        page.clock.install()
        page.goto(f"{stage.address('kiosk')}/kiosk/home")
        assert first_name in page.inner_text("body")
        page.evaluate("sessionStorage.setItem('left', 'behind')")
        page.clock.run_for(46_000)
        assert page.is_visible("#idle")
        assert "14 Sekunden" in page.inner_text("[data-idle-text]")
        assert page.evaluate("document.activeElement.closest('dialog')?.id") == "idle"
        page.click("#idle .button")
        assert not page.is_visible("#idle")
        page.clock.run_for(46_000)
        assert page.is_visible("#idle")
        with page.expect_response("**/kiosk/reset") as reset:
            page.clock.run_for(16_000)
        assert reset.value.status == 303
        page.wait_for_url(f"{stage.address('kiosk')}/kiosk")
        assert first_name not in page.content()
        assert page.evaluate("sessionStorage.length") == 0
    walk.forget("busy-card", "kiosk")


def test_lobby_forgets_although_the_node_is_silent(walk: Walk, stage: Stage) -> None:
    first_name = stage.known["busy"].partition(" ")[0]
    with somebody(walk, "lobby", "busy-card", "kiosk") as page:
        page.clock.install()
        page.goto(f"{stage.address('kiosk')}/kiosk/home")
        page.route("**/kiosk/reset", lambda route: route.abort())
        assert first_name in page.inner_text("body")
        page.clock.run_for(61_000)
        assert first_name not in page.inner_text("body")


def test_idle_picture_changes_and_is_never_cut(walk: Walk, stage: Stage) -> None:
    stage.set_scene()
    with somebody(walk, "lobby", node="kiosk") as page:
        page.clock.install()
        page.goto(f"{stage.address('kiosk')}/kiosk")
        page.wait_for_function("document.fonts.status === 'loaded'")
        seen: set[str] = set()
        for _ in range(5):
            room = page.evaluate(
                "(({scrollHeight, clientHeight}) => scrollHeight - clientHeight)"
                "(document.querySelector('.stage-upper'))"
            )
            assert room <= 1
            seen.update(page.locator("[data-frame]:not([hidden]) h2").all_inner_texts())
            page.clock.run_for(12_000)
    now = {"Heute im Haus", "Jetzt frei", "Gästewohnungen frei"}
    assert seen == now | {"Nächste Termine", "Abfall"}


@pytest.mark.parametrize("path", ["/kiosk/sign-in", "/kiosk/check-in"])
def test_a_button_is_hit_although_the_keyboard_goes(walk: Walk, stage: Stage, path: str) -> None:
    """The keyboard went when the field lost the focus, and the button moved from below."""
    with somebody(walk, "lobby", node="kiosk", has_touch=True) as page:
        page.goto(f"{stage.address('kiosk')}{path}")
        page.tap("#code")
        page.wait_for_selector("#keyboard:visible")
        for key in "ABCDEFGHJKM2":
            page.tap(f".keyboard-key:text-is('{key.lower()}')")
        with page.expect_navigation():
            page.tap("form.scan .button-primary")
        assert "passt nicht" in page.inner_text(".stage") or page.is_visible(".notice-refusal")


def test_desk_works_by_keys(walk: Walk, stage: Stage) -> None:
    stage.set_scene()
    with somebody(walk, "desk", "mira") as page:
        page.goto(f"{stage.address()}/desk")
        page.keyboard.press("?")
        page.wait_for_selector("#keys dd")  # a key waits for what a scanner would type next
        listed = page.inner_text("#keys")
        assert "Für jemanden buchen" in listed
        assert "Belegung" in listed
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "query"
        page.keyboard.type("b")
        assert page.input_value("#query") == "b"
        page.keyboard.press("Escape")
        with page.expect_navigation(url="**/desk/find"):
            page.keyboard.press("b")


@contextmanager
def pass_in_the_pocket(walk: Walk, stage: Stage) -> Iterator[Any]:
    """A phone that has shown a pass once, and kept it."""
    with somebody(walk, "phone", "resident", service_workers="allow") as page:
        page.goto(f"{stage.address()}/mine/{stage.known['ahead']}/pass")
        page.evaluate("navigator.serviceWorker.ready")
        page.reload()  # now it comes through the worker, which keeps it
        page.wait_for_function(
            "caches.open('pages').then((one) => one.keys()).then((all) => all.length)"
        )
        yield page


def test_pass_can_be_read_without_a_line(walk: Walk, stage: Stage) -> None:
    with pass_in_the_pocket(walk, stage) as page:
        page.context.set_offline(True)
        page.reload()
        assert stage.known["ahead_code"][:4] in page.inner_text(".pass-signs")
        assert "Ohne Verbindung. Stand:" in page.inner_text(".offline-note")
        page.goto(f"{stage.address()}/find")
        assert "erreicht das Haus gerade nicht" in page.inner_text("main")


def test_signing_out_forgets_the_kept_pages(walk: Walk, stage: Stage) -> None:
    with pass_in_the_pocket(walk, stage) as page:
        page.goto(f"{stage.address()}/account")
        page.click("form[action='/sign-out'] button")
        page.wait_for_function("caches.has('pages').then((kept) => !kept)")
    walk.forget("resident", "home")


def test_manifest_names_pictures_that_exist(walk: Walk, stage: Stage) -> None:
    with somebody(walk, "phone") as page:
        page.goto(f"{stage.address()}/help")
        found = page.evaluate("fetch('/manifest.webmanifest').then((answer) => answer.json())")
        assert found["name"] == "le flair (Demo)"
        assert found["icons"]
        for icon in found["icons"]:
            status = "(src) => fetch(src).then((answer) => answer.status)"
            assert page.evaluate(status, icon["src"]) == 200


@pytest.mark.parametrize("size", ["1", "3"])
@pytest.mark.parametrize(
    ("screen", "who", "path"), [("phone", "resident", "/"), ("desk", "mira", "/desk")]
)
def test_display_panel_opens_within_the_window(
    walk: Walk, stage: Stage, screen: str, who: str, path: str, size: str
) -> None:
    with somebody(walk, screen, who) as page:
        page.goto(f"{stage.address()}{path}")
        page.evaluate(f"document.documentElement.dataset.size = '{size}'")
        page.click(".display > summary")
        panel = page.query_selector(".display-panel").bounding_box()
        assert panel["x"] >= 0
        assert panel["x"] + panel["width"] <= SCREENS[screen][0]
        page.keyboard.press("Escape")
        assert page.is_hidden(".display-panel .button")
