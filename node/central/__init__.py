"""The hub: the same program in the role of central, one store file for each quarter.

Each quarter has a host name of its own, and what is served there knows no other quarter. Private
life is not here: central holds the scopes `quarter` and `fleet` only. The *operator* runs it, has
one password, belongs to no quarter, and sees all of them in one table (`/central`).
"""

from node.central.fleet import Absent, Fleet
from node.central.hub import Hub
from node.central.operator import set_password
from node.central.pages import central_pages

__all__ = ["Absent", "Fleet", "Hub", "central_pages", "set_password"]
