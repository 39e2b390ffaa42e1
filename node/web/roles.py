"""What the boxes of a quarter are called by their task."""

from __future__ import annotations

from node.base.refusals import N_

ROLES = {
    "home": N_("Hauptknoten"),
    "kiosk": N_("Kiosk"),
    "standby": N_("Reserve"),
    "central": N_("Zentrale"),
}
