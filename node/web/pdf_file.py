"""A PDF as an answer: to be saved or printed, and kept by no cache on the way."""

from __future__ import annotations

from litestar import Response

from node.web.ready import attachment


def pdf_file(name: str, content: bytes) -> Response[bytes]:
    """The file `name`, without its ending; what it tells of people nobody on the way keeps."""
    headers = {
        "content-disposition": attachment(f"{name}.pdf"),
        "cache-control": "private, no-store",
    }
    return Response(content, media_type="application/pdf", headers=headers)
