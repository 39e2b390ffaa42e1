"""A node on a real socket, with everybody signed in, for programs that talk to it."""

from tests.hostile.conftest import live, own, town

__all__ = ["live", "own", "town"]
