"""What coordination's tests share: the service without its parts, a desk, and people."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from chassis.context import Context
from services.coordination.app import create_app
from tests.services.conftest import Tokens
from tests.services.coordination.desk import HANAKO, ICHIRO, Desk


@pytest_asyncio.fixture(scope="session")
async def service(served: Any) -> AsyncIterator[tuple[httpx.AsyncClient, Context]]:
    async with served(create_app) as made:
        yield made


@pytest.fixture
def http(service: tuple[httpx.AsyncClient, Context]) -> httpx.AsyncClient:
    return service[0]


@pytest.fixture
def context(service: tuple[httpx.AsyncClient, Context]) -> Context:
    return service[1]


@pytest.fixture
def desk(context: Context) -> Desk:
    return Desk(context)


@pytest.fixture
def hanako(tokens: Tokens) -> dict[str, str]:
    """A 調整担当 of the ward."""
    return tokens.bearer(
        HANAKO, roles=("coordinator",), agency="chiiki-fukushi-omori", name="調整 花子"
    )


@pytest.fixture
def ichiro(tokens: Tokens) -> dict[str, str]:
    """A 係長, who decides."""
    return tokens.bearer(ICHIRO, roles=("manager",), agency="fukushi-kanri", name="決裁 一郎")


@pytest.fixture
def sapota(tokens: Tokens) -> dict[str, str]:
    """Staff of SAPOTA."""
    return tokens.bearer("sapota-1", roles=("agency",), agency="sapota", name="訪問 一子")


@pytest.fixture
def jobota(tokens: Tokens) -> dict[str, str]:
    """Staff of JOBOTA."""
    return tokens.bearer("jobota-1", roles=("agency",), agency="jobota", name="就労 次郎")
