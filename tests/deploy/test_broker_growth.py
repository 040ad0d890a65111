"""When the embedded broker is started afresh because it has grown."""

from deploy.embedded.broker import Growth


def looks(growth: Growth, *sizes: int) -> list[bool]:
    return [growth.is_due(size) for size in sizes]


def test_a_broker_that_stays_small_is_left_alone() -> None:
    assert not any(looks(Growth(limit=100), 0, 0, 10, 50, 99, 99))


def test_a_broker_over_the_limit_is_recycled() -> None:
    assert looks(Growth(limit=100), 0, 0, 60, 120)[-1]


def test_the_outbox_published_once_more_does_not_count_as_growth() -> None:
    assert not any(looks(Growth(limit=100), 40, 150, 300, 300, 310, 599))


def test_growth_beyond_twice_what_was_published_once_more_does() -> None:
    assert looks(Growth(limit=100), 40, 150, 300, 300, 310, 600) == [False] * 5 + [True]
