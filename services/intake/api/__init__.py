"""Intake's HTTP API, one module per resource."""

from services.intake.api import (
    channels,
    corrections,
    finding,
    flags,
    households,
    intakes,
    persons,
    report_files,
    report_lines,
    reports,
)

ROUTERS = (
    channels.router,
    intakes.router,
    corrections.router,
    reports.router,
    report_lines.router,
    report_files.router,
    persons.router,
    households.router,
    flags.router,
    finding.router,
)
