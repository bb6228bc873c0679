"""Token buckets, under a clock that the tests turn."""

from hypothesis import given
from hypothesis import strategies as st

from ipqa.server.rates import Buckets


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_may_be_asked_in_a_minute_may_be_asked_at_once_and_no_more() -> None:
    buckets = Buckets(30, Clock())
    assert [buckets.take("田中") for _ in range(30)] == [0] * 30
    assert buckets.take("田中") > 0


def test_whoever_waits_as_long_as_told_is_served() -> None:
    clock = Clock()
    buckets = Buckets(7, clock)
    for _ in range(50):
        wait = buckets.take("田中")
        clock.now += wait
        assert wait == 0 or buckets.take("田中") == 0


def test_to_be_refused_costs_nothing() -> None:
    clock = Clock()
    buckets = Buckets(1, clock)
    assert buckets.take("田中") == 0
    assert {buckets.take("田中") for _ in range(1000)} == {60}
    clock.now += 60
    assert buckets.take("田中") == 0


def test_one_does_not_take_from_another() -> None:
    buckets = Buckets(1, Clock())
    assert [buckets.take(name) for name in ("田中", "佐藤", "田中")] == [0, 0, 60]


@given(st.lists(st.floats(0, 20), min_size=1, max_size=200), st.integers(1, 20))
def test_never_more_than_twice_the_rate_in_any_minute(pauses: list[float], rate: int) -> None:
    clock = Clock()
    buckets = Buckets(rate, clock)
    served = []
    for pause in pauses:
        clock.now += pause
        if buckets.take("田中") == 0:
            served.append(clock.now)
    for start in served:
        assert sum(start <= at < start + 60 for at in served) <= 2 * rate


def test_buckets_that_are_full_again_are_forgotten() -> None:
    clock = Clock()
    buckets = Buckets(5, clock)
    for number in range(10_000):
        buckets.take(f"192.0.2.{number}")
    clock.now += 59
    buckets.take("田中")
    assert len(buckets) == 10_001
    clock.now += 2
    buckets.take("佐藤")
    assert len(buckets) == 2
