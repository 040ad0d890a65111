"""Text in a CSV file that a spreadsheet would take for a formula, and how it is kept from that.

A cell that begins with one of the triggers, behind whatever a spreadsheet skips, may call a
program or send the table away (OWASP "CSV injection"). Japanese input methods write ＝ and −,
which Excel takes for = and - as well. An apostrophe in front makes it text. It is doubled where
there is one already, so that what was written is read back unchanged.
"""

import re

_SKIPPED = r"[\s\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff]*"
_TRIGGER = r"[=+\-@|%＝＋－−﹣﹢﹦＠｜％]"
_DANGEROUS = re.compile(f"'*{_SKIPPED}{_TRIGGER}|'*[\t\r\n]")
_WRITTEN = re.compile(f"'+{_SKIPPED}{_TRIGGER}|'+[\t\r\n]")


def as_written(text: str) -> str:
    """A cell of a CSV file that no spreadsheet takes for a formula."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def as_text(cell: str) -> str:
    """What `as_written` made a cell of."""
    return cell[1:] if cell[:1] == "'" and _WRITTEN.match(cell) else cell
