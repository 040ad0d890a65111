"""Coordination over HTTP: cases, the worklist, and what people do."""

from services.coordination.api import (
    acts,
    cases,
    meetings,
    operations,
    papers,
    reassignments,
    referrals,
    search,
    tasks,
)

ROUTERS = (
    search.router,
    cases.router,
    tasks.router,
    acts.router,
    operations.router,
    papers.router,
    reassignments.router,
    meetings.router,
    referrals.router,
)
