"""Alembic's entry to intake's tables."""

from chassis.migrate import run_env
from services.intake.models import Table

run_env(Table.metadata)
