"""Intake's HTTP API, one module per resource."""

from services.intake.api import (
    channels,
    corrections,
    finding,
    intakes,
    persons,
    report_lines,
    reports,
)

ROUTERS = (
    channels.router,
    intakes.router,
    corrections.router,
    reports.router,
    report_lines.router,
    persons.router,
    finding.router,
)
