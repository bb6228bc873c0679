"""API keys over HTTP: who gets in, who may do what, and who sees which reports."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from ipqa.assistant import Assistant
from ipqa.records.database import Database
from ipqa.records.keys import KeyStore, Role
from ipqa.server.guard import API
from ipqa.settings import Settings
from tests.parts import ROOT, SMALL_REPORT, build_small_index, records_at
from tests.server.running import ended, running, upload

BUYOUT = """\
# 白樺乳業の買収計画

## 第1章 交渉

白樺乳業は2026年3月に青海水産の買収を申し入れた。買収額は48億円を見込む。

## 第2章 時期

買収の完了は2027年10月を予定する。
"""

ASK = {"question": "2024年の出荷量は？"}
ABOUT_BUYOUT = "白樺乳業の買収額はいくらですか"
CHAT = {"model": "ipqa", "messages": [{"role": "user", "content": ABOUT_BUYOUT}]}

EVERYBODYS = [
    ("GET", "/api/about", None),
    ("GET", "/api/reports", None),
    ("GET", "/api/reports/seaweed", None),
    ("GET", "/api/reports/seaweed/text", None),
    ("GET", "/api/reports/seaweed/inspection", None),
    ("GET", "/api/suggestions", None),
    ("GET", "/api/conversations", None),
    ("POST", "/api/ask", ASK),
    ("POST", "/api/ask/stream", ASK),
    ("POST", "/api/search", ASK),
    ("POST", "/api/verify", {"text": "2024年の出荷量は1,250トンだった。"}),
    ("GET", "/v1/models", None),
    ("POST", "/v1/chat/completions", CHAT),
]
ADMINS = [
    ("GET", "/api/jobs", None),
    ("GET", "/api/jobs/none", None),
    ("DELETE", "/api/reports/none", None),
    ("POST", "/api/reports", None),
    ("GET", "/api/evaluation", None),
    ("GET", "/api/evaluation/page", None),
]


@dataclass(frozen=True)
class Served:
    """A server, its client without a key, and the keys that were made for it."""

    client: httpx.Client
    settings: Settings

    @property
    def keys(self) -> KeyStore:
        return KeyStore(Database.of(self.settings))

    def made(self, name: str, role: Role = "ask", reports: list[str] | None = None) -> "Bearer":
        """A new key, as it is sent."""
        return Bearer(self.client, self.keys.add(name, role, reports))


@dataclass(frozen=True)
class Bearer:
    """Sends a key with every request."""

    client: httpx.Client
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def send(self, method: str, path: str, body: object = None) -> httpx.Response:
        return self.client.request(method, path, json=body, headers=self.headers)

    def answer(self, question: str) -> dict[str, Any]:
        found: dict[str, Any] = self.send("POST", "/api/ask", {"question": question}).json()
        return found


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an index of two reports. Not to be changed: tests share it."""
    folder = tmp_path_factory.mktemp("both")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    (corpus / "buyout.md").write_text(BUYOUT, encoding="utf-8")
    return build_small_index(corpus, folder / "index")


@pytest.fixture(scope="module")
def whole(both: Settings) -> Assistant:
    return Assistant.open(both)


@contextmanager
def serving(settings: Settings, assistant: Assistant, **changed: object) -> Iterator[Served]:
    settings = settings.model_copy(update=changed)
    with running(settings, lambda _: assistant) as client:
        yield Served(client, settings)


@pytest.fixture
def served(both: Settings, whole: Assistant, tmp_path: Path) -> Iterator[Served]:
    with serving(both, whole, database_url=records_at(tmp_path / "records.sqlite3")) as served:
        yield served


@pytest.fixture(scope="module")
def limited(
    both: Settings, whole: Assistant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bearer]:
    """Somebody who may read the one report and not the other."""
    records = tmp_path_factory.mktemp("limited") / "records.sqlite3"
    with serving(both, whole, database_url=records_at(records)) as served:
        yield served.made("田中", "ask", ["seaweed"])


def problem(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["type"].removeprefix("urn:ipqa:problem:")


def test_without_a_key_in_the_file_everything_is_open_on_this_machine(served: Served) -> None:
    for method, path, body in EVERYBODYS:
        assert served.client.request(method, path, json=body).status_code == 200, path
    assert served.client.get("/api/jobs").status_code == 200
    sent = served.client.get("/api/about", headers={"authorization": "Bearer any"})
    assert (sent.json()["key"], sent.json()["role"]) == (None, "admin")
    assert served.keys.all() == []


def test_as_soon_as_there_is_a_key_it_is_wanted_and_with_the_last_one_no_more(
    served: Served,
) -> None:
    assert served.client.get("/api/reports").status_code == 200
    key = served.made("田中")
    assert problem(served.client.get("/api/reports")) == (401, "KeyNeeded")
    assert key.send("GET", "/api/reports").status_code == 200
    served.keys.remove("田中")
    assert served.client.get("/api/reports").status_code == 200


@pytest.mark.parametrize(("method", "path", "body"), [*EVERYBODYS, *ADMINS])
def test_no_address_of_the_api_answers_without_a_key(
    limited: Bearer, method: str, path: str, body: object
) -> None:
    for headers in ({}, {"authorization": ""}, {"authorization": f"Basic {limited.token}"}):
        response = limited.client.request(method, path, json=body, headers=headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
    wrong = {"authorization": f"Bearer {limited.token}x"}
    assert limited.client.request(method, path, json=body, headers=wrong).status_code == 401


def test_a_refusal_says_what_to_do_in_both_languages(limited: Bearer) -> None:
    japanese = limited.client.get("/api/reports").json()
    english = limited.client.get("/api/reports", headers={"accept-language": "en"}).json()
    assert "ipqa keys add" in japanese["detail"]
    assert "ipqa keys add" in english["detail"]
    assert "キー" in japanese["detail"]
    assert "キー" not in english["detail"]


def test_whatever_does_not_exist_wants_a_key_too(limited: Bearer) -> None:
    for path in ("/api/nowhere", "/api", "/api/", "/v1", "/v1/nowhere"):
        assert limited.client.get(path).status_code == 401
    not_even_json = limited.client.post("/api/ask", content=b"{")
    assert problem(not_even_json) == (401, "KeyNeeded")


def test_a_key_that_was_removed_is_refused_at_once(served: Served) -> None:
    served.made("佐藤")
    key = served.made("田中")
    assert key.send("GET", "/api/about").json()["key"] == "田中"
    served.keys.remove("田中")
    assert problem(key.send("GET", "/api/about")) == (401, "KeyRefused")


def test_the_page_and_the_health_checks_need_no_key_and_tell_nothing(limited: Bearer) -> None:
    assert "<!doctype html>" in limited.client.get("/").text
    for file in (path for path in (ROOT / "web").rglob("*") if path.is_file()):
        address = f"/{file.relative_to(ROOT / 'web').as_posix()}"
        assert limited.client.get(address).content == file.read_bytes()
    assert limited.client.get("/livez").json()["status"] == "ok"
    ready = limited.client.get("/readyz").json()
    assert (ready["status"], ready["generation"], ready["counts"]) == ("ok", None, None)
    assert limited.send("GET", "/readyz").json() == ready


def test_an_admin_is_told_what_is_served(served: Served) -> None:
    ready = served.made("site-admin", "admin").send("GET", "/readyz").json()
    assert ready["counts"]["reports"] == 2


@pytest.mark.parametrize(("method", "path", "body"), EVERYBODYS)
def test_a_key_of_the_role_ask_may_ask(
    limited: Bearer, method: str, path: str, body: object
) -> None:
    assert limited.send(method, path, body).status_code == 200


@pytest.mark.parametrize(("method", "path", "body"), ADMINS)
def test_a_key_of_the_role_ask_changes_nothing(
    limited: Bearer, method: str, path: str, body: object
) -> None:
    assert problem(limited.send(method, path, body)) == (403, "AdminNeeded")


def test_an_admin_adds_and_removes_reports(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    settings = build_small_index(corpus, tmp_path / "index")
    with running(settings) as client:
        served = Served(client, settings)
        admin, reader = served.made("site-admin", "admin"), served.made("田中", "ask", ["seaweed"])
        assert len(reader.send("GET", "/api/reports").json()["reports"]) == 1
        client.headers.update(admin.headers)
        (sent,) = ended(client, upload(client, "buyout.md", BUYOUT))["added"]
        assert {r["id"] for r in client.get("/api/reports").json()["reports"]} == {"seaweed", sent}
        assert reader.answer(ABOUT_BUYOUT)["answered"] is False
        ended(client, client.delete("/api/reports/seaweed"))
        assert problem(reader.send("GET", "/api/reports")) == (403, "NothingToRead")
        assert problem(reader.send("POST", "/api/ask", ASK)) == (403, "NothingToRead")


def test_the_description_of_the_api_tells_how_a_key_is_sent(limited: Bearer) -> None:
    described = limited.client.get("/openapi.json").json()
    assert described["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    wanting = {
        path
        for path, methods in described["paths"].items()
        if all("HTTPBearer" in str(method.get("security")) for method in methods.values())
    }
    assert wanting == {path for path in described["paths"] if path.startswith(API)}


def test_clients_of_openai_are_refused_in_their_own_words(limited: Bearer) -> None:
    refused = limited.client.post("/v1/chat/completions", json=CHAT)
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "invalid_api_key"
    assert limited.send("POST", "/v1/chat/completions", CHAT).status_code == 200


def test_conversations_belong_to_the_key_that_made_them(served: Served) -> None:
    served.client.post("/api/conversations", json={"title": "キーのない会話"})
    tanaka, sato = served.made("田中"), served.made("佐藤")
    admin = served.made("site-admin", "admin")
    started = tanaka.send("POST", "/api/conversations", {"title": "海藻の養殖"}).json()["id"]
    asked = {**ASK, "conversation": started}
    assert tanaka.send("POST", "/api/ask", asked).status_code == 200
    address = f"/api/conversations/{started}"
    for other in (sato, admin):
        assert other.send("GET", "/api/conversations").json()["conversations"] == []
        for method, path, body in (
            ("GET", address, None),
            ("DELETE", address, None),
            ("PATCH", address, {"title": "別の題"}),
            ("POST", "/api/ask", asked),
            ("POST", "/api/ask/stream", asked),
        ):
            assert problem(other.send(method, path, body)) == (404, "UnknownConversation")
    (entry,) = tanaka.send("GET", "/api/conversations").json()["conversations"]
    assert (entry["title"], entry["turns"]) == ("海藻の養殖", 1)


def test_a_report_that_may_not_be_read_is_not_listed_cited_or_counted(limited: Bearer) -> None:
    (entry,) = limited.send("GET", "/api/reports").json()["reports"]
    assert entry["id"] == "seaweed"
    answer = limited.answer(ABOUT_BUYOUT)
    assert answer["answered"] is False
    assert {citation["report"] for citation in answer["citations"]} <= {"seaweed"}
    hits = limited.send("POST", "/api/search", {"question": ABOUT_BUYOUT, "k": 100}).json()["hits"]
    assert {hit["report"] for hit in hits} == {"seaweed"}


def test_a_refusal_does_not_tell_that_another_report_knows_the_name(limited: Bearer) -> None:
    """白樺乳業 stands in the report that may not be read, 赤松乳業 in none."""
    refusals = [limited.answer(f"{name}の2024年の出荷量は？") for name in ("白樺乳業", "赤松乳業")]
    told = [refusal["answer"].replace("白樺", "■").replace("赤松", "■") for refusal in refusals]
    assert told[0] == told[1] == "資料に記載がありません。「■」、「乳業」は資料に出てきません。"
    assert refusals[0]["confidence"] == refusals[1]["confidence"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/reports/{}", None),
        ("GET", "/api/reports/{}/text", None),
        ("GET", "/api/reports/{}/inspection", None),
        ("GET", "/api/suggestions?report={}", None),
        ("POST", "/api/ask", {"question": ABOUT_BUYOUT, "reports": ["{}"]}),
        ("POST", "/api/ask/stream", {"question": ABOUT_BUYOUT, "reports": ["{}"]}),
        ("POST", "/api/search", {"question": ABOUT_BUYOUT, "reports": ["{}"]}),
        ("POST", "/api/verify", {"text": "買収額は48億円である。", "reports": ["{}"]}),
        ("POST", "/v1/chat/completions", {**CHAT, "reports": ["{}"]}),
    ],
)
def test_a_report_that_may_not_be_read_answers_as_one_that_does_not_exist(
    limited: Bearer, method: str, path: str, body: object
) -> None:
    told = []
    for report in ("buyout", "nothing"):
        named = None if body is None else json.loads(json.dumps(body).replace("{}", report))
        response = limited.send(method, path.replace("{}", report), named)
        assert response.status_code == 404
        chance = {"date", "content-length", "x-request-id"}
        headers = {k: v for k, v in response.headers.items() if k not in chance}
        told.append((response.text.replace(report, "■"), headers))
    assert told[0] == told[1]
    assert "buyout" not in told[0][0]
    assert "seaweed" in told[0][0]


def test_questions_to_begin_with_are_of_the_reports_that_may_be_read(
    limited: Bearer, whole: Assistant
) -> None:
    assert any("買収" in question for question in whole.suggestions())
    questions = limited.send("GET", "/api/suggestions").json()["questions"]
    assert questions
    assert not any("買収" in question for question in questions)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "bunko"])  # noqa: S104
def test_beyond_this_machine_a_key_is_wanted_even_when_there_is_none(
    both: Settings, whole: Assistant, tmp_path: Path, host: str
) -> None:
    with serving(
        both, whole, database_url=records_at(tmp_path / "records.sqlite3"), host=host
    ) as served:
        assert problem(served.client.get("/api/reports")) == (401, "KeyNeeded")
        assert served.made("田中").send("GET", "/api/reports").status_code == 200


def test_where_the_keys_cannot_be_read_nobody_gets_in(
    both: Settings, whole: Assistant, tmp_path: Path
) -> None:
    records = tmp_path / "records.sqlite3"
    records.write_bytes(b"no database" * 100)
    with serving(both, whole, database_url=records_at(records)) as served:
        assert problem(served.client.get("/api/reports")) == (503, "RecordsUnavailable")
