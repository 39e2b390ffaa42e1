"""The only door to SQLite and cr-sqlite.

A *table* is declared with its scope and writers; a *write* is one transaction, journalled and
signed as a *changeset* in its commit; *intake* takes the changesets of other nodes after
checking every byte. The trap: never hold on to a `Read` or `Write` after the function returned.
"""

from node.store.changeset import SignedChangeset
from node.store.core import Core, Founding
from node.store.handles import Read, Write
from node.store.intake import IntakeReport, Member, Members, NodeRole
from node.store.journal import TooLargeError
from node.store.schema import Column, Registry, SchemaError, Scope, Table, Writers
from node.store.store import Store

__all__ = [
    "Column",
    "Core",
    "Founding",
    "IntakeReport",
    "Member",
    "Members",
    "NodeRole",
    "Read",
    "Registry",
    "SchemaError",
    "Scope",
    "SignedChangeset",
    "Store",
    "Table",
    "TooLargeError",
    "Write",
    "Writers",
]
