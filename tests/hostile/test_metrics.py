"""Who may read the metrics, and what is in them."""

from __future__ import annotations

import re

import pytest

from tests.hostile.live import LOBBY, PHONE, LiveNode


def test_the_box_itself_reads_how_it_is(live: LiveNode) -> None:
    answer = live.visitor(at=LOBBY).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    tag = live.node.sync.tag
    assert f'quartier_takes_writes{{quarter="{tag}"}} 1\n' in answer.text
    assert f'quartier_schema{{quarter="{tag}"}} ' in answer.text


def test_nobody_is_named_in_them(live: LiveNode) -> None:
    profiles = live.read(lambda read: read.rows("select profile from person"))
    names = {word for row in profiles for word in re.findall(r'name":"([^"]+)"', row[0])}
    told = live.visitor(at=LOBBY).get("/metrics").text
    assert len(names) > 5
    assert not {name for name in names if name in told}


@pytest.mark.parametrize("name", ["nobody", "anna", "staff"])
def test_from_elsewhere_there_is_no_such_page_whoever_asks(live: LiveNode, name: str) -> None:
    assert live.visitor(name, at=PHONE).get("/metrics").status_code == 404


def test_who_comes_through_a_proxy_is_not_the_box(live: LiveNode) -> None:
    passed_on = {"x-forwarded-for": "203.0.113.9"}
    assert live.visitor(at=LOBBY).get("/metrics", headers=passed_on).status_code == 404
