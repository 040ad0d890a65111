"""Participation's HTTP API, one module per resource."""

from services.participation.api import candidates, placements, resources

ROUTERS = (resources.router, candidates.router, placements.router)
