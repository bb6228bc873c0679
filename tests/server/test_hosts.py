import pytest

from ipqa.server.hosts import is_answered, is_loopback

NAMES = ["reports.example.jp", "Bunko"]


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8000",
        "localhost.",
        "127.0.0.1",
        "127.0.0.1:8000",
        "[::1]:8000",
        "192.168.1.5:8000",
        "reports.example.jp",
        "REPORTS.example.jp:443",
        "bunko",
    ],
)
def test_addresses_and_known_names_are_answered(host: str) -> None:
    assert is_answered(host, NAMES)


@pytest.mark.parametrize(
    "host",
    [
        "",
        ":8000",
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8000",
        "evil.example.localhost",
        "reports.example.jp.evil.example",
        "sub.reports.example.jp",
        "0x7f000001",
        "2130706433",
        "[::1].evil.example",
        "[evil.example]",
    ],
)
def test_any_other_name_is_not(host: str) -> None:
    assert not is_answered(host, NAMES)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.10", "::1"])
def test_loopback_is_reached_from_this_machine_alone(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "192.168.1.5", "bunko", "localhost.example"])  # noqa: S104
def test_whatever_else_a_server_listens_on_counts_as_beyond(host: str) -> None:
    assert not is_loopback(host)
