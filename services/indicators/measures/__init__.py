"""What is counted, as data: `measures.json`, read and checked by `measure`."""

from services.indicators.measures.measure import (
    Arithmetic,
    Counted,
    Measure,
    Measures,
    Question,
    Source,
    counted,
    load_measures,
)

__all__ = [
    "Arithmetic",
    "Counted",
    "Measure",
    "Measures",
    "Question",
    "Source",
    "counted",
    "load_measures",
]
