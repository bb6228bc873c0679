"""A judge gives its opinion apart from the scores; what is no opinion is counted as none."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from ipqa.answering.answer import Answer
from ipqa.errors import JudgeUnavailable
from ipqa.evaluation.gold import GoldQuestion
from ipqa.evaluation.judge import judge
from ipqa.evaluation.run import Record, record


class _Endpoint(BaseHTTPRequestHandler):
    """Speaks as much of chat completions as is asked of it: it replies with the next of its lines."""

    replies: ClassVar[list[str]] = []
    asked: ClassVar[list[tuple[str, str | None, dict[str, object]]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, self.headers["Authorization"], body))
        reply = {"choices": [{"message": {"content": self.replies.pop(0)}}]}
        raw = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        _Endpoint.asked.clear()
        yield f"http://127.0.0.1:{running.server_port}/v1/"
        running.shutdown()
        thread.join()


def declined(name: str) -> Record:
    question = GoldQuestion(
        id=name, type="unanswerable", question=f"{name}の価格は？", answerable=False
    )
    answer = Answer(
        question="",
        answered=False,
        answer="資料に記載がありません。",
        short_answer=None,
        claims=(),
        citations=(),
        notes=(),
        confidence=0.1,
        reason="not_in_reports",
        mode="extractive",
        timings_ms={},
    )
    return record(question, answer, {})


def test_grades_are_averaged_and_what_is_none_is_named(endpoint: str) -> None:
    _Endpoint.replies[:] = [
        '{"grade": 5, "reason": "正しい"}',
        'よい回答です。```json\n{"grade": 2, "reason": "短い"}\n```',
        "採点できません",
        '{"grade": 9}',
    ]
    found = judge([declined(name) for name in "abcd"], base_url=endpoint, model="m", api_key="k")
    assert [(o.id, o.grade) for o in found.opinions] == [("a", 5), ("b", 2)]
    assert found.without == ["c", "d"]
    assert found.grade is not None
    assert (found.grade.value, found.grade.n) == (3.5, 2)
    path, authorization, body = _Endpoint.asked[0]
    assert (path, authorization, body["model"]) == ("/v1/chat/completions", "Bearer k", "m")
    assert "aの価格は？" in json.dumps(body, ensure_ascii=False)


def test_an_endpoint_that_is_not_there_is_told() -> None:
    with pytest.raises(JudgeUnavailable, match="127"):
        judge([declined("a")], base_url="http://127.0.0.1:1/v1", model="m")


def test_a_run_without_answers_has_no_grade(endpoint: str) -> None:
    assert judge([], base_url=endpoint, model="m").grade is None
