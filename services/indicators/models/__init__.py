"""The indicators' tables, by concern; one metadata."""

from services.indicators.models.attention import (
    FigureComment,
    FlaggedFigure,
    Target,
    VenueUsual,
)
from services.indicators.models.fiscal_year import (
    FiscalYear,
    FiscalYearStepRow,
    FrozenFigure,
    FrozenVersion,
    YearCommandRow,
)
from services.indicators.models.ledger import (
    CountedRule,
    DistinctMember,
    LedgerBefore,
    LedgerEntry,
    Tally,
)
from services.indicators.models.table import Table

__all__ = [
    "CountedRule",
    "DistinctMember",
    "FigureComment",
    "FiscalYear",
    "FiscalYearStepRow",
    "FlaggedFigure",
    "FrozenFigure",
    "FrozenVersion",
    "LedgerBefore",
    "LedgerEntry",
    "Table",
    "Tally",
    "Target",
    "VenueUsual",
    "YearCommandRow",
]
