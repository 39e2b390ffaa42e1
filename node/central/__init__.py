"""The hub: the same program in the role of central, one store file for each quarter.

Each quarter has a host name of its own, and what is served there knows no other quarter. Private
life is not here: central holds the scopes `quarter` and `fleet` only.
"""

from node.central.hub import Hub

__all__ = ["Hub"]
