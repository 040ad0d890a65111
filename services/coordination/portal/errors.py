"""Error pages: what happened, in Japanese, and what to do about it."""

from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from chassis.problems import Problem
from chassis.telemetry import log
from services.coordination.portal.access import (
    CSRF_FIELD,
    LoginFailedError,
    LoginNeededError,
    StaleFormError,
)
from services.coordination.portal.pages import render

ADVICE = {
    400: "前の画面に戻って、もう一度お試しください。",
    403: "必要な場合は、権限のある担当者に依頼するか、別の利用者でログインし直してください。",
    404: "住所(URL)が正しいか確かめるか、作業一覧やケースの一覧から開き直してください。",
    405: "前の画面に戻って、もう一度お試しください。",
    409: "画面を開き直して、今の状態を確かめてください。",
    422: "前の画面に戻って、入力内容を確かめてください。",
    500: "記録できたかを前の画面で確かめてください。続く場合は運用担当に連絡してください。",
    503: "しばらく待ってから、もう一度開いてください。続く場合は運用担当に連絡してください。",
}
TITLES = {
    403: "この画面や操作の権限がありません",
    404: "見つかりません",
    405: "この操作はできません",
    409: "今の状態では行えません",
    422: "入力内容に誤りがあります",
    500: "処理できませんでした",
    503: "ただいま利用できません",
}


def install(app: FastAPI) -> None:
    """Answer every error of the portal with a page."""

    @app.exception_handler(LoginNeededError)
    async def login(request: Request, error: LoginNeededError) -> Response:
        if error.form is not None:
            return _send_again(request, error.form, 401)
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(path)}", status_code=303)

    @app.exception_handler(StaleFormError)
    async def stale(request: Request, error: StaleFormError) -> Response:
        return _send_again(request, error.form, 403)

    @app.exception_handler(LoginFailedError)
    async def login_failed(request: Request, _: LoginFailedError) -> Response:
        return page(request, 400, "ログインできませんでした", retry="/login")

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> Response:
        return page(request, error.status, error.ja)

    @app.exception_handler(RequestValidationError)
    async def no_such_address(request: Request, _: RequestValidationError) -> Response:
        return page(request, 404, TITLES[404])

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        return page(request, error.status_code, TITLES.get(error.status_code, "処理できません"))

    @app.exception_handler(Exception)
    async def failed(request: Request, _: Exception) -> Response:
        return page(request, 500, "処理中に問題が起きました")

    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(ConnectionError)
    async def away(request: Request, error: Exception) -> Response:
        log.warning("the database is away", error=type(error).__name__)
        return page(request, 503, "ただいま処理できません")


def page(request: Request, status: int, said: str, retry: str | None = None) -> Response:
    return render(
        request,
        "error.html",
        status,
        code=status,
        title=TITLES.get(status, said),
        said=said,
        advice=ADVICE.get(status, ADVICE[400]),
        retry=retry,
    )


def _send_again(request: Request, form: FormData, status: int) -> Response:
    """A page that keeps everything that was typed, to be sent once more after the login."""
    kept = [
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name != CSRF_FIELD
    ]
    action = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return render(request, "send_again.html", status, kept=kept, action=action, ended=status == 401)
