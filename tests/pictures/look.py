"""What is measured of a page: what a person needs to see, reach, hear and afford."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.chromium import serious
from tests.pictures.hands import gone_through
from tests.pictures.heard import Heard, heard
from tests.pictures.shots import SCREENS
from tests.pictures.walk import Seen

NARROWEST = 320
LARGEST = "3"
FINGER = {"phone": 48, "lobby": 72, "door": 72}
APART = 16
"""Between two things to touch in the lobby."""
SCROLLS = ".plan-frame, .panel, .aside-read, .segments-list, dialog, .skip-link"
"""What may be wider than the page: it scrolls by itself, or is only heard."""

TOUCHED = "a[href], button, input:not([type=hidden]), select, textarea, summary, label.radio-tile"
RUNNING_TEXT = (
    "p a, li > a, dd a, .card-more, .block-head a, .next-title a, .plan a, .month-table a"
)
"""Links in running text are text; columns of a plan are as wide as their time."""

FIND_BOXES = """([touched, running]) => {
  const inSight = (one, {left, top, right, bottom}) => {
    for (let around = one.parentElement; around; around = around.parentElement) {
      if (getComputedStyle(around).overflowY === 'visible') continue;
      const port = around.getBoundingClientRect();
      [left, right] = [Math.max(left, port.left), Math.min(right, port.right)];
      [top, bottom] = [Math.max(top, port.top), Math.min(bottom, port.bottom)];
    }
    return {x: left, y: top, width: right - left, height: bottom - top};
  };
  return [...document.querySelectorAll(touched)].filter((one) =>
    one.checkVisibility({visibilityProperty: true}) && !one.disabled &&
    !one.closest('.skip-link, dialog:not([open]), details:not([open]) > :not(summary)') &&
    !one.matches('.radio-tile input, .choice input') && !(running && one.matches(running))
  ).map((one) => {
    const field = one.matches('.check input') ? one.closest('.check') :
      one.matches('.offer .row-link') ? one.closest('.offer') : one;
    const box = (one.matches('.row-link') ? one.closest('li') : field).getBoundingClientRect();
    return {what: one.outerHTML.slice(0, 100), x: box.x, y: box.y,
            width: box.width, height: box.height, seen: inSight(one, box)};
  });
}"""
"""What is touched: its box, and what of it is in sight where what surrounds it scrolls."""
FIND_BEYOND = """(scrolls) => {
  const beyond = [...document.querySelectorAll('body *')].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width && one.checkVisibility() && (box.right > innerWidth + 1 || box.left < -1) &&
      !one.closest(scrolls);
  }).map((one) => one.outerHTML.slice(0, 120));
  const wide = document.documentElement.scrollWidth;
  return wide > innerWidth ? [`the page is ${wide} wide`, ...beyond] : beyond;
}"""
FIND_BURST = """() => [...document.querySelectorAll('.pick, .button, .tool, .segments-list a')]
  .filter((one) => one.checkVisibility()).filter((one) => {
    const box = one.getBoundingClientRect(), around = one.closest('.segments-list');
    const list = around ? around.getBoundingClientRect() : box;
    return box.right > list.right + 1 || box.left < list.left - 1 ||
      [...one.children].some((word) => {
        const inside = word.getBoundingClientRect();
        return inside.width > 1 && (inside.right > box.right + 1 || inside.left < box.left - 1);
      });
  }).map((one) => `${one.outerHTML.slice(0, 100)} holds not all of its words`)"""
"""What is touched and too narrow for its words."""
FIND_PUSHED = """() => [...document.querySelectorAll('.panel')].filter(
  (one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.outerHTML.slice(0, 120))"""
"""Panels of the desk that have to be pushed sideways: with the largest type only."""
FIND_SLIPS = """() => {
  const found = [];
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  for (const id of new Set(twice)) found.push(`#${id} twice`);
  for (const name of ['aria-describedby', 'aria-labelledby', 'aria-controls', 'for'])
    for (const one of document.querySelectorAll(`[${name}]`))
      for (const id of one.getAttribute(name).split(/\\s+/))
        if (!document.getElementById(id)) found.push(`${name}=${id} leads nowhere`);
  for (const tag of ['h1', 'main'])
    if (document.querySelectorAll(tag).length !== 1) found.push(`not one ${tag}`);
  return found;
}"""


FIND_CUT = """() => [...document.querySelectorAll('.stage > *')].filter((one) => {
  const stage = one.parentElement;
  return getComputedStyle(stage).overflowY === 'hidden' &&
    one.getBoundingClientRect().bottom > stage.getBoundingClientRect().bottom + 1;
}).map((one) => `${one.className} is cut off`)"""
"""Parts of the lobby's page that nothing scrolls into sight."""


Front = tuple[str, int, int]
"""The words at the top, how many forms there are, and the status."""


@dataclass
class Look:
    """What was found out about one page; empty lists are what one wishes for."""

    status: int
    path: str
    serious: list[str] = field(default_factory=list)
    slips: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    heard: Heard = field(default_factory=Heard)
    by_keyboard: list[str] = field(default_factory=list)
    """What is wrong for somebody at the desk who has no mouse."""
    beyond: dict[str, list[str]] = field(default_factory=dict)
    small: list[str] = field(default_factory=list)
    close: list[str] = field(default_factory=list)
    crowded: dict[str, list[str]] = field(default_factory=dict)
    """What is too close or cut off in the lobby by size of type and reach."""
    overflow: int = 0
    """How far the lobby's stage would have to be scrolled."""
    highest: float = 0
    """How far from the top the first thing to touch stands."""
    weight: int = 0
    """Bytes over the line until the page stood there."""
    front: Front | None = None
    front_without_script: Front | None = None
    serious_in_another_light: dict[str, list[str]] = field(default_factory=dict)
    in_english: Look | None = None
    """The same page for somebody who reads English."""


def measured(seen: Seen, *, as_used: bool = False) -> Look:
    """Everything about a page as it stands there; `as_used` by ear and by keys alone, too, which
    takes long and does not hang on the language.
    """
    page, screen = seen.page, seen.shot.screen
    path = urlsplit(page.url).path
    look = Look(seen.status, path, said=list(seen.said), weight=weight(seen))
    look.strangers = strangers(seen)
    look.slips = page.evaluate(FIND_SLIPS)
    look.front = front(seen)
    look.serious = serious(page)
    if as_used:
        look.heard = heard(page, seen.status)
    beyond = page.evaluate(FIND_BEYOND, SCROLLS) + page.evaluate(FIND_PUSHED)
    look.beyond = {"its own size": beyond}
    if screen in FINGER:
        boxes = page.evaluate(FIND_BOXES, [TOUCHED, RUNNING_TEXT if screen == "phone" else ""])
        look.small = [box["what"] for box in boxes if is_small(box, FINGER[screen])]
    if screen == "lobby":
        look.close = list(too_close(boxes))
        look.highest = min((box["y"] for box in boxes), default=math.inf)
        look.overflow = page.evaluate(
            "(stage => stage ? stage.scrollHeight - stage.clientHeight : 0)"
            "(document.querySelector('.stage'))"
        )
        look.crowded = crowded(page)
    if as_used and screen == "desk":
        look.by_keyboard = gone_through(page)
    look.beyond |= at_other_sizes(page, screen)
    return look


def front(seen: Seen) -> Front:
    """What must be the same with script and without."""
    page = seen.page
    return page.text_content("h1"), page.locator("main form:not([hidden])").count(), seen.status


def in_another_light(page: Any) -> dict[str, list[str]]:
    """What axe calls serious in the dark and with more contrast."""
    found = {}
    for wish, normal in (("theme=dark", "light"), ("contrast=more", "auto")):
        attribute, _, value = wish.partition("=")
        page.evaluate(f"document.documentElement.dataset.{attribute} = '{value}'")
        found[wish] = serious(page)
        page.evaluate(f"document.documentElement.dataset.{attribute} = '{normal}'")
    return found


def crowded(page: Any) -> dict[str, list[str]]:
    """Where fingers would hit two things, or miss one, as a person may set the lobby's screen."""
    found = {}
    for reach in ("low", "all"):
        for size in ("3", "2", "1"):
            page.evaluate(
                "wishes => Object.assign(document.documentElement.dataset, wishes)",
                {"reach": reach, "size": size},
            )
            boxes = page.evaluate(FIND_BOXES, [TOUCHED, ""])
            wrong = [*too_close(boxes), *page.evaluate(FIND_CUT)]
            wrong += [f"{box['what']} is small" for box in boxes if is_small(box, FINGER["lobby"])]
            found |= {f"{reach}, {size}": wrong} if wrong else {}
    return found


def at_other_sizes(page: Any, screen: str) -> dict[str, list[str]]:
    """What sticks out with the largest type, and on the narrowest phone."""
    found = {}
    page.evaluate(f"document.documentElement.dataset.size = '{LARGEST}'")
    found["the largest type"] = page.evaluate(FIND_BEYOND, SCROLLS) + page.evaluate(FIND_BURST)
    page.evaluate("document.documentElement.dataset.size = '1'")
    if screen == "phone":
        page.set_viewport_size({"width": NARROWEST, "height": SCREENS["phone"][1]})
        found[f"{NARROWEST} pixels"] = page.evaluate(FIND_BEYOND, SCROLLS)
    return found


def strangers(seen: Seen) -> list[str]:
    """Addresses elsewhere that the page asked for."""
    own = urlsplit(seen.page.url).netloc
    hosts = [(address, urlsplit(address)) for address in seen.asked]
    return [
        address for address, url in hosts if url.scheme in {"http", "https"} and url.netloc != own
    ]


def weight(seen: Seen) -> int:
    """What came over the line for the page: heads and bodies as they were sent."""
    total = 0
    for request in seen.finished:
        sizes = request.sizes()
        total += sizes["responseHeadersSize"] + sizes["responseBodySize"]
    return total


def is_small(box: dict[str, Any], least: int) -> bool:
    """Whether a finger might miss it."""
    return round(box["width"]) < least or round(box["height"]) < least


def too_close(boxes: list[dict[str, Any]]) -> Iterable[str]:
    """Pairs with less than a finger's room between, as far as they are in sight."""
    seen = [box for box in boxes if min(box["seen"]["width"], box["seen"]["height"]) > 0]
    for place, one in enumerate(seen):
        for other in seen[place + 1 :]:
            if apart(one["seen"], other["seen"]) < APART - 0.5:
                yield f"{one['what']} and {other['what']}"


def apart(one: dict[str, Any], other: dict[str, Any]) -> float:
    """The gap between two boxes in CSS pixels; 0 where they touch or overlap."""
    across = max(one["x"], other["x"]) - min(one["x"] + one["width"], other["x"] + other["width"])
    down = max(one["y"], other["y"]) - min(one["y"] + one["height"], other["y"] + other["height"])
    return max(across, down, 0)
