"""Pure decisions about people: secrets, names, entitlement, roles, pauses after wrong guesses.

No clock, no store: instants are seconds since 1970 where facts are folded, datetimes at the edge.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TypeVar

from node.base.actors import Face, Role
from node.base.ids import ALPHABET, normal_code
from node.base.periods import from_epoch
from node.base.refusals import N_, Refusal
from node.people import refusals
from node.people.model import (
    ContractTerms,
    Entitlement,
    EntitlementText,
    PersonProfile,
    RoleSpan,
    SecretKind,
)

K = TypeVar("K")
V = TypeVar("V")

CODE_CHARS = 12
"""A paper code has 60 bits; with its slow digest nobody tries them all."""
PIN_CHARS = range(4, 9)
PASSWORD_CHARS_MIN = 8
PASSWORD_CHARS_MAX = 200
"""Longer ones only cost the hasher time."""
NAME_CHARS_MAX = 80
GROWN_UP_YEARS = 18
SELF_ADDED_MAX = 12
"""More persons than this a household adds only with the desk's help."""

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

SESSION_SECONDS = {
    Face.PORTAL: 90 * DAY,
    Face.API: 90 * DAY,
    Face.KIOSK: 5 * MINUTE,
    Face.DESK: 12 * HOUR,
    Face.CENTRAL: 30 * DAY,
}
SLIDING = frozenset({Face.PORTAL, Face.API, Face.KIOSK, Face.CENTRAL})
"""Where use prolongs a session; a desk's ends with the working day."""
DEVICE_SECONDS = 400 * DAY
OUTSIDE_SECONDS = 365 * DAY
"""An access from outside is renewed once a year by who still wants it."""


# Codes and secrets


def read_code(typed: str) -> str:
    """What somebody typed as the twelve characters they meant, or "" where it is no code."""
    code = normal_code(typed)
    if len(code) != CODE_CHARS or any(char.lower() not in ALPHABET for char in code):
        return ""
    return code


def grouped_code(code: str) -> str:
    """A code in groups of four, as the letter shows it."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def kind_of_secret(secret: str) -> SecretKind:
    """Digits alone are a PIN, everything else is a password."""
    return SecretKind.PIN if secret.isascii() and secret.isdigit() else SecretKind.PASSWORD


def check_secret(secret: str, *, kind: SecretKind | None = None) -> Refusal | None:
    """Whether this may be somebody's PIN or password; `kind` demands one of the two."""
    found = kind_of_secret(secret)
    if kind is not None and kind is not found:
        return refusals.NOT_A_PIN if kind is SecretKind.PIN else refusals.PIN_AS_PASSWORD
    if found is SecretKind.PIN:
        return _check_pin(secret)
    if not PASSWORD_CHARS_MIN <= len(secret) <= PASSWORD_CHARS_MAX:
        return (
            refusals.PASSWORD_TOO_SHORT
            if len(secret) < PASSWORD_CHARS_MIN
            else refusals.PASSWORD_TOO_LONG
        )
    return refusals.PASSWORD_TOO_EASY if len(set(secret)) < 4 else None


def _check_pin(pin: str) -> Refusal | None:
    if len(pin) not in PIN_CHARS:
        return refusals.PIN_LENGTH
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    return refusals.PIN_TOO_EASY if steps in ({0}, {1}, {-1}) else None


def check_name(given_name: str, family_name: str) -> Refusal | None:
    """Whether this can stand as a person's name; only a given name is needed."""
    if not given_name.strip():
        return refusals.NAME_MISSING
    text = given_name + family_name
    if len(text) > NAME_CHARS_MAX or any(unicodedata.category(char)[0] == "C" for char in text):
        return refusals.NAME_TOO_LONG
    return None


def is_minor(profile: PersonProfile, year: int) -> bool:
    """Whether somebody is a child; by the year of birth where it is known, for children grow up."""
    if profile.birth_year is None:
        return profile.is_child
    return year - profile.birth_year < GROWN_UP_YEARS


# Roles and entitlement


def newest(facts: Iterable[tuple[K, V]]) -> dict[K, V]:
    """The newest value by what it is about, of facts that come newest first."""
    found: dict[K, V] = {}
    for about, value in facts:
        found.setdefault(about, value)
    return found


def roles_at(spans: Iterable[RoleSpan], at: int) -> frozenset[Role]:
    """The roles that count at a second."""
    return frozenset(span.role for span in spans if span.holds(at))


def is_entitled(contracts: Iterable[ContractTerms], at: int) -> bool:
    """Whether one of the contracts entitles at a second."""
    return any(terms.holds(at) for terms in contracts)


def entitlement_text(contracts: Iterable[ContractTerms], at: int) -> EntitlementText:
    """How a household stands to the service contract, in plain words."""
    known = [
        terms for terms in contracts if terms.ends_at is None or terms.ends_at > terms.starts_at
    ]
    active = [terms for terms in known if terms.holds(at)]
    if active:
        last = max(active, key=_last_second)
        if last.ends_at is None:
            return EntitlementText(
                Entitlement.ACTIVE,
                N_("Servicevertrag seit {day}"),
                {"day": from_epoch(min(terms.starts_at for terms in active))},
            )
        return EntitlementText(
            Entitlement.ENDING,
            N_("Servicevertrag bis {day}"),
            {"day": from_epoch(last.ends_at - 1)},
        )
    coming = [terms for terms in known if terms.starts_at > at]
    if coming:
        starts_at = min(terms.starts_at for terms in coming)
        message = N_("Servicevertrag ab {day}")
        return EntitlementText(Entitlement.UPCOMING, message, {"day": from_epoch(starts_at)})
    if known:
        ended_at = max(terms.ends_at or 0 for terms in known)
        message = N_("Servicevertrag endete am {day}")
        return EntitlementText(Entitlement.ENDED, message, {"day": from_epoch(ended_at - 1)})
    return EntitlementText(Entitlement.NONE, N_("Ohne Servicevertrag"))


def _last_second(terms: ContractTerms) -> int:
    return 2**62 if terms.ends_at is None else terms.ends_at


# Sessions


def slides(face: Face, *, ends_at: int, now: int) -> bool:
    """Whether use should prolong a session now: not at every request, for each is a write."""
    if face not in SLIDING:
        return False
    return now + SESSION_SECONDS[face] - ends_at >= SESSION_SECONDS[face] // 20


def session_serves(started_at: Face, asked: Face) -> bool:
    """Whether a session begun at one face counts at another.

    The API takes the portal's; who came to central by a link sees the portal's pages there.
    """
    if started_at is asked:
        return True
    return asked in (Face.PORTAL, Face.API) and started_at in (Face.PORTAL, Face.CENTRAL)


# Pauses after wrong guesses


class Guard(StrEnum):
    """What a bucket of wrong guesses protects, from the narrowest to the widest."""

    KNOWN_DEVICE = "known_device"
    CARD = "card"
    PERSON_AT_PLACE = "person_at_place"
    PERSON = "person"
    ADDRESS = "address"
    CODE_AT_PLACE = "code_at_place"
    CODE = "code"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Pace:
    """How many wrong guesses are free, and how long the pauses after them are."""

    free: int
    first_seconds: int
    longest_seconds: int
    forgiven_every_seconds: int


PACES = {
    Guard.KNOWN_DEVICE: Pace(5, 10, 15 * MINUTE, HOUR),
    Guard.CARD: Pace(5, 10, 15 * MINUTE, HOUR),
    Guard.PERSON_AT_PLACE: Pace(5, 10, 15 * MINUTE, HOUR),
    Guard.PERSON: Pace(20, 5, 5 * MINUTE, 10 * MINUTE),
    Guard.ADDRESS: Pace(20, 5, 5 * MINUTE, 10 * MINUTE),
    Guard.CODE_AT_PLACE: Pace(10, 5, MINUTE, 5 * MINUTE),
    Guard.CODE: Pace(200, 1, 10, MINUTE),
    Guard.FEED: Pace(20, 5, 5 * MINUTE, 10 * MINUTE),
}
"""The wider a bucket, the more people share it, the shorter its pauses: somebody who guesses on
purpose may slow a neighbour's new phone down, never stop it, and never touches a known one."""

GUESS_SECONDS = 25 * HOUR
"""After this long without a guess every bucket is empty."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Wrong guesses so far, and when the last was."""

    failures: int = 0
    last_at: int = 0


def standing(bucket: Bucket, pace: Pace, now: int) -> int:
    """How many of the failures still count; a clock that was set back forgives nothing."""
    forgiven = max(0, now - bucket.last_at) // pace.forgiven_every_seconds
    return max(0, bucket.failures - forgiven)


def pause_seconds(failures: int, pace: Pace) -> int:
    """How long to wait after so many wrong guesses."""
    if failures < pace.free:
        return 0
    doublings = min(failures - pace.free, 30)
    return min(pace.first_seconds << doublings, pace.longest_seconds)


def wait_seconds(bucket: Bucket, pace: Pace, now: int) -> int:
    """How long from now until the next guess is heard; 0 where it is heard at once."""
    pause = pause_seconds(standing(bucket, pace, now), pace)
    return max(0, pause - max(0, now - bucket.last_at))


# Finding people

_LETTERS = {"ß": "ss", "ø": "o", "ł": "l", "ı": "i", "đ": "d", "æ": "ae"}
_SHORT = str.maketrans(_LETTERS)
_LONG = str.maketrans(_LETTERS | {"ä": "ae", "ö": "oe", "ü": "ue"})
_WORD = re.compile(r"[a-z0-9]+")
WORD_CHARS_MAX = 40


def search_words(*texts: str) -> frozenset[str]:
    """The words of some texts, folded: "Müller" is found as mueller and as muller."""
    words: set[str] = set()
    for text in texts:
        lowered = unicodedata.normalize("NFC", text).lower()
        words.update(_WORD.findall(_bare(lowered.translate(_LONG))))
        words.update(_WORD.findall(_bare(lowered.translate(_SHORT))))
    return frozenset(word[:WORD_CHARS_MAX] for word in words)


def query_words(text: str) -> list[str]:
    """The words that somebody searches for, folded the longer way."""
    lowered = unicodedata.normalize("NFC", text[:200]).lower()
    return [w[:WORD_CHARS_MAX] for w in _WORD.findall(_bare(lowered.translate(_LONG)))]


def _bare(text: str) -> str:
    """Without accents: é is e."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(char for char in apart if not unicodedata.combining(char))
