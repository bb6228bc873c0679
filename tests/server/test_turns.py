"""So many questions at once, so many in line, and a word in time for whoever comes on top."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import anyio
import httpx
import pytest

from ipqa.assistant import Assistant
from ipqa.errors import ServerBusy
from ipqa.server.turns import Turns
from ipqa.settings import Settings
from tests.server.running import running


async def hold(turns: Turns, begun: list[int], number: int, until: anyio.Event) -> None:
    async with turns.taken():
        begun.append(number)
        await until.wait()


def test_so_many_have_a_turn_and_the_others_get_theirs_in_order() -> None:
    async def main() -> None:
        turns, begun, until = Turns(2, 3), list[int](), anyio.Event()
        async with anyio.create_task_group() as group:
            for number in range(5):
                group.start_soon(hold, turns, begun, number, until)
                await anyio.wait_all_tasks_blocked()
            assert (begun, turns.under_way, turns.waiting) == ([0, 1], 2, 3)
            until.set()
        assert begun == [0, 1, 2, 3, 4]
        assert (turns.under_way, turns.waiting) == (0, 0)

    anyio.run(main)


def test_who_comes_on_top_is_sent_away_at_once() -> None:
    async def main() -> None:
        turns, until = Turns(1, 1), anyio.Event()
        async with anyio.create_task_group() as group:
            for number in range(2):
                group.start_soon(hold, turns, [], number, until)
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(ServerBusy) as refused:
                async with turns.taken():
                    pass
            assert refused.value.details["seconds"] == 5
            assert turns.waiting == 1
            until.set()

    anyio.run(main)


def test_nobody_waits_longer_than_the_longest_wait() -> None:
    async def main() -> None:
        turns, until = Turns(1, 1, longest_wait=0.01), anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(hold, turns, [], 0, until)
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(ServerBusy):
                async with turns.taken():
                    pass
            assert turns.waiting == 0
            until.set()

    anyio.run(main)


def test_a_turn_is_given_back_when_what_had_it_fails() -> None:
    async def main() -> None:
        turns = Turns(1, 0)
        with pytest.raises(ZeroDivisionError):
            async with turns.taken():
                raise ZeroDivisionError
        assert turns.under_way == 0

    anyio.run(main)


ADDRESSES = {
    "/api/ask": {"question": "出荷量は"},
    "/api/ask/stream": {"question": "出荷量は"},
    "/api/search": {"question": "出荷量は"},
    "/api/verify": {"text": "出荷量は増えた。"},
    "/v1/chat/completions": {
        "model": "ipqa",
        "messages": [{"role": "user", "content": "出荷量は"}],
    },
}


@pytest.fixture
def busy(
    small_settings: Settings, small_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> Iterator[httpx.Client]:
    """A server whose only turn is taken, where nobody may wait."""
    settings = small_settings.model_copy(update={"answers_at_once": 1, "answers_waiting": 0})
    begun, go_on, search = Event(), Event(), Assistant.search

    def slow(assistant: Assistant, question: str, k: int, reports: list[str] | None) -> object:
        begun.set()
        go_on.wait(60)
        return search(assistant, question, k, reports)

    monkeypatch.setattr(Assistant, "search", slow)
    with running(settings, lambda _: small_assistant) as client, ThreadPoolExecutor() as beside:
        first = beside.submit(client.post, "/api/search", json={"question": "出荷量は"})
        begun.wait(60)
        yield client
        go_on.set()
        assert first.result().status_code == 200
        assert client.post("/api/ask", json={"question": "出荷量は"}).json()["answered"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_asks_on_top_is_told_when_to_come_again(busy: httpx.Client, address: str) -> None:
    response = busy.post(address, json=ADDRESSES[address])
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) > 0
    if address.startswith("/v1"):
        assert response.json()["error"]["code"] == "rate_limit_exceeded"
    else:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["type"] == "urn:ipqa:problem:ServerBusy"
        assert "混み合っています" in response.json()["detail"]


def test_what_asks_nothing_is_answered_meanwhile(busy: httpx.Client) -> None:
    for address in ("/api/reports", "/api/reports/seaweed/text", "/readyz", "/api/about"):
        assert busy.get(address).status_code == 200
    told = busy.get("/metrics").text
    assert 'ipqa_questions{state="under_way"} 1.0' in told
    assert busy.get("/api/suggestions").status_code == 429
