"""Answers handed on as files, on a real server on loopback."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import docx
import httpx
import pytest

from ipqa.settings import Settings
from tests.parts import records_at
from tests.server.running import running

QUESTION = "海藻の養殖はいつ始まりましたか"


@pytest.fixture(scope="module")
def client(
    small_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    kept = tmp_path_factory.mktemp("server") / "records.sqlite3"
    with running(small_settings.model_copy(update={"database_url": records_at(kept)})) as client:
        yield client


@pytest.fixture(scope="module")
def body(client: httpx.Client) -> dict[str, Any]:
    answer = client.post("/api/ask", json={"question": QUESTION}).json()
    exchanges = [{"question": QUESTION, "answer": answer}]
    return {"title": "海藻事業の調査", "format": "markdown", "exchanges": exchanges}


def name_of(response: httpx.Response) -> str:
    kind, _, name = response.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert kind == "attachment"
    return unquote(name)


@pytest.mark.parametrize(
    ("kind", "media_type", "extension"),
    [
        ("markdown", "text/markdown; charset=utf-8", "md"),
        ("text", "text/plain; charset=utf-8", "txt"),
    ],
)
def test_an_answer_comes_back_as_a_file_of_text_with_links_to_this_server(
    client: httpx.Client, body: dict[str, Any], kind: str, media_type: str, extension: str
) -> None:
    response = client.post("/api/exports", json=body | {"format": kind})
    assert response.status_code == 200
    assert response.headers["content-type"] == media_type
    assert name_of(response) == f"海藻事業の調査.{extension}"
    (cited, *_) = body["exchanges"][0]["answer"]["citations"]
    assert cited["quote"] in response.text
    assert f"{client.base_url}/r/seaweed#s={cited['start']}-{cited['end']}&e=" in response.text


def test_an_answer_comes_back_as_a_word_file(client: httpx.Client, body: dict[str, Any]) -> None:
    response = client.post("/api/exports", json=body | {"format": "word"})
    assert response.headers["content-type"].endswith("wordprocessingml.document")
    assert name_of(response) == "海藻事業の調査.docx"
    title, question, *_ = docx.Document(BytesIO(response.content)).paragraphs
    assert (title.text, question.text) == ("海藻事業の調査", f"質問1：{QUESTION}")


def test_headings_are_in_the_language_that_is_asked_for(
    client: httpx.Client, body: dict[str, Any]
) -> None:
    english = client.post("/api/exports", json=body, headers={"accept-language": "en"}).text
    assert f"## Question 1: {QUESTION}" in english
    assert "### Sources" in english
    assert "### 出典" in client.post("/api/exports", json=body).text


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "-..-etc-passwd.md"),
        ("売上:2025年\r\nX-Evil: 1", "売上-2025年 X-Evil- 1.md"),
        (" . ", "answers.md"),
        ("報告" * 100, "報告" * 33 + ".md"),
    ],
)
def test_a_title_becomes_a_name_that_every_file_system_takes(
    client: httpx.Client, body: dict[str, Any], title: str, name: str
) -> None:
    response = client.post("/api/exports", json=body | {"title": title})
    assert name_of(response) == name
    assert "x-evil" not in response.headers


def test_what_an_answer_has_besides_is_ignored(client: httpx.Client, body: dict[str, Any]) -> None:
    (exchange,) = body["exchanges"]
    more = exchange | {"answer": exchange["answer"] | {"added_later": 1}}
    assert client.post("/api/exports", json=body | {"exchanges": [more]}).status_code == 200


def test_a_body_that_cannot_be_handed_on_is_a_problem(
    client: httpx.Client, body: dict[str, Any]
) -> None:
    (exchange,) = body["exchanges"]
    nowhere = exchange | {"answer": exchange["answer"] | {"citations": []}}
    wrongs: list[dict[str, Any]] = [
        {"exchanges": []},
        {"exchanges": [exchange] * 201},
        {"exchanges": [nowhere]},
        {"exchanges": [{"question": QUESTION}]},
        {"format": "pdf"},
        {"title": ""},
        {"extra": 1},
    ]
    for wrong in wrongs:
        response = client.post("/api/exports", json=body | wrong)
        assert response.status_code == 422, wrong
        assert response.headers["content-type"] == "application/problem+json"
