"""Static files: read once, cached by browsers for ever under their fingerprint.

What packs well travels packed: the sheets, scripts and icons of a first view are a third then.
Nothing secret is in these files, so packing tells nobody anything.
"""

from __future__ import annotations

import functools
import gzip
import mimetypes
from pathlib import Path

from litestar import Response, get
from litestar.exceptions import NotFoundException

from node.web.assets import STATIC_DIR, read_asset
from node.web.visit import Visit

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
KEPT_IN_MEMORY_BYTES = 64 * 1024
PACKS_WELL = (".css", ".js", ".svg", ".wasm")

_NEVER = ("0", "0.0", "0.00", "0.000")

mimetypes.add_type("application/wasm", ".wasm")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("application/manifest+json", ".webmanifest")


@get("/static/{path:path}", include_in_schema=False)
async def static_file(visit: Visit, path: str) -> Response[bytes]:
    """A file of the static folder, and nothing outside of it."""
    file = _inside(path.lstrip("/"))
    if file is None:
        raise NotFoundException
    fingerprinted = "v" in visit.request.query_params
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    headers = {"cache-control": FOR_EVER if fingerprinted else ASK_AGAIN}
    if file.suffix in PACKS_WELL:
        headers["vary"] = "accept-encoding"
        if _takes_gzip(visit.request.headers.get("accept-encoding", "")):
            headers["content-encoding"] = "gzip"
            return Response(
                _packed(file, file.stat().st_mtime_ns), media_type=kind, headers=headers
            )
    return Response(_content(file), media_type=kind, headers=headers)


def _takes_gzip(accepted: str) -> bool:
    offers = (offer.replace(" ", "").lower() for offer in accepted.split(","))
    return any(
        offer == "gzip" or (offer.startswith("gzip;q=") and offer[7:] not in _NEVER)
        for offer in offers
    )


def _inside(path: str) -> Path | None:
    try:
        file = (STATIC_DIR / path).resolve()
        is_ours = STATIC_DIR.resolve() in file.parents and file.is_file()
    except (OSError, ValueError):
        # A name that no file system takes: too long, or with a zero in it.
        return None
    return file if is_ours else None


def _content(file: Path) -> bytes:
    if file.stat().st_size <= KEPT_IN_MEMORY_BYTES:
        return _small(file, file.stat().st_mtime_ns)
    return read_asset(file)


@functools.lru_cache(maxsize=128)
def _small(file: Path, changed_at: int) -> bytes:  # noqa: ARG001 - a changed file is another key
    return read_asset(file)


@functools.lru_cache(maxsize=128)
def _packed(file: Path, changed_at: int) -> bytes:  # noqa: ARG001 - as above
    return gzip.compress(read_asset(file), mtime=0)
