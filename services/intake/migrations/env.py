"""Alembic's entry to intake's tables."""

from chassis.migrate import run_env
from services.intake.household_models import Kinship

run_env(Kinship.metadata)
