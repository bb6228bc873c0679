"""Conversations over HTTP, on a real server on loopback."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ipqa.answering.answer import Answer
from ipqa.assistant import Assistant
from ipqa.records.conversations import ConversationStore
from ipqa.records.database import Database
from ipqa.settings import Settings
from tests.parts import records_at
from tests.server.running import running

STARTED = "海藻の養殖はいつ始まりましたか"
GREW = "2024年の出荷量は増えましたか"
WHY = "それはなぜですか"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("records") / "records.sqlite3"


@pytest.fixture(scope="module")
def client(
    small_settings: Settings, small_assistant: Assistant, records: Path
) -> Iterator[httpx.Client]:
    settings = small_settings.model_copy(update={"database_url": records_at(records)})
    with running(settings, lambda _: small_assistant) as client:
        yield client


@pytest.fixture
def conversation(client: httpx.Client) -> str:
    """The id of a new conversation."""
    return str(client.post("/api/conversations", json={"title": "海藻の養殖"}).json()["id"])


def ask(client: httpx.Client, conversation: str, question: str, **more: object) -> dict[str, Any]:
    body = {"question": question, "conversation": conversation, **more}
    response = client.post("/api/ask", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def kept(client: httpx.Client, conversation: str) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = client.get(f"/api/conversations/{conversation}").json()["turns"]
    return turns


def test_a_conversation_is_started_listed_renamed_and_deleted(client: httpx.Client) -> None:
    started = client.post("/api/conversations", json={"title": "　養殖の始まり "})
    summary = started.json()
    address = f"/api/conversations/{summary['id']}"
    assert started.status_code == 201
    assert (summary["title"], summary["turns"]) == ("養殖の始まり", 0)
    assert client.get("/api/conversations").json()["conversations"][0] == summary
    renamed = client.patch(address, json={"title": "養殖の年表"})
    assert renamed.json() == summary | {"title": "養殖の年表"}
    assert client.get(address).json() == renamed.json() | {"turns": []}
    deleted = client.delete(address)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.get(address).status_code == 404
    listed = client.get("/api/conversations").json()["conversations"]
    assert summary["id"] not in [each["id"] for each in listed]


def test_an_answer_is_kept_as_it_was_given(client: httpx.Client, conversation: str) -> None:
    answer = ask(client, conversation, STARTED)
    (turn,) = kept(client, conversation)
    assert (turn["question"], turn["answer"]) == (STARTED, answer)


def test_conversations_are_searched_by_what_was_said(
    client: httpx.Client, conversation: str
) -> None:
    ask(client, conversation, "乾燥機(DRY-2)は一時間にどれだけ乾かせますか")
    for search in ("ｄｒｙ－２", "５０キログラム", "海藻 乾燥機"):
        found = client.get("/api/conversations", params={"search": search}).json()
        assert [each["id"] for each in found["conversations"]] == [conversation]
    found = client.get("/api/conversations", params={"search": "乾燥機 存在しない語"}).json()
    assert found["conversations"] == []


def test_a_follow_up_is_read_against_what_is_kept(client: httpx.Client, conversation: str) -> None:
    ask(client, conversation, GREW)
    followed = ask(client, conversation, WHY)
    assert followed["interpreted_as"] == "2024年の出荷量はなぜ増えましたか？"
    assert [turn["question"] for turn in kept(client, conversation)] == [GREW, WHY]
    assert client.post("/api/ask", json={"question": WHY}).json()["interpreted_as"] is None


def test_a_question_put_anew_is_read_against_what_stands_before_it(
    client: httpx.Client, conversation: str
) -> None:
    for question in (GREW, STARTED, "選別台はありますか"):
        ask(client, conversation, question)
    followed = ask(client, conversation, WHY, position=1)
    assert followed["interpreted_as"] == "2024年の出荷量はなぜ増えましたか？"
    assert [turn["question"] for turn in kept(client, conversation)] == [GREW, WHY]
    first = ask(client, conversation, WHY, position=0)
    assert first["interpreted_as"] is None
    assert [turn["question"] for turn in kept(client, conversation)] == [WHY]


def test_a_long_conversation_goes_on(
    client: httpx.Client, conversation: str, records: Path, small_assistant: Assistant
) -> None:
    store = ConversationStore(Database(f"sqlite:///{records}"))
    answer = small_assistant.ask(STARTED)
    for _ in range(60):
        store.add_turn(conversation, STARTED, answer)
    ask(client, conversation, GREW)
    assert ask(client, conversation, WHY)["interpreted_as"] == "2024年の出荷量はなぜ増えましたか？"
    assert len(kept(client, conversation)) == 62


def test_an_answer_that_is_streamed_is_kept_too(client: httpx.Client, conversation: str) -> None:
    ask(client, conversation, GREW)
    body = {"question": WHY, "conversation": conversation}
    with client.stream("POST", "/api/ask/stream", json=body) as response:
        *_, last = [line for line in response.iter_lines() if line.startswith("data: ")]
    answer = Answer.model_validate(json.loads(last.removeprefix("data: ")))
    assert answer.interpreted_as == "2024年の出荷量はなぜ増えましたか？"
    turn = kept(client, conversation)[1]
    assert Answer.model_validate(turn["answer"]) == answer


def test_a_question_at_fault_is_not_kept(client: httpx.Client, conversation: str) -> None:
    ask(client, conversation, STARTED)
    for path in ("/api/ask", "/api/ask/stream"):
        body = {"question": "？！", "conversation": conversation, "position": 0}
        assert client.post(path, json=body).status_code == 422
    assert [turn["question"] for turn in kept(client, conversation)] == [STARTED]


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "見つかりません"), ("en", "no conversation")]
)
def test_an_unknown_conversation_is_a_problem_in_both_languages(
    client: httpx.Client, language: str, words: str
) -> None:
    headers = {"accept-language": language}
    body = {"question": STARTED, "conversation": "nowhere"}
    for response in (
        client.get("/api/conversations/nowhere", headers=headers),
        client.patch("/api/conversations/nowhere", json={"title": "題"}, headers=headers),
        client.delete("/api/conversations/nowhere", headers=headers),
        client.post("/api/ask", json=body, headers=headers),
        client.post("/api/ask/stream", json=body, headers=headers),
    ):
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["type"].endswith("UnknownConversation")
        assert words in response.json()["detail"]
        assert "nowhere" in response.json()["detail"]


@pytest.mark.parametrize(
    "change",
    [
        {"history": [{"question": GREW}]},
        {"position": -1},
        {"conversation": None, "position": 0},
        {"conversation": 7},
    ],
)
@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream"])
def test_a_request_that_contradicts_itself_is_invalid(
    client: httpx.Client, conversation: str, path: str, change: dict[str, object]
) -> None:
    body = {"question": STARTED, "conversation": conversation} | change
    response = client.post(path, json=body)
    assert response.status_code == 422
    assert response.json()["type"].endswith("InvalidRequest")
    assert kept(client, conversation) == []


def test_an_empty_history_may_stand_beside_a_conversation(
    client: httpx.Client, conversation: str
) -> None:
    ask(client, conversation, GREW, history=[])
    assert ask(client, conversation, WHY, history=[])["interpreted_as"] is not None


def test_half_an_emoji_loses_no_question_and_is_no_id(
    client: httpx.Client, conversation: str
) -> None:
    for given, status in ((conversation, 200), ("\\ud83d", 404)):
        response = client.post(
            "/api/ask",
            content=f'{{"question": "出荷量は\\ud83d", "conversation": "{given}"}}',
            headers={"content-type": "application/json"},
        )
        assert response.status_code == status
    assert [turn["question"] for turn in kept(client, conversation)] == ["出荷量は\ufffd"]


@pytest.mark.parametrize("title", ["", "　\n", "長" * 201, None, 7])
def test_a_title_that_is_none_is_invalid(
    client: httpx.Client, conversation: str, title: object
) -> None:
    for response in (
        client.post("/api/conversations", json={"title": title}),
        client.patch(f"/api/conversations/{conversation}", json={"title": title}),
    ):
        assert response.status_code == 422
        assert response.json()["type"].endswith("InvalidRequest")


def test_a_search_has_a_limit(client: httpx.Client) -> None:
    for length, status in ((200, 200), (201, 422)):
        params = {"search": "長" * length}
        assert client.get("/api/conversations", params=params).status_code == status


def test_questions_at_the_same_time_are_all_kept(client: httpx.Client, conversation: str) -> None:
    threads = [threading.Thread(target=ask, args=(client, conversation, STARTED)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept(client, conversation)) == 8


def test_a_server_that_keeps_no_conversations_says_so_and_answers_all_the_same(
    small_settings: Settings, small_assistant: Assistant, tmp_path: Path
) -> None:
    settings = small_settings.model_copy(
        update={
            "keep_conversations": False,
            "database_url": records_at(tmp_path / "records.sqlite3"),
        }
    )
    with running(settings, lambda _: small_assistant) as client:
        for response in (
            client.get("/api/conversations"),
            client.post("/api/conversations", json={"title": "海藻の養殖"}),
            client.get("/api/conversations/any"),
            client.patch("/api/conversations/any", json={"title": "海藻の養殖"}),
            client.delete("/api/conversations/any"),
            client.post("/api/ask", json={"question": STARTED, "conversation": "any"}),
        ):
            assert response.status_code == 404
            assert response.json()["type"].endswith("ConversationsOff")
        body = {"question": WHY, "history": [{"question": GREW}]}
        assert client.post("/api/ask", json=body).json()["interpreted_as"] is not None
    assert not (tmp_path / "records.sqlite3").exists()
