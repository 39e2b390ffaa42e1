"""The kiosk: the lobby's touchscreen."""

from node.kiosk.guard import KioskRules

ROUTES: tuple[object, ...] = ()

__all__ = ["ROUTES", "KioskRules"]
