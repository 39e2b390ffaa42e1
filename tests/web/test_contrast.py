"""The colours hold: every pair that pages use, in all four themes, at every face.

Text 4.5:1 (kiosk 7:1), controls and focus 3:1. Read from tokens.css itself.
"""

import re
from pathlib import Path

import pytest

from node.quarter.model import MARK_COLOURS
from node.web.showing import HUES
from tests.web import gallery

TOKENS = gallery.WEB / "static" / "css" / "tokens.css"
THEMES = ("l", "d", "lm", "dm")
VALUE = re.compile(r"var\(--(l|d|lm|dm), (#[0-9a-f]{6})\)")
TONES = ("brick", "pine", "amber", "plum", "red", "blue")
GROUNDS = ("paper", "card", "wash")


def block(selector: str) -> str:
    text = TOKENS.read_text("utf-8")
    start = text.index(f"\n{selector} {{") + 1
    return text[start : text.index("\n}", start)]


def table(text: str) -> dict[str, dict[str, str]]:
    """Token to theme to colour; a token with one value has it in every theme."""
    found: dict[str, dict[str, str]] = {}
    for name, value in re.findall(r"--([a-z0-9-]+):\s*([^;]+);", text):
        colours = dict(VALUE.findall(value))
        if re.fullmatch(r"#[0-9a-f]{6}", value.strip()):
            colours = dict.fromkeys(THEMES, value.strip())
        if colours:
            found[name] = colours
    return found


PORTAL = table(block(":root"))
KIOSK = {**PORTAL, **table(block(':root[data-face="kiosk"]'))}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def text_pairs(kiosk: bool = False) -> list[tuple[str, str]]:
    """Every (text, ground) that the sheets put together."""
    # The sunken ground carries only plain text, never a coloured word, in the lobby.
    grounds = ("paper", "card") if kiosk else GROUNDS
    pairs = [(word, ground) for word in ("ink", "muted") for ground in GROUNDS]
    pairs += [(tone, ground) for tone in TONES for ground in grounds]
    pairs += [(tone, f"{tone}-soft") for tone in TONES]
    pairs += [("ink", f"{tone}-soft") for tone in TONES]
    pairs += [("on-brick", "brick"), ("on-pine", "pine"), ("on-red", "red"), ("on-block", "block")]
    pairs += [("on-plate", f"plate-{hue}") for hue in range(1, 13)]
    return [*pairs, ("pass-ink", "pass-ground"), ("pass-muted", "pass-ground")]


def too_weak(
    tokens: dict[str, dict[str, str]], pairs: list[tuple[str, str]], theme: str, least: float
) -> list[str]:
    return [
        f"{one} on {other}: {ratio(tokens[one][theme], tokens[other][theme]):.2f}"
        for one, other in pairs
        if ratio(tokens[one][theme], tokens[other][theme]) < least
    ]


def test_known_ratios_of_the_design() -> None:
    """The measure itself, against the figures of the design's own table."""
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio(PORTAL["ink"]["l"], PORTAL["paper"]["l"]) == pytest.approx(14.6, abs=0.05)
    assert ratio(PORTAL["brick"]["l"], PORTAL["card"]["l"]) == pytest.approx(6.3, abs=0.05)
    assert ratio(PORTAL["amber"]["d"], PORTAL["paper"]["d"]) == pytest.approx(9.9, abs=0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_text_on_phone_and_desk(theme: str) -> None:
    assert not too_weak(PORTAL, text_pairs(), theme, 4.5)


@pytest.mark.parametrize("theme", THEMES)
def test_text_in_the_lobby(theme: str) -> None:
    assert not too_weak(KIOSK, text_pairs(kiosk=True), theme, 7.0)


@pytest.mark.parametrize("theme", ["lm", "dm"])
def test_more_contrast_is_more(theme: str) -> None:
    assert not too_weak(PORTAL, text_pairs(), theme, 7.0)


@pytest.mark.parametrize("tokens", [PORTAL, KIOSK], ids=["portal", "kiosk"])
@pytest.mark.parametrize("theme", THEMES)
def test_edges_of_controls_and_the_focus(tokens: dict[str, dict[str, str]], theme: str) -> None:
    pairs = [(one, ground) for one in ("edge", "focus") for ground in GROUNDS]
    pairs += [("brick", ground) for ground in GROUNDS]
    assert not too_weak(tokens, pairs, theme, 3.0)


def test_every_coloured_token_has_all_four_values() -> None:
    for name, colours in KIOSK.items():
        assert set(colours) == set(THEMES), name


def test_exactly_one_switch_is_on_in_each_theme() -> None:
    """A rule that set two would mix two themes' colours into one invalid value."""
    text = TOKENS.read_text("utf-8")
    rules = re.findall(r"--l:([^;]*);\s*--d:([^;]*);\s*--lm:([^;]*);\s*--dm:([^;]*);", text)
    assert len(rules) >= 8
    for rule in rules:
        assert sorted(value.strip() for value in rule) == ["", "", "", "initial"]


def test_only_the_tokens_name_colours() -> None:
    """A colour in a sheet would be the same in the dark. Print has no themes, shadows no text."""
    for sheet in sorted(Path(TOKENS.parent).glob("*.css")):
        if sheet.name in {"tokens.css", "print.css"}:
            continue
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", text), sheet.name


def test_every_colour_of_a_mark_has_a_plate_of_its_own() -> None:
    """Two places of different colours must not look alike; tokens.css names the plates."""
    assert set(HUES) == set(MARK_COLOURS)
    assert sorted(HUES.values()) == list(range(1, 13))
    named = re.search(r"their numbers: ([^.]+)\.", TOKENS.read_text("utf-8"))
    assert named
    assert [word.strip() for word in named[1].split(",")] == sorted(HUES, key=HUES.__getitem__)
    assert len({PORTAL[f"plate-{hue}"]["l"] for hue in HUES.values()}) == 12


def test_every_token_that_is_used_is_one() -> None:
    """A bar whose ground was none let the fields behind it show through its buttons."""
    sheets = "".join(sheet.read_text("utf-8") for sheet in TOKENS.parent.glob("*.css"))
    used = set(re.findall(r"var\((--[\w-]+)\)", sheets))
    known = set(re.findall(r"(--[\w-]+)\s*:", sheets))
    assert used > {"--paper"}
    assert used <= known
