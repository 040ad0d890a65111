"""Who may look at traces: people and tokens with the role operator (運用)."""

from collections.abc import Mapping
from typing import Any

import httpx
from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from joserfc.errors import JoseError
from starlette.middleware.sessions import SessionMiddleware

from chassis.auth import TokenVerifier, not_allowed
from chassis.problems import Problem
from chassis.settings import PLACEHOLDER, Settings

ROLE = "operator"
SESSION_SECONDS = 8 * 3600


class LoginNeeded(Exception):
    """Nobody is logged in."""


class NotOperator(Exception):
    """Somebody is logged in who is not an operator."""


class LoginFailed(Exception):
    """The issuer is away, or the login did not begin in this browser."""


class Access:
    """The login of one trace page against the issuer, and the question who is asking."""

    def __init__(self, settings: Settings) -> None:
        secrets = (settings.client_secret, settings.session_secret)
        if any(secret.get_secret_value() == PLACEHOLDER for secret in secrets):
            raise RuntimeError(
                "the trace page needs KASANE_CLIENT_SECRET and KASANE_SESSION_SECRET"
            )
        self._settings = settings
        self._verifier = TokenVerifier(settings)
        oauth = OAuth()
        oauth.register(
            "issuer",
            server_metadata_url=f"{settings.issuer_url}/.well-known/openid-configuration",
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
        )
        self._issuer = oauth.issuer

    def install(self, app: FastAPI) -> None:
        """Adds the signed session cookie and the login's endpoints."""
        app.add_middleware(
            SessionMiddleware,
            secret_key=self._settings.session_secret.get_secret_value(),
            session_cookie="kasane_traces",
            max_age=SESSION_SECONDS,
            path="/traces",
            same_site="lax",
            https_only=self._settings.public_url.startswith("https:"),
        )
        router = APIRouter(prefix="/traces")
        router.add_api_route("/login", self.log_in, methods=["GET"])
        router.add_api_route("/login/callback", self.logged_in, methods=["GET"])
        router.add_api_route("/logout", self.log_out, methods=["POST"])
        app.include_router(router)

    def person(self, request: Request) -> str:
        """The name of the operator whose browser asks. Raises LoginNeeded, NotOperator."""
        session: Mapping[str, Any] = request.session
        if "sub" not in session:
            raise LoginNeeded
        if ROLE not in session.get("roles", ()):
            raise NotOperator
        return str(session.get("name") or session["sub"])

    async def caller(self, request: Request) -> None:
        """Lets an operator's browser or bearer token pass. Raises Problem 401, 403."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            if scheme.lower() != "bearer":
                self.person(request)
            elif not (await self._verifier.verify(token.strip())).has(ROLE):
                raise NotOperator
        except LoginNeeded as error:
            raise Problem(
                401,
                "token-missing",
                ja="認証が必要です",
                en="A login or a bearer token is required",
                headers={"WWW-Authenticate": "Bearer"},
            ) from error
        except NotOperator as error:
            raise not_allowed(needed=[ROLE]) from error

    async def log_in(self, request: Request, next: str = "/traces") -> Response:
        """Sends the browser to the issuer. Raises LoginFailed."""
        request.session.clear()
        request.session["next"] = _own(next)
        callback = f"{self._settings.public_url}/traces/login/callback"
        try:
            response: Response = await self._issuer.authorize_redirect(request, callback)
        except (httpx.HTTPError, ValueError) as error:
            raise LoginFailed from error
        return response

    async def logged_in(self, request: Request) -> Response:
        """Takes the browser back to the page it had asked for. Raises LoginFailed."""
        try:
            token = await self._issuer.authorize_access_token(request)
        except (OAuthError, JoseError, httpx.HTTPError, ValueError) as error:
            request.session.clear()
            raise LoginFailed from error
        who = token["userinfo"]
        target = _own(str(request.session.get("next", "")))
        request.session.clear()
        request.session.update(
            sub=who["sub"], name=who.get("name"), roles=list(who.get("roles", ()))
        )
        return RedirectResponse(target, status_code=303)

    async def log_out(self, request: Request) -> Response:
        """Forgets the browser here, and leads on to the issuer to leave there too."""
        try:
            response: Response = await self._issuer.logout_redirect(
                request,
                post_logout_redirect_uri=f"{self._settings.public_url}/traces",
                client_id=self._settings.client_id,
            )
        except (httpx.HTTPError, ValueError) as error:
            request.session.clear()
            raise LoginFailed from error
        response.status_code = 303
        request.session.clear()
        return response


def _own(target: str) -> str:
    """A path of this page; anything else could lead the browser elsewhere."""
    under = target == "/traces" or target.startswith(("/traces/", "/traces?"))
    return target if under and "\\" not in target and "//" not in target else "/traces"
