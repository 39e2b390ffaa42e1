"""A slip printer on a real TCP port: it decodes what arrives, and can misbehave as printers do.

It is written from Epson's command reference, not from what Quartier sends, so a wrong byte is a
wrong slip here as it would be on paper.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PAGES = {0: "cp437", 2: "cp850", 13: "cp857", 16: "cp1252", 17: "cp866", 18: "cp852"}
PAGES |= {19: "cp858", 44: "cp1125"}
ONE_MORE = {b"\x1b!", b"\x1bE", b"\x1ba", b"\x1bd", b"\x1b-", b"\x1bM", b"\x1bt"}
"""Commands with one byte behind them."""
WELL = 0b00010010
PAPER_OUT, COVER_OPEN = 0b01110010, 0b00010110


@dataclass
class Slip:
    """What came out: its words, its codes, and whether it was cut off."""

    text: str = ""
    codes: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    is_cut: bool = False
    widest: int = 0


def decoded(content: bytes) -> Slip:
    """What a printer makes of these bytes. A command that it does not know is an error."""
    head = _Head()
    while content:
        content = content[head.take(content) :]
    return head.slip


class _Head:
    def __init__(self) -> None:
        self.slip = Slip()
        self.page, self.stored, self.double, self.column = "cp437", "", 1, 0

    def take(self, content: bytes) -> int:
        """Do what stands first; how many bytes that was."""
        two = content[:2]
        if two == b"\x1b@":
            self.page, self.double = "cp437", 1
            return 2
        if two in ONE_MORE:
            self._set(two, content[2])
            return 3
        if two == b"\x1dV":
            self.slip.is_cut = True
            return 4 if content[2] >= 65 else 3
        if two == b"\x1d(":
            return self._code(content)
        assert content[0] >= 0x20 or content[0] == 0x0A, f"unknown {content[:4]!r}"
        letter = content[:1].decode(self.page)
        self.slip.text += letter
        self.column = 0 if letter == "\n" else self.column + self.double
        self.slip.widest = max(self.slip.widest, self.column)
        return 1

    def _set(self, what: bytes, value: int) -> None:
        if what == b"\x1bt":
            self.page = PAGES[value]
        elif what == b"\x1b!":
            self.double = 2 if value & 0x20 else 1

    def _code(self, content: bytes) -> int:
        assert content[2:3] == b"k"
        length = content[3] + 256 * content[4]
        body = content[5 : 5 + length]
        assert body[:1] == b"1", "a QR"
        if body[1:3] == b"P0":
            self.stored = body[3:].decode()
        elif body[1:2] == b"C":
            self.slip.sizes.append(body[2])
        elif body[1:2] == b"Q":
            self.slip.codes.append(self.stored)
        return 5 + length


@dataclass
class Till:
    """A printer. `mood`: well, silent (takes all, says nothing), cut (rips the line within a
    slip), paper, cover, deaf (takes a slip and then says nothing more).
    """

    mood: str = "well"
    slips: list[Slip] = field(default_factory=list)
    raw: bytes = b""
    calls: int = 0
    port: int = 0

    def wait_for(self, count: int, *, seconds: float = 15.0) -> list[Slip]:
        """The slips, once there are so many."""
        until = time.monotonic() + seconds
        while len(self.slips) < count and time.monotonic() < until:
            time.sleep(0.02)
        return self.slips

    def serve(self, line: socket.socket) -> None:
        self.calls += 1
        taken = b""
        with suppress(OSError):
            while data := line.recv(1024):
                self.raw += data
                if self.mood == "silent":
                    continue
                taken += self._answered(line, data, taken)
                if self.mood == "cut" and taken:
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    break
        line.close()
        if taken and self.mood != "cut":
            self.slips.append(decoded(taken))

    def _answered(self, line: socket.socket, data: bytes, taken: bytes) -> bytes:
        """What is to be printed; questions are answered at once and printed never."""
        while b"\x10\x04" in data:
            before, _, rest = data.partition(b"\x10\x04")
            taken += before
            if not (self.mood == "deaf" and taken):
                paper, cover = self.mood == "paper", self.mood == "cover"
                is_paper = rest[0] == 4
                bad = (PAPER_OUT if is_paper else WELL) if paper else WELL
                bad = COVER_OPEN if cover and not is_paper else bad
                line.sendall(bytes([bad]))
            data = before + rest[1:]
        return data


@contextmanager
def till(mood: str = "well", port: int = 0) -> Iterator[Till]:
    """A printer that listens at 127.0.0.1."""
    with socket.create_server(("127.0.0.1", port)) as server:
        printer = Till(mood, port=server.getsockname()[1])

        def run() -> None:
            with suppress(OSError):
                while True:
                    line, _ = server.accept()
                    threading.Thread(target=printer.serve, args=(line,), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        yield printer
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
