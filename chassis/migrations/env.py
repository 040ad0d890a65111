"""Alembic's entry to the chassis tables, the same in every service's schema."""

from chassis.migrate import run_env
from chassis.tables import CHASSIS_METADATA

run_env(CHASSIS_METADATA)
