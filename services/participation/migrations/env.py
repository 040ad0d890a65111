"""Alembic's entry to the tables of participation."""

from chassis.migrate import run_env
from services.participation.models import Table

run_env(Table.metadata)
