"""PostgreSQL's logical replication between two clusters on loopback, over TLS, both as Debian sets
them up but for `wal_level`: a subscriber that was away takes the transactions that it missed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.figures import Figure, against_peer
from benchmarks.others.rows import need, our_rate, rows_file
from benchmarks.sync import AT_ONCE, ROWS
from benchmarks.town import free_port

TABLE = (
    "create table fact (id bytea primary key, place int not null, at bigint not null,"
    " word text not null, state text not null)"
)
SEEN = """do $$ begin
  while not exists (select from fact where id = '\\x{last}') loop perform pg_sleep(0.005); end loop;
end $$"""


def catchup_vs_postgres() -> Figure:
    """Rows a second, to PostgreSQL's logical replication of the same rows in the same writes."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parts[-2]))
    need(*(found[-1:] or [Path("/usr/lib/postgresql")]))
    rate = ROWS / seconds_of_postgres(found[-1])
    return against_peer(
        "catchup_vs_postgres", our_rate(), "rows/s", "PostgreSQL rows/s", rate, at_least=1
    )


def seconds_of_postgres(programs: Path) -> float:
    """From letting the subscriber go on until it shows the last row."""
    with clusters(programs, "giver", "taker") as (giver, taker):
        for cluster in (giver, taker):
            cluster.run(TABLE)
        giver.run("create publication facts for table fact")
        giver.run("select pg_create_logical_replication_slot('facts', 'pgoutput')")
        source = f"host=127.0.0.1 port={giver.port} user=postgres dbname=postgres sslmode=require"
        taker.run(
            f"create subscription facts connection '{source}' publication facts"
            " with (copy_data=false, enabled=false, create_slot=false, slot_name='facts')"
        )
        last = giver.fill()
        began = time.perf_counter()
        taker.run("alter subscription facts enable", SEEN.format(last=last))
        took = time.perf_counter() - began
        count = taker.run("select count(*) from fact").split()[2]
        if int(count) != ROWS:
            raise ValueError(f"{count} of {ROWS} rows arrived")
        return took


class Cluster:
    """A PostgreSQL server with files of its own."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._programs = programs

    def start(self) -> None:
        """Make its files and let it listen on loopback, with TLS."""
        home = self._folder.parent
        self._control("initdb", "-D", self._folder, "-A", "trust", "-U", "postgres", "-N")
        settings = {
            "wal_level": "logical",
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": home,
            "ssl": "on",
            "ssl_cert_file": home / "certificate",
            "ssl_key_file": home / "key",
        }
        with (self._folder / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        log = home / f"{self._folder.name}.log"
        self._control("pg_ctl", "-D", self._folder, "-w", "-l", log, "start")

    def stop(self) -> None:
        """End it at once."""
        self._control("pg_ctl", "-D", self._folder, "-m", "immediate", "stop")

    def run(self, *statements: str) -> str:
        """What psql prints."""
        words = [word for statement in statements for word in ("-c", statement)]
        return self._psql(*words)

    def fill(self) -> str:
        """Write the rows, some in each transaction; the last one's id in hex."""
        with rows_file().open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        script = self._folder.parent / "rows.sql"
        with script.open("w", encoding="utf-8") as file:
            file.write("set synchronous_commit = off;\n")
            for start in range(0, len(rows), AT_ONCE):
                some = rows[start : start + AT_ONCE]
                file.write(f"insert into fact values {', '.join(map(as_sql, some))};\n")
        self._psql("-q", "-f", str(script))
        return str(rows[-1]["_id"])

    def _psql(self, *words: str) -> str:
        host = str(self._folder.parent)
        command = ["psql", "-X", "-h", host, "-p", str(self.port), "-U", "postgres", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def _control(self, program: str, *words: object) -> None:
        # PostgreSQL refuses to run as root.
        before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*before, str(self._programs / program), *map(str, words)]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL)


def as_sql(row: dict[str, object]) -> str:
    """A row as PostgreSQL reads it; its words hold no quotes."""
    return f"('\\x{row['_id']}', {row['place']}, {row['at']}, '{row['word']}', '{row['state']}')"


@contextmanager
def clusters(programs: Path, *names: str) -> Iterator[list[Cluster]]:
    """Servers that share a folder and a certificate, until the end."""
    folder = Path(tempfile.mkdtemp(dir="/var/tmp", prefix="quartier-postgres-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        key, certificate = folder / "key", folder / "certificate"
        words = (
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=giver"
        )
        subprocess.run(
            ["openssl", *words.split(), "-keyout", str(key), "-out", str(certificate)],
            check=True, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        key.chmod(0o600)
        if os.geteuid() == 0:
            for path in (folder, key, certificate):
                shutil.chown(path, "postgres")
        made = [Cluster(programs, folder / name) for name in names]
        for cluster in made:
            cluster.start()
            stack.callback(cluster.stop)
        yield made
