"""Any number of rows in one statement, as a single parameter.

A statement whose text does not depend on how many rows there are is compiled and planned once.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ClauseElement, Table, Text, TextClause, bindparam, cast, column, func, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

SENT = "rows"
"""The parameter: a JSON array of objects, by column."""


def sent_rows(table: Table, columns: Iterable[str]) -> Any:
    """The rows in the parameter SENT, with the types that the columns have in the table."""
    return (
        func.jsonb_to_recordset(cast(bindparam(SENT, type_=Text), JSONB))
        .table_valued(*(column(name, table.c[name].type) for name in columns))
        .render_derived(with_types=True)
    )


def in_words(statement: ClauseElement) -> TextClause:
    """A statement as SQL text, to be kept; what it returns needs `columns` to have types.

    SQLAlchemy compiles an insert of PostgreSQL's dialect anew each time, which takes longer than
    to execute it.
    """
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return text(str(statement.compile(dialect=dialect)))
