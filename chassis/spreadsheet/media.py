"""How a table travels over HTTP."""

from typing import Any
from urllib.parse import quote

from fastapi import Response

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

TABLE_AS_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            media: {"schema": {"type": "string", "format": "binary"}} for media in (CSV, XLSX)
        },
    }
}
"""What an OpenAPI document says of a route that takes a table as its whole body."""

CHARSETS = {"utf-8": "utf-8", "cp932": "shift_jis"}
"""By the name of the encoding, what HTTP calls it."""


def as_file(
    content: bytes,
    name: str,
    media_type: str = CSV,
    *,
    encoding: str = "utf-8",
    title: str | None = None,
) -> Response:
    """A table as a file to save, of which nobody between keeps a copy.

    `name` is ASCII; `title`, with its ending, is how the file is called where people may choose.
    """
    kind = f"{media_type}; charset={CHARSETS[encoding]}" if media_type == CSV else media_type
    called = f'attachment; filename="{name}"'
    if title is not None:
        called += f"; filename*=UTF-8''{quote(title)}"
    headers = {
        "Content-Disposition": called,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=kind, headers=headers)
