"""The page of a box that serves no others just now: in whose language, and how long it takes."""

from __future__ import annotations

import html

import httpx
import pytest

from node.base.refusals import Refusal
from node.hosting import RENEWING_HERE
from node.maintenance import Maintenance
from node.renewing import RENEWING, TITLE, Progress

pytestmark = pytest.mark.asyncio
BROKEN = Refusal("start.broken", "Der Speicher ist kaputt.", "Holen Sie Hilfe.", status=503)


async def shown(page: Maintenance, path: str = "/", **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=page)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://haus") as http:
        return await http.get(path, headers=headers)


@pytest.mark.parametrize("refusal", [RENEWING, RENEWING_HERE])
@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({"accept-language": "uk-UA,uk;q=0.9,en;q=0.5"}, "uk"),
        ({"accept-language": "ar"}, "ar"),
        ({"accept-language": "fr, en"}, "en"),
        ({"accept-language": "en", "cookie": "prefs=tr.auto.1.auto"}, "tr"),
        ({"accept-language": "en", "cookie": "prefs=xx.auto.1.auto"}, "en"),
        ({"accept-language": "en", "cookie": "a=1; =; prefs"}, "en"),
    ],
)
async def test_it_speaks_as_its_visitor_does(
    refusal: Refusal, headers: dict[str, str], language: str
) -> None:
    page = Maintenance(refusal, title=TITLE, seconds=5)
    for remedy in (Progress().remedy(1, 2, 0.0), told(40, 100, 60.0), told(99, 100, 60.0)):
        page.remedy = remedy
        answer = await shown(page, **headers)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert f'<html lang="{language}"' in answer.text
        assert "Bitte warten" not in answer.text
        assert "{" not in answer.text.split("</style>")[1]
        chosen = await shown(page, "/?lang=en", **headers)
        assert '<html lang="en"' in chosen.text
        for code in {"tr", "uk", "ar", "de"} - {language}:
            assert f'href="?lang={code}"' in html.unescape(answer.text)


async def test_a_trouble_is_told_in_a_language_that_has_all_of_it() -> None:
    answer = await shown(
        Maintenance(BROKEN), **{"accept-language": "tr", "cookie": "prefs=tr.a.1.a"}
    )
    assert '<html lang="de"' in answer.text
    assert "?lang=tr" not in html.unescape(answer.text)


def told(here: int, whole: int, at: float) -> tuple[str, dict[str, object]]:
    progress = Progress()
    progress.remedy(0, whole, 0.0)
    return progress.remedy(here, whole, at)


async def test_how_long_it_takes_is_told_once_it_can_be_known() -> None:
    progress = Progress()
    assert progress.remedy(50, 100, 10.0)[1] == {"percent": 50}
    assert progress.remedy(52, 100, 11.0)[1] == {"percent": 52}, "after a second that is chance"
    # Of what is there ten came in ten seconds; forty are lacking.
    text, values = progress.remedy(60, 100, 20.0)
    assert values == {"percent": 60}
    assert "eine Minute" in text
    text, values = progress.remedy(60, 1_000, 20.0)
    assert values == {"percent": 6, "minutes": 16}
    assert progress.remedy(100, 100, 30.0)[1]["percent"] == 99, "it is done when it is served"
