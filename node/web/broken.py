"""Which rule a box's change broke, in words; the store's own reason is for who mends the box."""

from __future__ import annotations

import re
from collections.abc import Callable

from node.base.refusals import N_

_RULES = (
    (
        re.compile(r"a (?P<role>\w+) node may not write (?P<what>.+)"),
        N_("Eine solche Box darf „{what}“ nicht schreiben."),
    ),
    (
        re.compile(r"(?P<what>[\w.]+): (version|causal length) .+"),
        N_("In „{what}“ steht eine Versionsnummer, die es nicht geben kann."),
    ),
    (
        re.compile(r"(?P<what>[\w.]+): the value breaks .+"),
        N_("Was in „{what}“ steht, darf dort nicht stehen."),
    ),
    (
        re.compile(r"(?P<what>[\w.]+) is not a declared column"),
        N_("„{what}“ kennt diese Fassung des Programms nicht."),
    ),
    (
        re.compile(r"table '?(?P<what>\w+)'? is not (replicated|in scope .+)"),
        N_("„{what}“ wird zwischen Boxen so nicht ausgetauscht."),
    ),
)
STOPPED = N_("Änderungen von {name} wurden angehalten.")
OTHER_RULE = N_("Was sie schickt, ist nicht so geschrieben, wie es vereinbart ist.")


def broken_rule(reason: str, say: Callable[..., str]) -> str:
    """The sentence for a reason of the store's intake."""
    for pattern, sentence in _RULES:
        found = pattern.fullmatch(reason)
        if found is not None:
            return say(sentence, what=found["what"])
    return say(OTHER_RULE)
