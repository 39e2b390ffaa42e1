"""What makes a fresh file a node's: quarter, history, key. Once, in one transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from node.base.ids import random_id
from node.store.identity import Identity, new_identity, store_identity
from node.store.journal import set_meta


@dataclass(frozen=True, slots=True)
class Founding:
    """What makes a fresh file part of a quarter: its id and the id of its history."""

    quarter: bytes
    epoch: bytes
    seed: bytes | None = None


def found(connection: Any, founding: Founding | None) -> None:
    """Give a fresh file its identity, its quarter (a new one where none is given), its secret.

    The connection must be reopened afterwards: the extension has read another site id already.
    """
    founding = founding or Founding(random_id(), random_id())
    connection.execute("begin immediate")
    identity = Identity(founding.seed) if founding.seed else new_identity()
    store_identity(connection, identity)
    set_meta(connection, "quarter", founding.quarter)
    set_meta(connection, "epoch", founding.epoch)
    set_meta(connection, "secret", secrets.token_bytes(32))
    connection.execute("commit")
