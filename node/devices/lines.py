"""How a job gets to a printer: over the network, into a device file, or through CUPS.

Slip printers are asked before and after: "have you paper, is the cover shut" (DLE EOT, which they
answer at once, whatever they are doing). The answer after the last byte says that all before it
has arrived. One that takes everything and never answers is in trouble, though its line is open;
`mute` in the settings is for makes that never do.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from node.devices.model import Kind, Printer, PrintError, Why

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 4.0
SEND_SECONDS = 20.0
"""A slip is a kilobyte; a printer whose cover is open takes none of it."""
MUTE_SECONDS = 2.0
CUPS_SECONDS = 20.0
CUPS_PRINTS_SECONDS = 90.0
CUPS_LOOKS_SECONDS = 1.0

ASK_OFFLINE = b"\x10\x04\x02"
ASK_PAPER = b"\x10\x04\x04"
FIXED, FIXED_ARE = 0b10010011, 0b00010010
"""The bits of an answer that are always the same, so that nothing else is taken for one."""
COVER_OPEN, FAULTY, PAPER_OUT = 0b0000100, 0b1000000, 0b1100000


def send(printer: Printer, content: bytes, *, title: str) -> None:
    """Print; returns when the printer has it. Raises `PrintError`."""
    if printer.kind is Kind.CUPS:
        _through_cups(printer, content, title)
        return
    with _opened(printer) as line:
        if not printer.is_mute:
            line.check(begun=False)
        line.put(content, begun=True)
        if printer.is_mute:
            line.wait_for_end()
        else:
            line.check(begun=True)


class _Line:
    """An open way to a slip printer."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def check(self, *, begun: bool) -> None:
        """Ask how the printer is; raises what keeps it from printing."""
        offline = self._answer(ASK_OFFLINE, begun=begun)
        paper = self._answer(ASK_PAPER, begun=begun)
        if paper & PAPER_OUT:
            raise PrintError(Why.PAPER, begun=begun)
        if offline & COVER_OPEN:
            raise PrintError(Why.COVER, begun=begun)
        if offline & FAULTY:
            raise PrintError(Why.FAULT, begun=begun)

    def _answer(self, question: bytes, *, begun: bool) -> int:
        self.put(question, begun=begun)
        until = time.monotonic() + ANSWER_SECONDS
        while self._is_ready(select.POLLIN, until):
            byte = self._read(begun=begun)
            if byte & FIXED == FIXED_ARE:
                return byte
        raise PrintError(Why.SILENT, begun=begun)

    def _read(self, *, begun: bool) -> int:
        try:
            found = os.read(self._handle, 1)
        except OSError:
            found = b""
        if not found:
            raise PrintError(Why.CUT, begun=begun)
        return found[0]

    def put(self, content: bytes, *, begun: bool) -> None:
        """Write all of it."""
        until = time.monotonic() + SEND_SECONDS
        left = memoryview(content)
        while left:
            if not self._is_ready(select.POLLOUT, until):
                raise PrintError(Why.SILENT, begun=begun)
            try:
                left = left[os.write(self._handle, left) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise PrintError(Why.CUT, begun=begun) from error

    def wait_for_end(self) -> None:
        """Give a printer that never answers time to take what the line holds."""
        with suppress(OSError), socket.socket(fileno=os.dup(self._handle)) as line:
            line.shutdown(socket.SHUT_WR)
        until = time.monotonic() + MUTE_SECONDS
        with suppress(OSError):
            while self._is_ready(select.POLLIN, until) and os.read(self._handle, 64):
                pass

    def _is_ready(self, what: int, until: float) -> bool:
        poll = select.poll()
        poll.register(self._handle, what)
        return bool(poll.poll(max(0.0, until - time.monotonic()) * 1000))


@contextmanager
def _opened(printer: Printer) -> Iterator[_Line]:
    try:
        handle = _connected(printer) if printer.kind is Kind.TCP else _device(printer)
    except PermissionError as error:
        raise PrintError(Why.FORBIDDEN, begun=False) from error
    except OSError as error:
        raise PrintError(Why.AWAY, begun=False) from error
    try:
        yield _Line(handle)
    finally:
        os.close(handle)


def _connected(printer: Printer) -> int:
    line = socket.create_connection((printer.where, printer.port), timeout=CONNECT_SECONDS)
    line.setblocking(False)  # noqa: FBT003 - its own parameter
    return line.detach()


def _device(printer: Printer) -> int:
    return os.open(printer.where, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)


# CUPS


def _through_cups(printer: Printer, content: bytes, title: str) -> None:
    """Hand a PDF to CUPS and see it leave its queue: what it holds back is not on paper."""
    if " disabled " in _run("lpstat", "-p", printer.where):
        raise PrintError(Why.CUPS, begun=False)
    said = _run(
        "lp",
        "-d",
        printer.where,
        "-t",
        title,
        "-o",
        "media=A4",
        "-o",
        "fit-to-page",
        "-",
        content=content,
    )
    # It says: request id is Office-12 (1 file(s)).
    number = next((word for word in said.split() if word.startswith(f"{printer.where}-")), "")
    until = time.monotonic() + CUPS_PRINTS_SECONDS
    while number in _run("lpstat", "-o", printer.where, begun=True).split():
        if time.monotonic() > until:
            raise PrintError(Why.CUPS, begun=True)
        time.sleep(CUPS_LOOKS_SECONDS)


def _run(*command: str, content: bytes = b"", begun: bool = False) -> str:
    try:
        ended = subprocess.run(  # noqa: S603 - CUPS's own commands, a queue that settings name
            command,
            input=content,
            capture_output=True,
            timeout=CUPS_SECONDS,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PrintError(Why.CUPS, begun=begun) from error
    if ended.returncode:
        raise PrintError(Why.CUPS, begun=begun)
    return ended.stdout.decode(errors="replace")
