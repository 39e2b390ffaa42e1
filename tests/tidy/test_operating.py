"""docs/operating.md is true: every setting, verb, variable, unit and port that there is."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from node.__main__ import parser
from node.settings import Settings
from node.web.i18n import translate

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operating.md").read_text("utf-8")
SETTINGS = {item.name: item for item in dataclasses.fields(Settings) if item.name != "data"}
OF_TESTS = {"QUARTIER_SEEDS", "QUARTIER_ALBUM"}
VARIABLE = re.compile(r"\bQUARTIER_[A-Z]+\b")


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading."""
    part = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def shown(value: object) -> str:
    """A default as the page writes it."""
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value) or "none"


def test_every_setting_stands_with_its_default_and_its_help() -> None:
    listed = {row[0].strip("`"): row[1:] for row in rows("Settings")}
    assert listed == {
        name: [shown(item.default), translate("en", item.metadata["help"])]
        for name, item in SETTINGS.items()
    }


def verbs() -> dict[str, str]:
    text = parser().format_help().split("VERB\n", 1)[1].split("\n\n", 1)[0]
    return dict(re.findall(r"^    (\w+) +(.+)$", text, re.MULTILINE))


def test_every_verb_stands_there() -> None:
    named = set(re.findall(r"`(\w+)", " ".join(row[0] for row in rows("Verbs"))))
    assert len(verbs()) > 10
    assert set(verbs()) <= named


def test_every_variable_stands_there() -> None:
    code = [*(ROOT / "node").rglob("*.py"), *(ROOT / "provisioning").glob("*")]
    text = "\n".join(path.read_text("utf-8") for path in code if path.is_file())
    of_settings = {f"QUARTIER_{name.upper()}" for name in SETTINGS}
    known = set(VARIABLE.findall(text)) - of_settings - OF_TESTS
    assert {"QUARTIER_DATA", "QUARTIER_CRSQLITE", "QUARTIER_CACHE"} <= known
    assert known - set(VARIABLE.findall(PAGE)) == set()


def test_every_unit_stands_there() -> None:
    units = {path.name for path in (ROOT / "systemd").glob("quarter-*")}
    assert {row[0].strip("`") for row in rows("Install")} == units


@pytest.mark.parametrize("name", ["port", "sync_port"])
def test_the_ports_stand_there(name: str) -> None:
    assert any(row[0] == f"{SETTINGS[name].default} TCP" for row in rows("Ports"))


def test_files_that_the_page_names_are_there() -> None:
    for name in set(re.findall(r"`?((?:docs|provisioning|tests|quarters)/[\w./-]+\w)", PAGE)):
        assert (ROOT / name).exists(), name
