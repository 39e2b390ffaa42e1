"""Ids by a seed's chance instead of the machine's, so that a history can be replayed."""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Iterator
from types import SimpleNamespace
from unittest import mock

from node.base import ids
from node.store import Identity
from node.sync import clones
from tests.spaces.test_no_overlap import BEGIN


@contextlib.contextmanager
def seeded_ids(seed: int) -> Iterator[None]:
    """All new ids come from the seed while this holds."""
    chance = random.Random(seed)
    instants = itertools.count(int(BEGIN.timestamp() * 1e9), 1_000_000)
    time = SimpleNamespace(time_ns=lambda: next(instants))
    secrets = SimpleNamespace(token_bytes=chance.randbytes, choice=chance.choice)
    fresh = SimpleNamespace(new_identity=lambda: Identity(chance.randbytes(32)))
    keys = mock.patch.object(clones, "new_identity", fresh.new_identity)
    with keys, mock.patch.multiple(ids, _last_ms=0, time=time, secrets=secrets):
        yield
