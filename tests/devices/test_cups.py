"""A page of A4 through Debian's own CUPS, run here with a queue whose printer is a
TCP port.

Needs `cups`; without it these are skipped, which proves nothing.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from node.devices import Why, lines, read_printer
from node.devices.model import PrintError
from node.web.slips import pass_page
from tests.devices.test_roll import PASS

pytestmark = [
    pytest.mark.provisioning,
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        not shutil.which("cupsd"),
        reason="needs Debian's cups",
    ),
]
CONF = """
LogLevel warn
Listen {folder}/cups.sock
Browsing No
DefaultAuthType None
WebInterface No
<Location />
  Order allow,deny
  Allow all
</Location>
<Location /admin>
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""
FILES = """
ServerRoot {folder}/etc
RequestRoot {folder}/spool
TempDir {folder}/tmp
CacheDir {folder}/cache
StateDir {folder}/state
AccessLog {folder}/access_log
ErrorLog {folder}/error_log
PageLog {folder}/page_log
User lp
SystemGroup lpadmin
"""
OFFICE = read_printer("Office = cups:Office")


@dataclass
class Out:
    """What came out of the printer."""

    pages: list[bytes] = field(default_factory=list)

    def take(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                line, _ = server.accept()
                with line, line.makefile("rb") as file:
                    self.pages.append(file.read())


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Out]:
    """CUPS with the queue `Office`; what its printer took."""
    folder = tmp_path_factory.mktemp("cups")
    # CUPS's own filters run as another user, who must get through to their directory.
    for part in (folder, *folder.parents[:3]):
        part.chmod(0o755)
    for name in ("etc/ppd", "spool", "tmp", "cache", "state"):
        (folder / name).mkdir(parents=True)
    (folder / "cupsd.conf").write_text(CONF.format(folder=folder))
    (folder / "cups-files.conf").write_text(FILES.format(folder=folder))
    conf = ["-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")]
    cups = subprocess.Popen(["cupsd", "-f", *conf])
    before = os.environ.get("CUPS_SERVER")
    os.environ["CUPS_SERVER"] = str(folder / "cups.sock")
    server = socket.create_server(("127.0.0.1", 0))
    out = Out()
    threading.Thread(target=out.take, args=(server,), daemon=True).start()
    uri = f"socket://127.0.0.1:{server.getsockname()[1]}"
    set_up = ["lpadmin", "-p", "Office", "-v", uri, "-m", "raw", "-E"]
    try:
        until = time.monotonic() + 40
        while subprocess.run(set_up, check=False, capture_output=True).returncode:
            assert time.monotonic() < until, (folder / "error_log").read_text()
            time.sleep(0.5)
        yield out
    finally:
        server.close()
        cups.terminate()
        cups.wait()
        if before is None:
            os.environ.pop("CUPS_SERVER", None)


def test_a_pass_on_a4_comes_out_of_a_real_queue(paper: Out) -> None:
    page = pass_page(PASS)
    lines.send(OFFICE, page, title="Ausweis, Großer Saal")
    assert paper.pages == [page]


def test_a_queue_that_was_stopped_takes_nothing_and_one_that_is_not_there_neither(
    paper: Out,
) -> None:
    subprocess.run(["cupsdisable", "Office"], check=True)
    before = list(paper.pages)
    for printer in (OFFICE, read_printer("Cellar = cups:Cellar")):
        with pytest.raises(PrintError) as told:
            lines.send(printer, pass_page(PASS), title="Ausweis")
        assert (told.value.why, told.value.begun) == (Why.CUPS, False)
    subprocess.run(["cupsenable", "Office"], check=True)
    assert paper.pages == before
