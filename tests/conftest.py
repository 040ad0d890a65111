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


def pytest_itemcollected(item: pytest.Item) -> None:
    """Side by side run whole files, so that each is set up once; the one stack has one runner."""
    alone = "stack" in getattr(item, "fixturenames", ())
    item.add_marker(pytest.mark.xdist_group("stack" if alone else str(item.path)))
