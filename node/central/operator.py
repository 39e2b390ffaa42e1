"""Who runs the central: one password beside the quarters' directories, sessions in memory.

No quarter's people are known here, so the operator is nobody of theirs. A restart signs out.
"""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from node.base.actors import NOBODY, Actor, Face, Role
from node.base.guesses import SECONDS, Guesses
from node.base.refusals import N_, Refusal
from node.people.hashing import hash_secret, verify_secret
from node.store.files import write_durably

FILE = "operator.hash"
TOKENS_MAX = 20
OPERATOR = replace(NOBODY, person_id=b"operator", roles=frozenset({Role.OPERATOR}))


def set_password(folder: Path, password: str) -> None:
    """Let this be the operator's password from the next sign-in on."""
    write_durably(folder / FILE, hash_secret(password).encode())


@dataclass(slots=True)
class Operators:
    """The sessions of one run."""

    folder: Path
    guesses: Guesses = field(default_factory=Guesses)
    _tokens: deque[str] = field(default_factory=lambda: deque(maxlen=TOKENS_MAX))

    def sign_in(self, password: str, address: str) -> str | Refusal:
        """A token for whoever knows the password. Takes a while: not for the event loop."""
        if self.guesses.are_too_many(address):
            return TOO_MANY
        try:
            stored = (self.folder / FILE).read_text("ascii")
        except FileNotFoundError:
            return NO_PASSWORD
        if not verify_secret(stored, password):
            self.guesses.note(address)
            return WRONG
        self._tokens.append(secrets.token_urlsafe(32))
        return self._tokens[-1]

    def sign_out(self, token: str) -> None:
        """End a session."""
        if token in self._tokens:
            self._tokens.remove(token)

    async def find(self, token: str, face: Face, now: datetime) -> Actor | None:  # noqa: ARG002
        """Who has the token, as a `Gate` asks."""
        return OPERATOR if token in self._tokens else None


WRONG = Refusal(
    "central.wrong_password",
    N_("Dieses Passwort stimmt nicht."),
    N_("Bitte geben Sie es noch einmal ein."),
    status=403,
)
NO_PASSWORD = Refusal(
    "central.no_password",
    N_("Für diese Zentrale gibt es noch kein Passwort."),
    N_("`quartier operator` macht eines und zeigt es."),
    status=403,
)
TOO_MANY = Refusal(
    "central.too_many",
    N_("Das Passwort wurde zu oft falsch eingegeben."),
    N_("Bitte warten Sie eine Minute."),
    status=429,
    values={"seconds": int(SECONDS)},
)
