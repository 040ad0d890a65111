"""The table as an office keeps it: CSV and Excel for reckoning, PDF as the plan prints it."""

from collections.abc import Callable

from services.indicators.printed.csv_file import as_csv
from services.indicators.printed.paper import TITLES, Paper, stage
from services.indicators.printed.pdf_file import as_pdf
from services.indicators.printed.xlsx_file import as_xlsx

FORMS: dict[str, Callable[[Paper], tuple[bytes, str]]] = {
    "csv": as_csv,
    "xlsx": as_xlsx,
    "pdf": as_pdf,
}
"""By the name of the form: what makes the file, and its media type."""

__all__ = ["FORMS", "TITLES", "Paper", "stage"]
