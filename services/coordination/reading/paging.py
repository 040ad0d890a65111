"""Keyset paging: a page begins after the last row of the one before, wherever that now stands."""

import base64
import binascii
from datetime import datetime
from uuid import UUID

from chassis.auth import not_allowed
from chassis.problems import Problem


class Cursor:
    """The place of a row: an instant and an id, opaque to the caller."""

    @staticmethod
    def write(at: datetime, row_id: UUID) -> str:
        return base64.urlsafe_b64encode(f"{at.isoformat()}|{row_id}".encode()).decode()

    @staticmethod
    def read(text: str) -> tuple[datetime, UUID]:
        """Raises Problem 422 for a cursor that we never gave."""
        try:
            at, _, row_id = base64.urlsafe_b64decode(text.encode()).decode().partition("|")
            return datetime.fromisoformat(at), UUID(row_id)
        except (ValueError, binascii.Error) as error:
            raise Problem(
                422,
                "invalid",
                ja="続きの位置が正しくありません",
                en="The cursor is not one of ours",
                field="after",
            ) from error


def no_case_work() -> Problem:
    return not_allowed(ja="ケースを扱う権限がありません")
