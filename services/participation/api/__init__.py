"""Participation's HTTP API, one module per resource."""

from services.participation.api import (
    activities,
    candidates,
    courses,
    day_sheets,
    food,
    food_drives,
    groups,
    imports,
    issue_groups,
    issues,
    learners,
    pantries,
    photos,
    placements,
    resources,
    supports,
    venues,
    volunteers,
)

# The files come before the resources: their addresses would be taken for ids.
ROUTERS = (
    imports.router,
    photos.router,
    resources.router,
    candidates.router,
    placements.router,
    venues.router,
    day_sheets.router,
    groups.router,
    activities.router,
    supports.router,
    volunteers.router,
    food_drives.router,
    food.router,
    pantries.router,
    issues.router,
    issue_groups.router,
    courses.router,
    learners.router,
)
