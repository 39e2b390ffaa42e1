"""How nodes and their lines are, for Prometheus: the health page's values in its text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from node.base.ids import id_text
from node.store.record import Record
from node.sync.health import Health, PeerHealth


def metrics_text(
    *quarters: Health, absent: Iterable[str] = (), kept: Mapping[str, Record] | None = None
) -> str:
    """The same for Prometheus (text format 0.0.4), of each quarter by its public mark; those that
    are `absent` begin anew just now, or cannot be opened. `kept` tells of their backups.
    """
    lines: dict[str, list[str]] = {}
    samples = [(health.quarter, *sample) for health in quarters for sample in _samples(health)]
    samples += [(mark, *sample) for mark in absent for sample in _OF_ABSENT]
    samples += [(mark, *each) for mark, one in (kept or {}).items() for each in _of_backups(one)]
    for mark, name, labels, value in samples:
        of = {"quarter": mark, **labels}
        told = ",".join(f'{key}="{text}"' for key, text in of.items())
        lines.setdefault(name, []).append(f"quartier_{name}{{{told}}} {value}")
    return "".join(
        f"# TYPE quartier_{name} gauge\n" + "\n".join(samples) + "\n"
        for name, samples in lines.items()
    )


_OF_ABSENT: tuple[tuple[str, dict[str, str], int], ...] = (("well", {}, 0), ("absent", {}, 1))


def _samples(health: Health) -> Iterator[tuple[str, dict[str, str], int]]:
    """Name, labels and value of all that is measured; seconds are UTC since 1970."""
    yield "well", {}, int(health.is_well)
    yield "absent", {}, 0
    yield "too_much_changes", {}, sum(each.count for each in health.too_much)
    yield "clock_trusted", {}, int(health.clock_trusted)
    yield "takes_writes", {}, int(health.write_refusal is None)
    yield "storage_free_bytes", {}, health.free_bytes
    yield "schema", {}, health.schema
    yield "roster_number", {}, health.roster_number
    yield "quarantined_chains", {}, len(health.stopped)
    yield "waiting_for_update", {}, health.waiting_for_update
    for (site, scope), head in sorted(health.heads.items()):
        yield "journal_head", {"site": id_text(site), "scope": scope}, head.n
    for peer in health.peers:
        for name, value in _PEER_METRICS.items():
            yield f"peer_{name}", _labels(peer), value(peer)
    for each in health.audits:
        for name, count in _AUDIT_METRICS.items():
            yield f"audit_{name}", {"peer": id_text(each.site_id)}, count(each)


def _of_backups(record: Record) -> Iterator[tuple[str, dict[str, str], int]]:
    """0 where there never was one."""
    drilled = record.drilled
    yield "backup_last_seconds", {}, int(record.current_at.timestamp()) if record.current_at else 0
    yield "backup_failed", {}, int(record.backup_failed is not None)
    yield "drill_last_seconds", {}, int(drilled.at.timestamp()) if drilled else 0
    is_bad = record.drill_failed is not None or bool(drilled and drilled.problems)
    yield "drill_failed", {}, int(is_bad)


_PEER_METRICS: Mapping[str, Any] = {
    "metered": lambda peer: int(peer.is_metered),
    "well": lambda peer: int(peer.is_well),
    "waiting_out": lambda peer: peer.waiting_out,
    "waiting_back": lambda peer: peer.waiting_back,
    "last_success_seconds": lambda peer: (
        int(peer.last_success_at.timestamp()) if peer.last_success_at else 0
    ),
}


_AUDIT_METRICS: Mapping[str, Any] = {
    "last_seconds": lambda each: int(each.at.timestamp()),
    "mended_rows": lambda each: each.mended,
    "differing_tables": lambda each: len(each.unsure),
}


def _labels(peer: PeerHealth) -> dict[str, str]:
    name = peer.name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return {"peer": id_text(peer.site_id), "name": name, "role": peer.role}
