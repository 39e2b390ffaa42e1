"""First start: the pages of a box that belongs to no quarter yet, until it does.

Whoever stands at the box's own screen may use them; anybody else types the *start code* that only
this screen and the terminal show. When the box belongs to a quarter, they are gone. The trap: there
is no store behind these pages, so nothing here may reach for one.
"""

from node.setup.serving import is_waiting, until_set_up

__all__ = ["is_waiting", "until_set_up"]
