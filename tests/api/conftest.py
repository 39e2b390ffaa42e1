"""A node on a real socket, with everybody signed in, for programs that talk to it."""

from tests.hostile.conftest import live, own, shared, town

__all__ = ["live", "own", "shared", "town"]
