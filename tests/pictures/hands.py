"""Going through a page with the Tab key alone: where it stops, in which order, and what is seen."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

PRESSES_A_STOP = 8
"""A field for a day stops at its parts, and at what opens its calendar."""

BEGIN = """() => {
  window.scrollTo(0, 0);
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
}"""
FIND_STOPS = """() => {
  const all = [...document.querySelectorAll('*')];
  const within = document.querySelector('dialog:modal') ?? document;
  return [...within.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]'
  )].filter((one) => one.tabIndex >= 0 && !one.disabled && !one.closest('[inert]') &&
    !(one.type === 'radio' && !one.checked) && one.checkVisibility({visibilityProperty: true})
  ).map((one) => all.indexOf(one));
}"""
FIND_FORCED = """() => [...document.querySelectorAll('[tabindex]')].filter(
  (one) => one.tabIndex > 0).map((one) => one.outerHTML.slice(0, 90))"""
"""What takes its turn before all others; where that is depends on where one began."""
LOOK = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect();
  const points = [0.5, 0.1, 0.9].flatMap((across) => [0.5, 0.15, 0.85].map((down) =>
    [box.x + box.width * across, box.y + box.height * down]));
  const is_seen = points.some(([x, y]) => {
    const hit = document.elementFromPoint(x, y);
    return hit && (one.contains(hit) || one.closest('label')?.contains(hit) ||
      (one.labels && [...one.labels].some((label) => label.contains(hit))));
  });
  const ringed = (style) => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) ||
    style.boxShadow !== 'none';
  const around = [one, one.closest('label'), one.closest('li, .field, tr')].filter(Boolean);
  const is_ringed = around.some((each) => ringed(getComputedStyle(each)) ||
    ringed(getComputedStyle(each, '::after')));
  return {at: [...document.querySelectorAll('*')].indexOf(one), what: one.outerHTML.slice(0, 90),
    left: box.left, right: box.right, top: box.top + scrollY, bottom: box.bottom + scrollY,
    is_seen, is_ringed};
}"""


def gone_through(page: Any) -> list[str]:
    """What is wrong for somebody who has no mouse: empty is what one wishes for."""
    wanted = page.evaluate(FIND_STOPS)
    page.evaluate(BEGIN)
    stops: list[dict[str, Any]] = []
    wrong = [f"out of its order: {what}" for what in page.evaluate(FIND_FORCED)]
    for _ in range(PRESSES_A_STOP * len(wanted) + 10):
        page.keyboard.press("Tab")
        stop = page.evaluate(LOOK)
        if stops and (stop is None or stop["at"] == stops[0]["at"]):
            break
        if stop is not None and (not stops or stop["at"] != stops[-1]["at"]):
            stops.append(stop)
    else:
        wrong.append(f"no way out: {stops[-1:]}")
    reached = {stop["at"] for stop in stops}
    wrong += [f"never reached: {what_is(page, at)}" for at in wanted if at not in reached]
    wrong += [f"out of sight: {stop['what']}" for stop in stops if not stop["is_seen"]]
    wrong += [f"without a ring: {stop['what']}" for stop in stops if not stop["is_ringed"]]
    for one, other in pairwise(stops):
        if other["at"] < one["at"]:
            wrong.append(f"read later, reached before: {one['what']} / {other['what']}")
        if other["bottom"] <= one["top"] and other["left"] < one["right"]:
            wrong.append(f"the eye jumps back: {one['what']} / {other['what']}")
    return wrong


def what_is(page: Any, at: int) -> str:
    """The beginning of an element's own text."""
    found = page.evaluate("(at) => document.querySelectorAll('*')[at].outerHTML.slice(0, 90)", at)
    return str(found)
