"""The issuer's web application: discovery, keys, health, and the endpoints beside it."""

import time
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from chassis.settings import Settings
from deploy.embedded.issuer.grants import TokenEndpoint
from deploy.embedded.issuer.login import LoginPages
from deploy.embedded.issuer.memory import Codes
from deploy.embedded.issuer.registry import IssuerFiles, Registry
from deploy.embedded.issuer.signing import ALGORITHM, Clock, TokenSigner, load_or_make_key


def create_app(settings: Settings, *, clock: Clock = time.time) -> FastAPI:
    """The issuer at the path of `settings.issuer_url`. `clock` tells seconds since 1970.

    Raises RuntimeError in the production profile: these are demo logins.
    """
    if settings.profile == "production":
        raise RuntimeError(
            "the built-in login issuer refuses to start in the production profile: "
            "set KASANE_ISSUER_URL to your own OpenID Connect provider"
        )
    files = IssuerFiles()
    registry = Registry.read(files)
    issuer = settings.issuer_url.rstrip("/")
    address = urlsplit(issuer)
    signer = TokenSigner(
        load_or_make_key(files.key), issuer=issuer, audience=settings.audience, clock=clock
    )
    codes = Codes(clock)
    logins = LoginPages(
        registry,
        signer,
        codes,
        base=address.path,
        secure=address.scheme == "https",
        clock=clock,
    )

    app = FastAPI(title="kasane issuer", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(_facts(issuer, signer), prefix=address.path)
    app.include_router(logins.router(), prefix=address.path)
    app.include_router(TokenEndpoint(registry, signer, codes).router(), prefix=address.path)
    app.mount(f"{address.path}/static", StaticFiles(directory=Path(__file__).parent / "static"))
    return app


def _facts(issuer: str, signer: TokenSigner) -> APIRouter:
    router = APIRouter()

    @router.get("/.well-known/openid-configuration")
    async def discovery() -> dict[str, Any]:
        """OpenID Connect Discovery 1.0, section 3."""
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks",
            "end_session_endpoint": f"{issuer}/logout",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "profile"],
            "claims_supported": ["sub", "name", "kind", "roles", "agency", "channels"],
            "ui_locales_supported": ["ja"],
        }

    @router.get("/jwks")
    async def jwks() -> dict[str, Any]:
        return signer.public_keys()

    @router.get("/health/ready")
    async def ready() -> dict[str, Any]:
        return {"service": "issuer", "version": version("kasane"), "checks": {}}

    return router
