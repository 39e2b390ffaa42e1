"""Who may set the box up: whoever stands at its own screen, or has read the start code there.

A fresh box holds nothing to steal, but whoever sets it up decides whose it is. So a stranger on the
residents' Wi-Fi must not come first: the code has forty bits, guesses are slowed down by address
and in all, and it is made anew at every start.
"""

from __future__ import annotations

import hmac
import secrets
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime

from node.base.actors import NOBODY, Actor, Face
from node.base.guesses import SECONDS, Guesses
from node.base.ids import normal_code, random_code
from node.base.refusals import N_, Refusal, RefusedError
from node.kiosk import KioskRules
from node.web.gate import SESSION_COOKIES
from node.web.visit import Visit

CODE_CHARS = 8
TOKENS_MAX = 50
COOKIE = SESSION_COOKIES[Face.PORTAL]
HOLDER = replace(NOBODY, person_id=b"start code")
"""Who has typed the code: nobody whom a quarter knows, for there is none yet."""


@dataclass(slots=True)
class Door:
    """The start code of one start, and the browsers that have shown it."""

    code: str = field(default_factory=lambda: random_code(CODE_CHARS))
    guesses: Guesses = field(default_factory=Guesses)
    _tokens: deque[str] = field(default_factory=lambda: deque(maxlen=TOKENS_MAX))

    @property
    def shown(self) -> str:
        """The code as people read it."""
        return f"{self.code[:4]}-{self.code[4:]}"

    def open(self, typed: str, address: str) -> str | Refusal:
        """A token for the browser of whoever knows the code."""
        if self.guesses.are_too_many(address):
            return TOO_MANY
        if not hmac.compare_digest(normal_code(typed).encode(), self.code.encode()):
            self.guesses.note(address)
            return WRONG_CODE
        self._tokens.append(secrets.token_urlsafe(32))
        return self._tokens[-1]

    async def find(self, token: str, face: Face, now: datetime) -> Actor | None:  # noqa: ARG002
        """Who has the token, as a `Gate` asks."""
        return HOLDER if token in self._tokens else None


def at_own_screen(visit: Visit) -> bool:
    """Whether the request comes straight from the box's own screen."""
    return visit.house.service(KioskRules).is_lobby_screen(visit.request)


def is_admitted(visit: Visit) -> bool:
    """Whether this visitor may set the box up."""
    return visit.actor.is_signed_in or at_own_screen(visit)


def admit(visit: Visit) -> None:
    """Refuse anybody else."""
    if not is_admitted(visit):
        raise RefusedError(CODE_FIRST)


def is_overheard(visit: Visit) -> bool:
    """Whether others in the network could read what is typed here."""
    return not at_own_screen(visit) and visit.asked.scheme != "https"


CODE_FIRST = Refusal(
    "setup.code_first",
    N_("Dafür braucht es den Startcode dieser Box."),
    N_("Er steht auf ihrem eigenen Bildschirm."),
    status=403,
)
WRONG_CODE = Refusal(
    "setup.wrong_code",
    N_("Das ist nicht der Startcode dieser Box."),
    N_("Bitte lesen Sie ihn noch einmal vom Bildschirm der Box ab."),
    status=403,
    field="code",
)
TOO_MANY = Refusal(
    "setup.too_many",
    N_("Der Startcode wurde zu oft falsch eingegeben."),
    N_("Bitte warten Sie eine Minute. Am Bildschirm der Box geht es auch ohne Code."),
    status=429,
    values={"seconds": int(SECONDS)},
    field="code",
)
