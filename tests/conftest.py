"""What every test may ask for."""

from collections.abc import Iterator

import pytest

from deploy.embedded.postgres import temporary_postgres

pytest_plugins = ["tests.embedded_stack"]


@pytest.fixture(scope="session")
def postgres_admin_url() -> Iterator[str]:
    """The administrator's URL of a real PostgreSQL that lives as long as the test run."""
    with temporary_postgres() as url:
        yield url
