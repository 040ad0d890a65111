"""The indicators over HTTP, by concern."""

from services.indicators.api import checks, figures, fiscal_years, lineage, review, words

ROUTERS = [
    figures.router,
    lineage.router,
    checks.router,
    fiscal_years.router,
    words.router,
    review.router,
]
