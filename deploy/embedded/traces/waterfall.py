"""How the spans of one trace are laid out: as a tree in reading order, with bars on one scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the waterfall. Bar figures are percentages of the whole trace."""

    span: Mapping[str, Any]
    depth: int
    parent_missing: bool
    offset_ms: float
    duration_ms: float
    bar_start: float
    bar_width: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """A whole trace."""

    rows: Sequence[Row]
    started: datetime
    ended: datetime

    @property
    def duration_ms(self) -> float:
        """From the first start to the last end."""
        return _ms(self.started, self.ended)

    @property
    def complete(self) -> bool:
        """Whether every span's parent is known."""
        return not any(row.parent_missing for row in self.rows)


def arrange(spans: Sequence[Mapping[str, Any]]) -> Waterfall:
    """Parents before children, siblings by start. A span whose parent has not been exported (it
    is still running, or it is older than what is kept) stands at the top and says so.

    `spans` has at least one span, and is sorted by start.
    """
    known = {span["span_id"] for span in spans}
    children: dict[str | None, list[Mapping[str, Any]]] = {}
    for span in spans:
        parent = span["parent_id"] if span["parent_id"] in known else None
        children.setdefault(parent, []).append(span)
    started = min(span["started"] for span in spans)
    ended = max(span["ended"] for span in spans)
    whole = _ms(started, ended) or 1.0

    rows: list[Row] = []
    seen: set[str] = set()
    # Spans that are each other's ancestors hang under no root: they come last, at the top.
    waiting = [(span, 0) for span in [*children.get(None, []), *spans]][::-1]
    while waiting:
        span, depth = waiting.pop()
        if span["span_id"] in seen:
            continue
        seen.add(span["span_id"])
        offset = _ms(started, span["started"])
        duration = _ms(span["started"], span["ended"])
        rows.append(
            Row(
                span=span,
                depth=depth,
                parent_missing=span["parent_id"] is not None and span["parent_id"] not in known,
                offset_ms=offset,
                duration_ms=duration,
                bar_start=round(100 * offset / whole, 2),
                bar_width=round(100 * duration / whole, 2),
            )
        )
        waiting.extend((child, depth + 1) for child in reversed(children.get(span["span_id"], [])))
    return Waterfall(rows, started, ended)


def _ms(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() * 1000
