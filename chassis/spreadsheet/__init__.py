"""Tables that people keep in a spreadsheet, read and written: CSV and .xlsx, never whole in memory.

`read_table` takes what offices really send (UTF-8 with or without BOM, CP932, a file cut in the
middle); `write_csv` and `write_xlsx` write what a spreadsheet opens without harm; `write_mending`
gives back the rows that were refused, each with the column and the reason.
"""

from chassis.spreadsheet.formulas import as_text, as_written
from chassis.spreadsheet.reading import (
    FileProblem,
    RowProblem,
    Table,
    TableRow,
    UnreadableFileError,
    read_table,
)
from chassis.spreadsheet.writing import (
    ADDED,
    Cell,
    Encoding,
    Sheet,
    Unencodable,
    UnencodableError,
    write_csv,
    write_mending,
    write_xlsx,
)

__all__ = [
    "ADDED",
    "Cell",
    "Encoding",
    "FileProblem",
    "RowProblem",
    "Sheet",
    "Table",
    "TableRow",
    "Unencodable",
    "UnencodableError",
    "UnreadableFileError",
    "as_text",
    "as_written",
    "read_table",
    "write_csv",
    "write_mending",
    "write_xlsx",
]
