"""What holds for every answer, whatever was asked by whomever."""

from __future__ import annotations

import functools
import re
from typing import Any
from urllib.parse import urlsplit

import httpx

from node.web import i18n
from node.web.gate import HEADERS
from tests.hostile.live import LiveNode
from tests.hostile.rubbish import MARK

PLACEHOLDER = re.compile(r"\\\{\w+\\\}")
H1 = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
SIGNS_OF_LEAKS = ("Traceback", "site-packages", "sqlite3", "litestar", "msgspec", '.py"')
AWAY = "https://away.example/"


@functools.cache
def sentences(language: str) -> tuple[re.Pattern[str], ...]:
    """Every sentence of a language, with anything for its placeholders."""
    english = i18n.catalogue("en")
    texts = english.keys() if language == "de" else english.values()
    return tuple(
        re.compile(PLACEHOLDER.sub(".*", re.escape(text)), re.DOTALL)
        for text in texts
        if len(text) > 8
    )


def is_sentence(text: str, language: str) -> bool:
    return any(known.fullmatch(text) for known in sentences(language))


def check(live: LiveNode, answer: httpx.Response, *, language: str, before: dict[str, str]) -> None:
    """Assert the laws of an answer; `before` is what the tables held before it was asked for."""
    told = f"{answer.request.method} {answer.request.url} -> {answer.status_code}"
    if answer.status_code >= 500:
        logged = "\n".join(live.log.lines)
        live.log.lines.clear()
        raise AssertionError(f"{told}\n{answer.text[:300]}\n{logged}")
    check_headers(answer, told)
    if answer.status_code >= 400:
        check_refusal(answer, language, told)
    if answer.status_code >= 400 or answer.request.method in {"GET", "HEAD", "OPTIONS"}:
        assert changed(before, live.contents()) == set(), told
    check_log(live, told)


def check_headers(answer: httpx.Response, told: str) -> None:
    for name, value in HEADERS:
        assert answer.headers.get_list(name.decode()) == [value.decode()], f"{told} {name!r}"
    assert "x-injected" not in answer.headers, told
    cookies = answer.headers.get_list("set-cookie")
    assert not any(cookie.startswith("stolen") for cookie in cookies), told
    for cookie in cookies:
        assert "httponly" in cookie.lower(), f"{told} {cookie}"
        assert "samesite=lax" in cookie.lower(), f"{told} {cookie}"
    location = answer.headers.get("location", "/")
    assert is_local(location) or location.startswith(AWAY), f"{told} {location}"


def is_local(location: str) -> bool:
    """Whether a browser that follows stays on this site."""
    parts = urlsplit(location.replace("\\", "/"))
    plain = location.isprintable() and location.startswith("/") and not location.startswith("//")
    return plain and not parts.netloc and not parts.scheme


def check_refusal(answer: httpx.Response, language: str, told: str) -> None:
    """A sentence that says what is wrong, in the asker's language, as page or problem."""
    kind = answer.headers.get("content-type", "")
    assert not any(sign in answer.text for sign in SIGNS_OF_LEAKS), f"{told}\n{answer.text[:500]}"
    if kind.startswith("application/problem+json"):
        check_problem(answer.json(), answer.status_code, language, told)
        return
    assert kind.startswith("text/html"), f"{told} {kind} {answer.text[:200]}"
    assert f'<html lang="{language}"' in answer.text, f"{told} {answer.text[:200]}"
    assert H1.search(answer.text), told
    assert f'<script>alert("{MARK}' not in answer.text, told


def check_problem(body: dict[str, Any], status: int, language: str, told: str) -> None:
    assert body["status"] == status, told
    assert body["type"] == f"urn:quartier:{body['code']}", told
    assert is_sentence(body["title"], language), f"{told} {body}"
    assert not body["detail"] or is_sentence(body["detail"], language), f"{told} {body}"


def check_log(live: LiveNode, told: str) -> None:
    wrong = [line for line in live.log.lines if not line.startswith("DEBUG asyncio")]
    live.log.lines.clear()
    assert not wrong, f"{told}\n" + "\n".join(wrong)


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """The tables that differ."""
    return {table for table in before if before[table] != after[table]}
