"""Alembic's entry to coordination's tables."""

from chassis.migrate import run_env
from services.coordination.models import Table

run_env(Table.metadata)
