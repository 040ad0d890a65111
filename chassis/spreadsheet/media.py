"""How a table travels over HTTP."""

from typing import Any

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
