"""The directory in Open Referral HSDS 3.0: written, read, and held against the standard's schemas.

A place is a `service` with everything nested in it. What HSDS has no field for (kinds, features,
capacity, exact recurrences) stands in `attributes` with a taxonomy of this project's own, so that
nothing is lost on the way out and in again. What is private is not in it.
"""

from services.participation.hsds.reading import ForeignServiceError, fields_of
from services.participation.hsds.validation import faults
from services.participation.hsds.writing import service_of

__all__ = ["ForeignServiceError", "faults", "fields_of", "service_of"]
