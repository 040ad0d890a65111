"""Participation's HTTP API, one module per resource."""

from services.participation.api import candidates, imports, photos, placements, resources

# Before the resources: their files would be taken for ids.
ROUTERS = (
    imports.router,
    photos.router,
    resources.router,
    candidates.router,
    placements.router,
)
