"""The only door to SQLite and cr-sqlite.

A *table* is declared with its scope and writers; a *write* is one transaction, journalled and
signed as a *changeset* in its commit; *intake* takes the changesets of other nodes after
checking every byte. The trap: never hold on to a `Read` or `Write` after the function returned.
"""

from node.store.changeset import SignedChangeset
from node.store.commits import Basis, Commits
from node.store.core import Core
from node.store.erasing import blank_rows
from node.store.foreign import decoded_cell
from node.store.founding import Founding
from node.store.handles import Read, Write
from node.store.identity import Identity, is_signed, new_identity, site_id_of
from node.store.installing import Arriving, install_snapshot
from node.store.intake import IntakeReport, Verdict
from node.store.journal import NO_HEAD, Chain, Head, PrunedError, Quarantined, TooLargeError
from node.store.proof import Offered, Opened, read_offered
from node.store.roles import HOUSE_ROLES, OFFICE_ROLES, Member, Members, NodeRole, scopes_of
from node.store.schema import Column, Erased, Registry, SchemaError, Scope, Table, Writers
from node.store.sealed import SEALED, SealedBody, sealed_body, withheld_of
from node.store.snapshot import (
    Manifest,
    SignedManifest,
    Snapshot,
    check_manifest,
    make_snapshot,
    read_part,
)
from node.store.store import Store

__all__ = [
    "HOUSE_ROLES",
    "NO_HEAD",
    "OFFICE_ROLES",
    "SEALED",
    "Arriving",
    "Basis",
    "Chain",
    "Column",
    "Commits",
    "Core",
    "Erased",
    "Founding",
    "Head",
    "Identity",
    "IntakeReport",
    "Manifest",
    "Member",
    "Members",
    "NodeRole",
    "Offered",
    "Opened",
    "PrunedError",
    "Quarantined",
    "Read",
    "Registry",
    "SchemaError",
    "Scope",
    "SealedBody",
    "SignedChangeset",
    "SignedManifest",
    "Snapshot",
    "Store",
    "Table",
    "TooLargeError",
    "Verdict",
    "Write",
    "Writers",
    "blank_rows",
    "check_manifest",
    "decoded_cell",
    "install_snapshot",
    "is_signed",
    "make_snapshot",
    "new_identity",
    "read_offered",
    "read_part",
    "scopes_of",
    "sealed_body",
    "site_id_of",
    "withheld_of",
]
