"""The static files as browsers get them: under addresses that may be kept for ever.

A sheet names what it loads in turn, such as the letters, by such an address too; by a plain one
they would be fetched anew for every page, and its words would be drawn twice.
"""

from __future__ import annotations

import functools
import hashlib
import re
from pathlib import Path

STATIC_DIR = Path(__file__).resolve().parent / "static"

_LOADED = re.compile(r'url\("(\.\.?/[^"]+)"\)')


def read_asset(file: Path) -> bytes:
    """The content of a static file as it is served. Raises `OSError` where it cannot be read."""
    content = file.read_bytes()
    if file.suffix != ".css":
        return content

    def kept(found: re.Match[str]) -> str:
        loaded = (file.parent / found[1]).resolve()
        return f'url("{static_url(str(loaded.relative_to(STATIC_DIR)))}")'

    return _LOADED.sub(kept, content.decode("utf-8")).encode("utf-8")


@functools.cache
def static_url(path: str) -> str:
    """The address of a static file with its fingerprint, so that it may be cached for ever."""
    file = STATIC_DIR / path
    if not file.is_file():
        return f"/static/{path}"
    digest = hashlib.sha256(read_asset(file)).hexdigest()[:10]
    return f"/static/{path}?v={digest}"
