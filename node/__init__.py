"""Quartier: the open node of a residential quarter.

Rooms, from the cellar up: base, store, sync, quarter, people, spaces, web, the four faces
(api, portal, kiosk, desk), central and app, which alone wires them together.
"""

__version__ = "0.1.0"
