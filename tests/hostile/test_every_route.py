"""Every route takes whatever is sent: an honest answer, and nothing changed by a refusal."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.laws import check
from tests.hostile.live import LOBBY, PHONE, LiveNode
from tests.hostile.routes import ENDLESS, Route, every_field, every_route, fields_of
from tests.hostile.rubbish import values
from tests.hostile.town import EVERYBODY, Town

ROUTES = [route for route in every_route() if route.path not in ENDLESS]
MORE = int(os.environ.get("QUARTIER_HOSTILE", "0"))
"""So many examples of each route, at random; without it a few, always the same."""
EXAMPLES = settings(
    max_examples=MORE or 12,
    derandomize=not MORE,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ACCEPTED = ("text/html", "application/json", "text/csv", "*/*", "", "image/png;q=x, text/html;q=-1")
LANGUAGES = {"de": "de", "en": "en", "xx": "de", "en-GB;q=0.1, tr": "en", "*": "de", "\xff": "de"}


@pytest.fixture(scope="session")
def stolen(town: Town) -> tuple[str, ...]:
    """Ids of others, and passes, cards and codes that were found."""
    return (*town.ids.values(), *town.passes.values(), *town.furnished.cards.values())


def requests(route: Route, stolen: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Somebody's request to a route, with rubbish wherever something can be said."""
    value = values(stolen)
    names = st.one_of(st.sampled_from(fields_of(route)), st.sampled_from(every_field()))
    fields = st.dictionaries(names, value, max_size=6)
    return st.fixed_dictionaries(
        {
            "who": st.one_of(st.sampled_from(likely_at(route)), st.sampled_from(EVERYBODY)),
            "at": st.sampled_from((LOBBY, LOBBY, PHONE)),
            "path": st.fixed_dictionaries(dict.fromkeys(route.parameters, value)),
            "query": fields,
            "body": fields,
            "has_token": st.booleans(),
            "accept": st.sampled_from(ACCEPTED),
            "language": st.sampled_from(sorted(LANGUAGES)),
        }
    )


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_route_takes_whatever_is_sent(
    route: Route, live: LiveNode, stolen: tuple[str, ...]
) -> None:
    live.sign_everybody_in()

    @EXAMPLES
    @given(requests(route, stolen))
    def attack(asked: dict[str, Any]) -> None:
        visitor = live.visitor(asked["who"], at=asked["at"])
        path = route.filled(**{name: quoted(value) for name, value in asked["path"].items()})
        body = asked["body"]
        if asked["has_token"]:
            body = {"csrf": visitor.csrf(path), **body}
        before = live.contents()
        answer = visitor.send(
            route.method,
            path,
            params=asked["query"],
            headers={
                "accept": asked["accept"],
                "accept-language": asked["language"].encode("latin-1"),
            },
            **({} if route.method == "GET" else {"data": body}),
        )
        check(live, answer, language=language_of(asked, path), before=before)

    attack()


def likely_at(route: Route) -> tuple[str, ...]:
    """Who gets beyond the door of a face."""
    return ("demir", "eva") if route.path.startswith("/desk") else ("anna", "clara")


def language_of(asked: dict[str, Any], path: str) -> str:
    """What the asker reads; a lobby screen's own language says nothing of who stands there."""
    is_lobby = asked["at"] == LOBBY and path.startswith("/kiosk")
    return "de" if is_lobby else LANGUAGES[asked["language"]]


def quoted(value: str) -> str:
    """A value as one segment of an address; with a slash or empty it would be another address."""
    return quote(value.replace("/", "|"), safe="") or "%00"
