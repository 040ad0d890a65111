"""地域資源見える化: the directory for everybody, read only, without a login and without a map.

Everything that leaves here goes through `published.public_place`: it names what is public, and
nothing else gets out. A confidential place has neither place nor area here, and is not found by
them.
"""

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from chassis.context import Context
from services.participation.public import api, pages

__all__ = ["install"]

HERE = Path(__file__).parent


def install(app: FastAPI, context: Context) -> None:
    """The pages and the API, on participation's application."""
    app.include_router(api.router)
    app.include_router(pages.router)
    app.mount("/places/static", StaticFiles(directory=HERE / "static"), name="places-static")
