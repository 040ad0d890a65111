"""The login page: the authorization endpoint (code flow with PKCE), and the end of a session."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates
from joserfc.errors import JoseError
from pydantic import BaseModel, Field

from deploy.embedded.issuer.memory import (
    ATTEMPTS_BEFORE_LOCK,
    LOCK_SECONDS,
    Attempts,
    Codes,
    Grant,
    Login,
    Logins,
)
from deploy.embedded.issuer.registry import Client, Registry
from deploy.embedded.issuer.signing import PERSON_TOKEN_SECONDS, Clock, TokenSigner

COOKIE = "kasane_issuer"
_WRONG = "利用者名またはパスワードが正しくありません。"
_MISSING = "利用者名とパスワードを入力してください。"
_LOCKED = (
    f"続けて{ATTEMPTS_BEFORE_LOCK}回まちがえたため、この利用者名ではしばらくログインできません。"
    f"{LOCK_SECONDS // 60}分ほどたってから、もう一度お試しください。"
)

pages = Jinja2Templates(directory=Path(__file__).parent / "templates")


class AuthorizationRequest(BaseModel):
    """What a client asks for (OpenID Connect Core 1.0, section 3.1.2.1; RFC 7636 for PKCE)."""

    client_id: str = ""
    redirect_uri: str = ""
    response_type: str = ""
    scope: str = ""
    state: str | None = None
    nonce: str | None = None
    prompt: str | None = None
    code_challenge: str = ""
    code_challenge_method: str = ""

    def fault(self) -> tuple[str, str] | None:
        """The OAuth error code and its description when the request cannot be honoured."""
        if self.response_type != "code":
            return "unsupported_response_type", "only the code flow is offered"
        if "openid" not in self.scope.split():
            return "invalid_scope", "scope must contain openid"
        if self.code_challenge_method != "S256" or len(self.code_challenge) != 43:
            return "invalid_request", "a PKCE code_challenge with method S256 is required"
        return None


class LoginForm(AuthorizationRequest):
    """The login page's form: the client's request, carried along, and who logs in."""

    username: Annotated[str, Field(max_length=200)] = ""
    password: Annotated[str, Field(max_length=1000)] = ""
    act: str = "login"


class LoginPages:
    """The pages of one issuer, and what they remember."""

    def __init__(
        self,
        registry: Registry,
        signer: TokenSigner,
        codes: Codes,
        *,
        base: str,
        secure: bool,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._signer = signer
        self._codes = codes
        self._base = base
        self._secure = secure
        self._logins = Logins(clock)
        self._attempts = Attempts(clock)

    def router(self) -> APIRouter:
        """The endpoints `/authorize` and `/logout`."""
        router = APIRouter()
        router.add_api_route("/authorize", self.ask, methods=["GET"])
        router.add_api_route("/authorize", self.decide, methods=["POST"])
        router.add_api_route("/logout", self.leave, methods=["GET"])
        router.add_api_route("/logout", self.left, methods=["POST"])
        return router

    async def ask(
        self, request: Request, wanted: Annotated[AuthorizationRequest, Query()]
    ) -> Response:
        """Shows the login page, or says what is wrong with the client's request."""
        if refusal := self._refuse(request, wanted):
            return refusal
        if wanted.prompt == "none":
            return _back(wanted, error="login_required")
        return self._page(request, wanted)

    async def decide(self, request: Request, form: Annotated[LoginForm, Form()]) -> Response:
        """Checks the password, or takes the login this browser already has, and gives a code."""
        if refusal := self._refuse(request, form):
            return refusal
        if form.act == "continue":
            login = self._login_of(request)
            return self._grant(form, login) if login else self._page(request, form)
        if not form.username or not form.password:
            return self._page(request, form, error=_MISSING, status=400)
        if self._attempts.locked(form.username):
            return self._page(request, form, error=_LOCKED, status=429)
        if self._registry.authenticate_user(form.username, form.password) is None:
            self._attempts.failed(form.username)
            return self._page(request, form, error=_WRONG, status=401)
        self._attempts.succeeded(form.username)
        self._logins.close(request.cookies.get(COOKIE))
        key, login = self._logins.open(form.username)
        response = self._grant(form, login)
        response.set_cookie(
            COOKIE,
            key,
            max_age=PERSON_TOKEN_SECONDS,
            path=self._base or "/",
            httponly=True,
            samesite="lax",
            secure=self._secure,
        )
        return response

    async def leave(
        self,
        request: Request,
        id_token_hint: str = "",
        post_logout_redirect_uri: str = "",
        client_id: str = "",
        state: str | None = None,
    ) -> Response:
        """Ends the session (OpenID Connect RP-Initiated Logout 1.0). Asks the person first when
        the client cannot show that it knows the session."""
        known = self._client_of_hint(id_token_hint)
        client = known or self._registry.clients.get(client_id)
        target = post_logout_redirect_uri
        if client is None or not client.may_return_to(target):
            target = ""
        elif state:
            target = _with_query(target, state=state)
        if known is None and self._login_of(request):
            return self._render(request, "logout.html", {"target": target}, returns_to=target)
        return self._logged_out(request, target)

    async def left(self, request: Request, target: Annotated[str, Form()] = "") -> Response:
        """Ends the session, after the person was asked."""
        clients = self._registry.clients.values()
        allowed = any(client.may_return_to(target) for client in clients)
        return self._logged_out(request, target if allowed else "")

    def _logged_out(self, request: Request, target: str) -> Response:
        self._logins.close(request.cookies.get(COOKIE))
        response: Response
        if target:
            response = RedirectResponse(target, status_code=303)
        else:
            response = self._render(request, "logout.html", {"done": True})
        response.delete_cookie(COOKIE, path=self._base or "/")
        return response

    def _client_of_hint(self, hint: str) -> Client | None:
        try:
            audience = self._signer.read_id_token_hint(hint)["aud"] if hint else ""
        except (JoseError, ValueError, KeyError):
            return None
        return self._registry.clients.get(audience)

    def _refuse(self, request: Request, wanted: AuthorizationRequest) -> Response | None:
        """An answer that ends the login, or None. An unknown client or address is never
        redirected to (RFC 6749, section 4.1.2.1)."""
        client = self._registry.clients.get(wanted.client_id)
        if client is None or wanted.redirect_uri not in client.redirect_uris:
            return self._render(request, "refused.html", {}, status=400)
        fault = wanted.fault()
        return _back(wanted, error=fault[0], error_description=fault[1]) if fault else None

    def _login_of(self, request: Request) -> Login | None:
        return self._logins.find(request.cookies.get(COOKIE))

    def _grant(self, wanted: AuthorizationRequest, login: Login) -> Response:
        code = self._codes.issue(
            Grant(
                username=login.username,
                client_id=wanted.client_id,
                redirect_uri=wanted.redirect_uri,
                code_challenge=wanted.code_challenge,
                nonce=wanted.nonce,
                scope=wanted.scope,
                auth_time=login.auth_time,
            )
        )
        return _back(wanted, code=code)

    def _page(
        self,
        request: Request,
        wanted: AuthorizationRequest,
        *,
        error: str | None = None,
        status: int = 200,
    ) -> Response:
        login = self._login_of(request)
        known = self._registry.users.get(login.username) if login else None
        carried = wanted.model_dump(
            include=set(AuthorizationRequest.model_fields), exclude_none=True
        )
        context = {
            "carried": carried,
            "error": error,
            "username": getattr(wanted, "username", ""),
            "known": known.name if known else None,
        }
        return self._render(
            request, "login.html", context, status=status, returns_to=wanted.redirect_uri
        )

    def _render(
        self,
        request: Request,
        template: str,
        context: dict[str, Any],
        *,
        status: int = 200,
        returns_to: str = "",
    ) -> Response:
        """A page that nothing may frame or script. `returns_to` is where its form may lead in
        the end: browsers hold the redirect that follows a form to form-action too."""
        response = pages.TemplateResponse(
            request, template, context | {"base": self._base}, status_code=status
        )
        parts = urlsplit(returns_to)
        origin = f" {parts.scheme}://{parts.netloc}" if returns_to else ""
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self'{origin}"
        )
        response.headers["Cache-Control"] = "no-store"
        return response


def _back(wanted: AuthorizationRequest, **answer: str) -> Response:
    if wanted.state is not None:
        answer["state"] = wanted.state
    target = _with_query(wanted.redirect_uri, **answer)
    return RedirectResponse(target, status_code=303, headers={"Cache-Control": "no-store"})


def _with_query(address: str, **values: str) -> str:
    separator = "&" if urlsplit(address).query else "?"
    return f"{address}{separator}{urlencode(values)}"
