"""httpx without its command line, which loads 70 modules (3 MB) wherever rich and pygments happen
to be installed; litestar brings them."""

from __future__ import annotations

import sys

# What stands here as None cannot be imported; httpx goes on without.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

# The first client would load it, on the event loop, and hold that up for a tenth of a second.
import httpcore  # noqa: E402, F401
import httpx  # noqa: E402

__all__ = ["httpx"]
