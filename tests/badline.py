"""A bad line: slow, far and lossy, carried frame by frame between two network interfaces.

The kernel's own tool for this, tc(8) with netem, is missing in many kernels, so the test's own
process carries the frames between two TAP devices. What runs over it is the kernel's TCP, with real
losses, retransmissions and queues. It is no radio: losses come singly and the delay is steady.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

_TUN = "/dev/net/tun"
_TUNSETIFF, _IFF_TAP, _IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
_FRAME_BYTES = 2048
QUEUE_SECONDS = 3.0
"""What would wait longer than this for its turn is dropped, as by a modem."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a line does to frames: how fast they go, how long each takes, how many are lost."""

    bits_a_second: int = 64_000
    delay_seconds: float = 0.4
    loss: float = 0.05


class BadLine:
    """Two interfaces joined by a line of this shape, for as long as the test runs."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.bytes_carried = 0
        self.is_cut = False
        self._chance = random.Random(64)
        self._ends = (_tap(), _tap())
        self._free_at = [0.0, 0.0]

    def join(self, near: tuple[str, str], far: tuple[str, str]) -> None:
        """Put the ends into the namespaces, each under its name there, and begin to carry."""
        loop = asyncio.get_running_loop()
        for end, (name, space) in enumerate((near, far)):
            device = self._ends[end][1]
            words = ["ip", "link", "set", device, "netns", space, "name", name]
            subprocess.run(words, check=True, capture_output=True)
            loop.add_reader(self._ends[end][0], self._arrived, end)

    def close(self) -> None:
        """The interfaces are gone with their handles."""
        for handle, _ in self._ends:
            asyncio.get_running_loop().remove_reader(handle)
            os.close(handle)
        self.is_cut = True

    def _arrived(self, end: int) -> None:
        frame = os.read(self._ends[end][0], _FRAME_BYTES)
        loop = asyncio.get_running_loop()
        begins = max(loop.time(), self._free_at[end])
        if self.is_cut or begins - loop.time() > QUEUE_SECONDS:
            return
        # What is lost has used the line all the same.
        self._free_at[end] = begins + 8 * len(frame) / self.shape.bits_a_second
        self.bytes_carried += len(frame)
        if self._chance.random() >= self.shape.loss:
            arrives = self._free_at[end] + self.shape.delay_seconds
            loop.call_at(arrives, self._deliver, 1 - end, frame)

    def _deliver(self, end: int, frame: bytes) -> None:
        if not self.is_cut:
            os.write(self._ends[end][0], frame)


def _tap() -> tuple[int, str]:
    """A new TAP device: its handle and its name."""
    handle = os.open(_TUN, os.O_RDWR | os.O_NONBLOCK)
    asked = struct.pack("16sH22x", b"", _IFF_TAP | _IFF_NO_PI)
    given = fcntl.ioctl(handle, _TUNSETIFF, asked)
    return handle, given[:16].rstrip(b"\0").decode()


@contextmanager
def bad_line(shape: Shape) -> Iterator[BadLine]:
    """A line for a test; skips with the reason where the kernel lets nobody carry frames."""
    if os.geteuid() != 0:
        pytest.skip("needs root: TAP devices")
    try:
        line = BadLine(shape)
    except OSError as error:
        pytest.skip(f"no TAP devices here: {error}")
    try:
        yield line
    finally:
        line.close()
