"""A node is told to end while a neighbour and a browser wait for its news: nobody is cut off."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.nodes import Blueprint, Town, built


def only_said_hello(town: Town, name: str) -> bool:
    """A node that ends well writes nothing down but the address that it began with."""
    lines = town.log(name).splitlines()
    return all(line.endswith(town.address(name)) for line in lines)


def test_who_waits_for_news_is_answered_and_the_log_stays_quiet(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    with built(blueprint, tmp_path / "town") as town:
        town.start("home", "kiosk")
        town.until_even()
        with (
            httpx.Client(timeout=30) as browser,
            browser.stream("GET", f"{town.address()}/live") as stream,
        ):
            assert stream.status_code == 200
            assert town.stop("home") == {"home": 0}
            stream.read()
            assert stream.is_stream_consumed, "the stream came to its own end"
        assert town.stop("kiosk") == {"kiosk": 0}
        assert only_said_hello(town, "home"), town.log("home")
        assert only_said_hello(town, "kiosk"), town.log("kiosk")
