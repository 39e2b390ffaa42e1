"""What listens to pages and goes through them by keys finds what is wrong with a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.pictures.hands import gone_through
from tests.pictures.heard import Heard, heard

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
FRAME = '<html lang="de"><body><main id="m"><h1>Buchen</h1>{}</main></body></html>'


@pytest.fixture(scope="module")
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 800, "height": 400})
    yield context.new_page()
    context.close()


def sounds(page: Any, content: str) -> Heard:
    page.set_content(FRAME.format(content))
    return heard(page)


def test_a_sound_page_is_left_in_peace(page: Any) -> None:
    assert (
        sounds(
            page,
            """<h2>Wann</h2><form aria-label="Suche"><fieldset><legend>Anna</legend>
            <label for="a">Name</label><input id="a"></fieldset><fieldset><legend>Bilal</legend>
            <label for="b">Name</label><input id="b" aria-describedby="h">
            <p class="field-hint" id="h">Wie im Pass</p></fieldset></form>
            <a href="/1">Salon</a> <a href="/1">Salon</a><div role="status"></div>""",
        )
        == Heard()
    )


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("<h1>Noch einmal</h1>", "headings"),
        ("<h3>Zu tief</h3>", "headings"),
        ("<h2><svg></svg></h2>", "headings"),
        ("</main><p>Draußen</p><main>", "landmarks"),
        ("</main><main>", "landmarks"),
        ("<nav></nav><nav></nav>", "landmarks"),
        ("<button><svg></svg></button>", "nameless"),
        ("<a href='/1'>→</a>", "nameless"),
        ("<input placeholder=''>", "nameless"),
        ("<a href='https://a.b/1'>ändern</a> <a href='https://a.b/2'>ändern</a>", "alike"),
        ("<button>Erledigt</button> <button>Erledigt</button>", "alike"),
        ("<p class='field'><input aria-label='A'><span class='field-hint'>So</span></p>", "untied"),
        ("<input aria-label='A' aria-invalid='true'>", "untied"),
    ],
)
def test_what_sounds_wrong_is_heard(page: Any, content: str, where: str) -> None:
    assert getattr(sounds(page, content), where)


def test_a_form_that_comes_back_without_a_word_is_noticed(page: Any) -> None:
    page.set_content(FRAME.format("<p role='status'></p><p>Das geht nicht.</p>"))
    assert heard(page, 422).silent
    page.set_content(FRAME.format("<p role='alert'>Das geht nicht.</p>"))
    assert not heard(page, 422).silent


def through(page: Any, content: str) -> str:
    page.set_content(FRAME.format(content))
    return " ".join(gone_through(page))


def test_a_page_in_its_order_is_gone_through(page: Any) -> None:
    assert not through(
        page,
        """<a href="/1">Eins</a> <input type="date" aria-label="Tag">
        <details><summary>Mehr</summary><a href="/2">Zwei</a></details>
        <div style="block-size: 900px"></div><button>Buchen</button>""",
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("<a href='/1' style='outline: 0'>Eins</a>", "without a ring"),
        (
            "<button>Eins</button><p style='position: fixed; inset: 0; background: #fff'>Da</p>",
            "out of sight",
        ),
        ("<a href='/1'>Eins</a><a href='/2' tabindex='1'>Zwei</a>", "out of its order"),
        (
            """<div style='display: grid'><a href='/1' style='order: 2'>Eins</a>
            <a href='/2'>Zwei</a></div>""",
            "the eye jumps back",
        ),
        (
            "<button id=a onfocus='b.focus()'>Eins</button><button id=b>Zwei</button>",
            "never reached",
        ),
        (
            "<button id=a>Eins</button><button onkeydown='event.preventDefault()'>Zwei</button>",
            "no way out",
        ),
    ],
)
def test_what_is_wrong_for_keys_is_found(page: Any, content: str, what: str) -> None:
    assert what in through(page, content)
