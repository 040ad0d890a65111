"""Alembic's entry to the tables of the indicators."""

from chassis.migrate import run_env
from services.indicators.models import Table

run_env(Table.metadata)
