"""What is read of a request's head, and that hostile heads are read without an error."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.web.asked import Asked


def asked(
    *lines: tuple[str, str], method: str = "GET", path: str = "/", query: bytes = b""
) -> Asked:
    scope: Any = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "scheme": "http",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in lines],
    }
    return Asked(scope)


def test_a_node_at_a_port_of_its_own_has_cookies_of_its_own() -> None:
    cookies = ("cookie", "prefs=de; prefs_8080=en")
    assert asked(("host", "quartier.local"), cookies).cookie("prefs") == "de"
    assert asked(("host", "quartier.local:8080"), cookies).cookie("prefs") == "en"
    assert asked(("host", "quartier.local:8081"), cookies).cookie("prefs") == ""
    assert asked(("host", "[::1]:8080"), cookies).cookie("prefs") == "en"


@pytest.mark.parametrize("line", ["", "a b", "quartier.local:99999", "[::1", "x:y", "@"])
def test_a_host_that_makes_no_sense_is_no_error(line: str) -> None:
    found = asked(("host", line), ("cookie", "prefs=de"))
    assert found.host in {"", "a b", "x"}
    assert found.cookie("prefs") in {"", "de"}


def test_lines_that_came_twice_count_together() -> None:
    found = asked(("cookie", "a=1"), ("cookie", "b=2"), ("accept", "x/y"), ("accept", "text/html"))
    assert (found.cookie("a"), found.cookie("b")) == ("1", "2")
    assert found.says(b"accept") == "x/y, text/html"


@given(value=st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="%")))
def test_a_cookie_comes_back_as_it_was_set(value: str) -> None:
    jar: SimpleCookie = SimpleCookie()
    jar["held"] = value
    line = jar["held"].OutputString().removesuffix("; Path=/")
    if ";" not in value and "," not in value:
        assert asked(("cookie", f"other=1; {line}")).cookie("held") == value


@given(line=st.text(st.characters(max_codepoint=255)), query=st.binary())
def test_no_head_is_too_strange_to_be_read(line: str, query: bytes) -> None:
    names = ("host", "cookie", "accept", "accept-language", "authorization", "origin")
    found = asked(*((name, line) for name in names), query=query)
    found.cookie("prefs")
    assert isinstance(found.address, str)
    assert isinstance(found.host, str)
    assert isinstance(found.bearer, str)
    assert found.is_same_origin in {True, False}
    assert isinstance(hash(found.key), int)


def test_only_own_pages_and_programs_may_change_something() -> None:
    host = ("host", "quartier.local")
    assert asked(host).is_same_origin
    assert asked(host, ("sec-fetch-site", "same-origin")).is_same_origin
    assert not asked(host, ("sec-fetch-site", "cross-site")).is_same_origin
    assert asked(host, ("origin", "http://quartier.local")).is_same_origin
    assert not asked(host, ("origin", "http://elsewhere.example")).is_same_origin
    assert not asked(host, ("origin", "null")).is_same_origin


def test_the_way_back_holds_what_was_asked_unless_something_was_sent() -> None:
    assert asked(path="/find", query=b"day=1").address == "/find?day=1"
    assert asked(path="/find", query=b"day=1", method="POST").address == "/find"


def test_a_program_is_who_takes_json_and_does_not_name_html() -> None:
    assert asked(("accept", "application/json")).wants_json
    assert not asked(("accept", "text/html, application/json")).wants_json
    assert not asked().wants_json


def test_all_that_a_page_may_look_at_is_in_the_key() -> None:
    usual = {
        "host": "quartier.local",
        "cookie": "a=1",
        "accept": "text/html",
        "accept-language": "de",
        "authorization": "Bearer x",
    }
    keys = {asked(*usual.items()).key}
    for name in usual:
        keys.add(asked(*(usual | {name: "other"}).items()).key)
    keys.add(asked(*usual.items(), path="/mine").key)
    keys.add(asked(*usual.items(), query=b"x").key)
    assert len(keys) == len(usual) + 3
    assert asked(*usual.items(), ("user-agent", "x")).key in keys
