"""Who is looking: login against the OpenID Connect issuer, the session cookie, and forged posts.

The signed cookie holds the access token, so that a page acts with the very token a program would.
Every form carries the session's own secret (CSRF); what was typed is never lost to a login that
has run out: the page that says so carries it.
"""

import hmac
import secrets
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx
from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from joserfc.errors import JoseError
from starlette.datastructures import FormData
from starlette.middleware.sessions import SessionMiddleware

from chassis.auth import Principal
from chassis.problems import Problem
from chassis.settings import PLACEHOLDER, Settings

SESSION_COOKIE = "kasane_portal"
HINT_COOKIE = "kasane_portal_hint"
"""Holds the ID token, sent to the logout page alone: it tells the issuer whose session ends."""
SESSION_SECONDS = 12 * 3600
"""Longer than a token lives: who comes back finds the page that was left."""
CSRF_FIELD = "_csrf"


@dataclass(frozen=True)
class Viewer:
    """The person at the browser, and the token the portal shows on their behalf."""

    principal: Principal
    token: str

    @property
    def name(self) -> str:
        return self.principal.name or self.principal.sub


class LoginNeededError(Exception):
    """Nobody is logged in, or not any more. `form` is what was posted."""

    def __init__(self, form: FormData | None = None) -> None:
        super().__init__("login needed")
        self.form = form


class StaleFormError(Exception):
    """A form of an earlier session of the same site: shown again, to be sent again."""

    def __init__(self, form: FormData) -> None:
        super().__init__("stale form")
        self.form = form


class LoginFailedError(Exception):
    """The login did not begin in this browser, or the issuer refused it."""


@dataclass(frozen=True)
class Submission:
    """A form that this person's own page has sent."""

    viewer: Viewer
    form: FormData

    def text(self, name: str) -> str:
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""


async def viewer(request: Request) -> Viewer:
    """Who is logged in. Raises LoginNeededError; Problem 503 where the issuer's keys are away."""
    token = request.session.get("token")
    if not token:
        raise LoginNeededError
    try:
        principal = await request.app.state.context.verifier.verify(token)
    except Problem as problem:
        if problem.status == 401:
            raise LoginNeededError from problem
        raise
    if principal.kind != "person":
        raise LoginNeededError
    found = Viewer(principal, token)
    request.state.viewer = found
    return found


async def submission(request: Request) -> Submission:
    """A posted form. Raises LoginNeededError or StaleFormError with it, or Problem 403."""
    form = await request.form()
    try:
        who = await viewer(request)
    except LoginNeededError as error:
        raise LoginNeededError(_own_form(request, form)) from error
    sent = form.get(CSRF_FIELD, "")
    if not isinstance(sent, str) or not hmac.compare_digest(
        sent.encode(), csrf_token(request).encode()
    ):
        raise StaleFormError(_own_form(request, form))
    return Submission(who, form)


Looking = Annotated[Viewer, Depends(viewer)]
Sent = Annotated[Submission, Depends(submission)]


def csrf_token(request: Request) -> str:
    """The secret of this browser's session; a form without it is refused."""
    token: str = request.session.setdefault("csrf", secrets.token_urlsafe(24))
    return token


def _own_form(request: Request, form: FormData) -> FormData:
    """The form, if a page of this site sent it. Raises Problem 403: another site's is not shown."""
    site = request.headers.get("sec-fetch-site", "")
    if site not in ("same-origin", "none"):
        raise Problem(
            403,
            "form-not-ours",
            ja="この送信は受け付けられません。画面を開き直してから、もう一度お試しください",
            en="This form was not sent from a page of this portal",
        )
    return form


class Login:
    """The login, its return, and the end of the session."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._public = settings.public_url.rstrip("/")
        oauth = OAuth()
        oauth.register(
            "issuer",
            server_metadata_url=f"{settings.issuer_url}/.well-known/openid-configuration",
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
        )
        self._issuer: Any = oauth.issuer
        self._secure = self._public.startswith("https:")

    def install(self, app: FastAPI) -> None:
        """Adds the signed session cookie and the login's pages."""
        secret = self._settings.session_secret.get_secret_value()
        app.add_middleware(
            SessionMiddleware,
            # Nobody may sign cookies with a secret that stands in the source.
            secret_key=secrets.token_urlsafe(32) if secret == PLACEHOLDER else secret,
            session_cookie=SESSION_COOKIE,
            max_age=SESSION_SECONDS,
            same_site="lax",
            https_only=self._secure,
        )
        router = APIRouter()
        router.add_api_route("/login", self.log_in, methods=["GET"])
        router.add_api_route("/login/callback", self.logged_in, methods=["GET"])
        router.add_api_route("/logout", self.log_out, methods=["POST"])
        app.include_router(router)

    async def log_in(self, request: Request, next: str = "/") -> Response:
        """Sends the browser to the issuer. Raises Problem 503 while the issuer is away."""
        request.session["next"] = own_path(next)
        try:
            response: Response = await self._issuer.authorize_redirect(
                request, f"{self._public}/login/callback"
            )
        except (httpx.HTTPError, ValueError) as error:
            raise _away() from error
        return response

    async def logged_in(self, request: Request) -> Response:
        """Takes the browser back to the page it had asked for. Raises LoginFailedError."""
        try:
            granted = await self._issuer.authorize_access_token(request)
        except (OAuthError, JoseError, ValueError, KeyError) as error:
            raise LoginFailedError from error
        except httpx.HTTPError as error:
            raise _away() from error
        before = dict(request.session)
        request.session.clear()
        who = granted["userinfo"]["sub"]
        # The same person again: forms that are still open in this browser stay good.
        if before.get("sub") == who and "csrf" in before:
            request.session["csrf"] = before["csrf"]
        request.session.update(token=granted["access_token"], sub=who)
        response = RedirectResponse(own_path(str(before.get("next", "/"))), status_code=303)
        if "id_token" in granted:
            response.set_cookie(
                HINT_COOKIE,
                granted["id_token"],
                max_age=SESSION_SECONDS,
                path="/logout",
                httponly=True,
                samesite="lax",
                secure=self._secure,
            )
        return response

    async def log_out(self, request: Request, sent: Sent) -> Response:
        """Forgets the browser here, and leads on to the issuer to end the session there too."""
        request.session.clear()
        try:
            metadata = await request.app.state.context.issuer.metadata()
            target = metadata["end_session_endpoint"]
        except (Problem, KeyError):
            target = ""
        wanted = {
            "client_id": self._settings.client_id,
            "post_logout_redirect_uri": f"{self._public}/",
        }
        if hint := request.cookies.get(HINT_COOKIE):
            wanted["id_token_hint"] = hint
        leads_to = f"{target}?{urlencode(wanted)}" if target else "/"
        response = RedirectResponse(leads_to, status_code=303)
        response.delete_cookie(HINT_COOKIE, path="/logout")
        return response


def own_path(target: str) -> str:
    """A path of this site; anything else could lead the browser elsewhere."""
    safe = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if safe and not target.startswith(("/login", "/logout")) else "/"


def _away() -> Problem:
    return Problem(
        503,
        "login-unavailable",
        ja="ログイン基盤に接続できません。しばらくしてからやり直してください",
        en="The login issuer cannot be reached; try again later",
    )
