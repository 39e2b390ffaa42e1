"""The served gallery and its pages, for the tests that look at pages as a person does."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web import gallery


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with gallery.served() as address:
        yield address


@pytest.fixture
def workers() -> str:
    """Service workers stay away: they would answer before what a test puts in the way."""
    return "block"


@pytest.fixture
def page(chromium: Any, workers: str) -> Iterator[Any]:
    """A fresh page; anything that the policy blocks or a script throws fails the test."""
    context = chromium.new_context(locale="de-DE", reduced_motion="reduce", service_workers=workers)
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if "Policy" in said.text else None)
    yield opened
    context.close()
    assert not wrong
