"""The embedded login issuer: whoever holds the right secret gets the right token, nobody else."""

import base64
import hashlib
import json
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from pydantic import SecretStr

from chassis.settings import Settings
from deploy.embedded.issuer import create_app

ISSUER = "http://door.test/issuer"
CALLBACK = "http://door.test/login/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")

CLIENTS = {
    "kasane-portal": {
        "secret": "portal-secret",
        "kind": "person",
        "roles": [],
        "channels": [],
        "agency": None,
        "redirect_uris": [CALLBACK],
    },
    "frontline-elderly": {
        "secret": "frontline:secret/1",
        "kind": "frontline",
        "roles": [],
        "channels": ["elderly-consultation"],
        "agency": "hokatsu",
        "redirect_uris": [],
    },
}
USERS: dict[str, dict[str, Any]] = {
    "coordinator": {
        "password": "correct horse",
        "name": "調整 花子",
        "roles": ["coordinator"],
        "agency": None,
    }
}


class Clock:
    """Seconds since 1970, moved by hand. Starts at a fixed instant."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Issuer:
    """An issuer, a browser in front of it, and its clock."""

    browser: httpx.AsyncClient
    clock: Clock

    def request(self, **changes: str) -> dict[str, str]:
        return {
            "client_id": "kasane-portal",
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid profile",
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": CHALLENGE.decode(),
            "code_challenge_method": "S256",
        } | changes

    async def log_in(
        self, password: str = USERS["coordinator"]["password"], **changes: str
    ) -> httpx.Response:
        form = {"username": "coordinator", "password": password} | self.request(**changes)
        return await self.browser.post("/issuer/authorize", data=form)

    async def code(self) -> str:
        answer = await self.log_in()
        assert answer.status_code == 303, answer.text
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    async def redeem(self, code: str, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        } | changes
        secret = ("kasane-portal", "portal-secret")
        return await self.browser.post("/issuer/token", data=form, auth=secret)

    async def claims(self, token: str) -> dict[str, object]:
        keys = KeySet.import_key_set((await self.browser.get("/issuer/jwks")).json())
        return jwt.decode(token, keys, algorithms=["RS256"]).claims


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    (tmp_path / "clients.json").write_text(json.dumps(CLIENTS))
    (tmp_path / "users.json").write_text(json.dumps(USERS))
    monkeypatch.setenv("KASANE_ISSUER_CLIENTS", str(tmp_path / "clients.json"))
    monkeypatch.setenv("KASANE_ISSUER_USERS", str(tmp_path / "users.json"))
    monkeypatch.setenv("KASANE_ISSUER_KEY", str(tmp_path / "keys" / "issuer.pem"))
    return Settings(profile="embedded", issuer_url=ISSUER)


@pytest.fixture
async def issuer(settings: Settings) -> AsyncIterator[Issuer]:
    clock = Clock()
    transport = httpx.ASGITransport(create_app(settings, clock=clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://door.test") as browser:
        yield Issuer(browser, clock)


def test_it_refuses_to_start_in_the_production_profile(settings: Settings) -> None:
    secret = SecretStr("a real one")
    production = Settings(
        profile="production",
        payload_keys=secret,
        master_keys=secret,
        client_secret=secret,
        session_secret=secret,
    )
    with pytest.raises(RuntimeError, match="production"):
        create_app(production)


async def test_discovery_names_the_issuer_and_its_endpoints(issuer: Issuer) -> None:
    facts = (await issuer.browser.get("/issuer/.well-known/openid-configuration")).json()
    assert facts["issuer"] == ISSUER
    assert facts["code_challenge_methods_supported"] == ["S256"]
    assert (await issuer.browser.get(facts["jwks_uri"])).json()["keys"][0]["kty"] == "RSA"
    assert (await issuer.browser.get("/issuer/health/ready")).json()["service"] == "issuer"


async def test_a_person_logs_in_and_the_client_learns_who_it_is(issuer: Issuer) -> None:
    page = await issuer.browser.get("/issuer/authorize", params=issuer.request())
    assert page.status_code == 200
    assert '<html lang="ja">' in page.text
    assert '<label for="username">' in page.text
    assert "correct horse" not in page.text

    answer = await issuer.log_in()
    sent_back = urlsplit(answer.headers["location"])
    assert answer.headers["location"].startswith(CALLBACK + "?")
    assert parse_qs(sent_back.query)["state"] == ["state-1"]

    tokens = (await issuer.redeem(parse_qs(sent_back.query)["code"][0])).json()
    access = await issuer.claims(tokens["access_token"])
    now = int(issuer.clock.now)
    assert access["iss"] == ISSUER
    assert access["aud"] == "kasane"
    assert access["sub"] == "coordinator"
    assert access["kind"] == "person"
    assert access["name"] == "調整 花子"
    assert access["roles"] == ["coordinator"]
    assert access["exp"] == now + 8 * 3600
    identity = await issuer.claims(tokens["id_token"])
    assert identity["aud"] == "kasane-portal"
    assert identity["nonce"] == "nonce-1"
    assert identity["roles"] == ["coordinator"]

    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = (await issuer.browser.get("/issuer/userinfo", headers=bearer)).json()
    assert told["name"] == "調整 花子"


async def test_userinfo_refuses_what_is_no_live_access_token(issuer: Issuer) -> None:
    tokens = (await issuer.redeem(await issuer.code())).json()
    for token in ("", "nonsense", tokens["id_token"], tokens["access_token"][:-4] + "AAAA"):
        refused = await issuer.browser.get(
            "/issuer/userinfo", headers={"Authorization": f"Bearer {token}"}
        )
        assert refused.status_code == 401
    issuer.clock.now += 8 * 3600 + 1
    expired = await issuer.browser.get(
        "/issuer/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}
    )
    assert expired.status_code == 401


async def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(
    issuer: Issuer,
) -> None:
    wrong = await issuer.log_in("wrong")
    assert wrong.status_code == 401
    assert 'role="alert"' in wrong.text
    assert "利用者名またはパスワードが正しくありません" in wrong.text
    assert 'aria-describedby="error"' in wrong.text
    unknown = await issuer.browser.post(
        "/issuer/authorize", data=issuer.request(username="nobody", password="wrong")
    )
    assert unknown.status_code == 401
    assert "利用者名またはパスワードが正しくありません" in unknown.text


async def test_a_name_locks_after_repeated_failures_and_opens_again(issuer: Issuer) -> None:
    for _ in range(5):
        assert (await issuer.log_in("wrong")).status_code == 401
    locked = await issuer.log_in()
    assert locked.status_code == 429
    assert "15分ほどたってから" in locked.text
    issuer.clock.now += 15 * 60
    assert (await issuer.log_in()).status_code == 303


@pytest.mark.parametrize(
    "address",
    ["http://evil.test/callback", CALLBACK + "/x", CALLBACK + "?a=b", "", "javascript:alert(1)"],
)
async def test_an_unregistered_address_is_never_redirected_to(issuer: Issuer, address: str) -> None:
    asked = await issuer.browser.get(
        "/issuer/authorize", params=issuer.request(redirect_uri=address)
    )
    posted = await issuer.log_in(redirect_uri=address)
    for answer in (asked, posted):
        assert answer.status_code == 400
        assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_request_that_cannot_be_honoured_is_told_to_the_client(
    issuer: Issuer, changes: dict[str, str], error: str
) -> None:
    answer = await issuer.browser.get("/issuer/authorize", params=issuer.request(**changes))
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["error"] == [error]
    assert query["state"] == ["state-1"]


async def test_a_code_is_good_once(issuer: Issuer) -> None:
    code = await issuer.code()
    assert (await issuer.redeem(code)).status_code == 200
    again = await issuer.redeem(code)
    assert again.status_code == 400
    assert again.json() == {"error": "invalid_grant"}


async def test_a_code_grows_old(issuer: Issuer) -> None:
    code = await issuer.code()
    issuer.clock.now += 60
    assert (await issuer.redeem(code)).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    "changes",
    [{"code_verifier": "w" * 64}, {"code_verifier": ""}, {"redirect_uri": "http://door.test/x"}],
)
async def test_a_stolen_code_is_worth_nothing(issuer: Issuer, changes: dict[str, str]) -> None:
    answer = await issuer.redeem(await issuer.code(), **changes)
    assert answer.json() == {"error": "invalid_grant"}


async def test_a_code_of_another_client_is_refused(issuer: Issuer) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": await issuer.code(),
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "client_id": "frontline-elderly",
        "client_secret": "frontline:secret/1",
    }
    answer = await issuer.browser.post("/issuer/token", data=form)
    assert answer.json() == {"error": "invalid_grant"}


async def test_a_frontline_system_gets_a_token_with_its_channels(issuer: Issuer) -> None:
    grant = {"grant_type": "client_credentials"}
    encoded = ("frontline-elderly", "frontline%3Asecret%2F1")
    by_header = await issuer.browser.post("/issuer/token", data=grant, auth=encoded)
    in_form = await issuer.browser.post(
        "/issuer/token",
        data=grant | {"client_id": "frontline-elderly", "client_secret": "frontline:secret/1"},
    )
    for answer in (by_header, in_form):
        assert answer.json()["token_type"] == "Bearer"
        assert answer.headers["cache-control"] == "no-store"
        claims = await issuer.claims(answer.json()["access_token"])
        assert claims["sub"] == "frontline-elderly"
        assert claims["kind"] == "frontline"
        assert claims["channels"] == ["elderly-consultation"]
        assert claims["agency"] == "hokatsu"
        assert claims["exp"] == int(issuer.clock.now) + 3600


@pytest.mark.parametrize(
    "credentials",
    [("frontline-elderly", "wrong"), ("nobody", "wrong"), ("nobody", ""), ("", "")],
)
async def test_a_client_with_a_wrong_secret_gets_nothing(
    issuer: Issuer, credentials: tuple[str, str]
) -> None:
    grant = {"grant_type": "client_credentials"}
    answer = await issuer.browser.post("/issuer/token", data=grant, auth=credentials)
    assert answer.status_code == 401
    assert answer.json() == {"error": "invalid_client"}
    assert "www-authenticate" in answer.headers


async def test_a_login_client_has_no_standing_of_its_own(issuer: Issuer) -> None:
    answer = await issuer.redeem("", grant_type="client_credentials")
    assert answer.json() == {"error": "unauthorized_client"}


async def test_the_password_grant_does_not_exist(issuer: Issuer) -> None:
    answer = await issuer.redeem("x", grant_type="password")
    assert answer.json() == {"error": "unsupported_grant_type"}


async def test_a_second_client_needs_no_second_password_until_the_person_leaves(
    issuer: Issuer,
) -> None:
    tokens = (await issuer.redeem(await issuer.code())).json()
    page = await issuer.browser.get("/issuer/authorize", params=issuer.request())
    assert "調整 花子 として続ける" in page.text
    onward = issuer.request(act="continue")
    assert (await issuer.browser.post("/issuer/authorize", data=onward)).status_code == 303

    left = await issuer.browser.get(
        "/issuer/logout",
        params={
            "id_token_hint": tokens["id_token"],
            "post_logout_redirect_uri": "http://door.test/",
            "state": "s",
        },
    )
    assert left.headers["location"] == "http://door.test/?state=s"
    page = await issuer.browser.post("/issuer/authorize", data=onward)
    assert page.status_code == 200
    assert "として続ける" not in page.text


async def test_nobody_is_logged_out_by_a_link_of_a_stranger(issuer: Issuer) -> None:
    await issuer.code()
    asked = await issuer.browser.get(
        "/issuer/logout",
        params={"client_id": "kasane-portal", "post_logout_redirect_uri": "http://evil.test/"},
    )
    assert asked.status_code == 200
    assert "ログアウトしますか" in asked.text
    assert "evil.test" not in asked.text
    onward = issuer.request(act="continue")
    assert (await issuer.browser.post("/issuer/authorize", data=onward)).status_code == 303
    left = await issuer.browser.post("/issuer/logout", data={"target": "http://evil.test/"})
    assert "ログアウトしました" in left.text
    assert (await issuer.browser.post("/issuer/authorize", data=onward)).status_code == 200


async def test_the_key_is_private_and_outlives_a_restart(
    issuer: Issuer, settings: Settings, tmp_path: Path
) -> None:
    token = (await issuer.redeem(await issuer.code())).json()["access_token"]
    transport = httpx.ASGITransport(create_app(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://door.test") as restarted:
        published = (await restarted.get("/issuer/jwks")).json()
    jwt.decode(token, KeySet.import_key_set(published), algorithms=["RS256"])
    assert set(published["keys"][0]) == {"kty", "n", "e", "kid", "use", "alg"}
    key = tmp_path / "keys" / "issuer.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [file.name for file in key.parent.iterdir()] == ["issuer.pem"]
