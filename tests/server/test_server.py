"""The HTTP face, on a real server on loopback."""

import re
import threading
from collections.abc import Iterator

import httpx
import pytest

from ipqa.answering.answer import Answer
from ipqa.assistant import Assistant
from ipqa.errors import IndexBusy, IndexProblem, IpqaError, LastReport, QuestionError
from ipqa.server.problems import status_of
from ipqa.settings import Settings
from tests.parts import ROOT, records_at
from tests.server.running import running, told_events

PAGE = ROOT / "web" / "index.html"


@pytest.fixture(scope="module")
def client(
    small_settings: Settings, small_assistant: Assistant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    kept = tmp_path_factory.mktemp("server") / "records.sqlite3"
    settings = small_settings.model_copy(update={"database_url": records_at(kept)})
    with running(settings, lambda _: small_assistant) as client:
        yield client


def test_an_answer_over_http_is_the_assistants_answer(
    client: httpx.Client, small_assistant: Assistant
) -> None:
    response = client.post("/api/ask", json={"question": "海藻の養殖はいつ始まりましたか"})
    assert response.status_code == 200
    answer = Answer.model_validate(response.json())
    same = small_assistant.ask("海藻の養殖はいつ始まりましたか")
    assert answer.model_dump(exclude={"timings_ms"}) == same.model_dump(exclude={"timings_ms"})


def test_every_quote_stands_in_the_text_that_the_api_hands_out(client: httpx.Client) -> None:
    text = client.get("/api/reports/seaweed/text").text
    for question in (
        "出荷量は",
        "設備にはどんなものがありますか",
        "肥料に使うのはどの地域か",
        "社長は誰か",
    ):
        answer = client.post("/api/ask", json={"question": question}).json()
        assert answer["citations"]
        for citation in answer["citations"]:
            assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_history_and_reports_are_passed_on(client: httpx.Client) -> None:
    body = {
        "question": "それはいつ始まりましたか",
        "reports": ["seaweed"],
        "mode": "extractive",
        "history": [{"question": "海藻の養殖について教えてください", "answer": "…"}],
    }
    assert "2019年4月" in client.post("/api/ask", json=body).json()["answer"]


def test_search_returns_passages_with_their_place_and_scores(client: httpx.Client) -> None:
    hits = client.post("/api/search", json={"question": "南浜の水温", "k": 2}).json()["hits"]
    text = client.get("/api/reports/seaweed/text").text
    assert len(hits) == 2
    assert hits[0]["score"] >= hits[1]["score"]
    for hit in hits:
        assert text[hit["start"] : hit["end"]] == hit["text"]
        assert hit["report"] == "seaweed"
        assert hit["section"]


def test_excerpts_are_what_fits_of_what_is_said_to_a_question(
    client: httpx.Client, small_assistant: Assistant
) -> None:
    asked = {"question": "南浜の水温", "characters": 200}
    found = client.post("/api/excerpts", json=asked).json()["excerpts"]
    for one in found:
        assert one["text"] == small_assistant.report("seaweed").text[one["start"] : one["end"]]
    assert sum(len(one["text"]) + 1 for one in found) <= 200
    assert "14度" in found[0]["text"]
    refused = client.post("/api/excerpts", json={"question": "水温", "characters": 1})
    assert refused.status_code == 422


def test_the_outline_holds_blocks_tables_and_resolved_marks(client: httpx.Client) -> None:
    outline = client.get("/api/reports/seaweed").json()
    text = client.get("/api/reports/seaweed/text").text
    assert [s["title"] for s in outline["sections"] if s["level"] == 1] == [
        "第1章 生産",
        "第2章 販売",
        "出典",
    ]
    (table,) = outline["tables"]
    assert table["rows"][1] == ["関西", "517トン", "550トン", "肥料"]
    rows = [block for block in outline["blocks"] if block["cells"]]
    assert [text[slice(*cell)] for cell in rows[2]["cells"]] == table["rows"][1]
    assert {mark["status"] for mark in outline["marks"]} == {"resolved"}


def test_the_list_of_reports(client: httpx.Client) -> None:
    (entry,) = client.get("/api/reports").json()["reports"]
    assert (entry["id"], entry["title"]) == ("seaweed", "海藻事業の報告")
    assert entry["characters"] == len(client.get("/api/reports/seaweed/text").text)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"question": ""}, 422, "EmptyQuestion"),
        ({"question": "　\n"}, 422, "EmptyQuestion"),
        ({"question": "？！…"}, 422, "NoWordsInQuestion"),
        ({"question": "あ" * 100_000}, 413, "QuestionTooLong"),
        ({"question": "出荷量は", "reports": ["無い"]}, 404, "UnknownReport"),
        ({"question": "出荷量は", "mode": "generative"}, 422, "ModeUnavailable"),
        ({"question": "出荷量は", "mode": "magic"}, 422, "InvalidRequest"),
        ({"question": 7}, 422, "InvalidRequest"),
        ({"query": "出荷量は"}, 422, "InvalidRequest"),
        ({"question": "出荷量は", "extra": 1}, 422, "InvalidRequest"),
    ],
)
def test_a_bad_question_is_a_problem_document_that_says_what_to_do(
    client: httpx.Client, body: dict[str, object], status: int, kind: str
) -> None:
    for language in ("ja", "en"):
        response = client.post("/api/ask", json=body, headers={"accept-language": language})
        problem = response.json()
        assert response.status_code == problem["status"] == status
        assert response.headers["content-type"] == "application/problem+json"
        assert problem["type"].endswith(kind)
        assert problem["detail"].isascii() or "“" in problem["detail"] if language == "en" else True
        assert "Traceback" not in response.text


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff\xfe", b"[]", b'"text"', b'{"question": "\\ud800"}']
)
def test_a_body_that_is_no_request_is_refused(client: httpx.Client, raw: bytes) -> None:
    response = client.post("/api/ask", content=raw, headers={"content-type": "application/json"})
    assert 400 <= response.status_code < 500
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/reports/nothing", 404),
        ("GET", "/api/reports/nothing/text", 404),
        ("GET", "/api/nowhere", 404),
        ("GET", "/api/ask", 405),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/%2e%2e/%2e%2e/pyproject.toml", 404),
    ],
)
def test_a_wrong_address_is_a_problem_document(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_health_tells_what_is_served(client: httpx.Client, small_assistant: Assistant) -> None:
    assert client.get("/livez").json()["status"] == "ok"
    ready = client.get("/readyz").json()
    assert ready["counts"] == small_assistant.index.manifest.counts
    assert ready["generation"] == small_assistant.index.name


def test_the_page_comes_with_a_policy_that_lets_nothing_else_in(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "<!doctype html>" in page.text.lower()
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("view", ["reports", "verify", "evaluation", "c/Ab-1_", "r/海藻事業"])
def test_the_addresses_of_the_views_bring_the_page(client: httpx.Client, view: str) -> None:
    assert client.get(f"/{view}").text == client.get("/").text


def test_what_changes_on_the_page_is_seen_at_once(client: httpx.Client) -> None:
    page = client.get("/app.js")
    assert page.headers["cache-control"] == "no-cache"
    again = client.get("/app.js", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_answer_is_told_as_it_comes(client: httpx.Client) -> None:
    body = {"question": "2024年の出荷量は？"}
    with client.stream("POST", "/api/ask/stream", json=body) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        told = list(told_events(response.iter_lines()))
    names = [name for name, _ in told]
    assert names[0] == "stage"
    assert names.index("claim") > 0
    assert names.count("answer") == 1
    assert names[-1] == "answer"
    answer = told[-1][1]
    whole = client.post("/api/ask", json=body).json()
    assert {**answer, "timings_ms": None} == {**whole, "timings_ms": None}
    assert [event["claim"] for name, event in told if name == "claim"] == answer["claims"]


def test_what_is_wrong_with_a_question_is_told_before_a_stream_begins(client: httpx.Client) -> None:
    response = client.post("/api/ask/stream", json={"question": "？"})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_the_server_says_what_it_does(client: httpx.Client) -> None:
    assert client.get("/api/about").json()["keeps_conversations"] is True


def test_questions_to_begin_with_are_answered(client: httpx.Client) -> None:
    questions = client.get("/api/suggestions", params={"report": "seaweed"}).json()["questions"]
    assert questions
    for question in questions:
        assert client.post("/api/ask", json={"question": question}).json()["answered"]


def test_what_a_page_of_another_site_sends_is_refused(client: httpx.Client) -> None:
    elsewhere = {"sec-fetch-site": "cross-site", "accept-language": "ja"}
    given = {"question": "水温は？"}
    refused = client.post("/api/ask", json=given, headers=elsewhere)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:ipqa:problem:FromElsewhere")
    assert client.get("/api/reports", headers=elsewhere).status_code == 200
    own = {"sec-fetch-site": "same-origin"}
    assert client.post("/api/ask", json=given, headers=own).status_code == 200


def test_every_file_of_the_page_is_served(client: httpx.Client) -> None:
    files = [path for path in (ROOT / "web").rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        response = client.get(f"/{path.relative_to(ROOT / 'web').as_posix()}")
        assert response.content == path.read_bytes(), path.name


def test_the_page_asks_for_all_of_its_modules_at_once() -> None:
    """Each is named in the page, so that none waits for another to name it, but for later views."""
    named = re.findall(r'rel="modulepreload" href="/([^"]+)"', PAGE.read_text(encoding="utf-8"))
    start = (PAGE.parent / "app.js").read_text(encoding="utf-8")
    later = set(re.findall(r"=> import\('./([^']+)'\)", start))
    modules = {path.name for path in PAGE.parent.glob("*.js")} - {"app.js"} - later
    assert set(named) == modules
    assert len(named) == len(modules)


def test_both_languages_of_the_page_have_the_same_messages(client: httpx.Client) -> None:
    messages = [client.get(f"/i18n/{language}.json").json() for language in ("ja", "en")]
    assert set(messages[0]) == set(messages[1])
    assert all(all(texts.values()) for texts in messages)


def test_the_api_describes_itself(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/api/ask", "/api/search", "/api/reports", "/livez", "/readyz"} <= set(paths)
    docs = client.get("/docs").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', docs)
    assert addresses
    assert all(client.get(address).status_code == 200 for address in addresses)


def test_questions_at_the_same_time_do_not_mix(client: httpx.Client) -> None:
    questions = ["海藻の養殖はいつ始まりましたか", "南浜の水温は何度ですか", "関西の用途は"] * 8
    answers: dict[int, str] = {}

    def ask(number: int) -> None:
        body = {"question": questions[number]}
        answers[number] = client.post("/api/ask", json=body, timeout=30).json()["answer"]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(len(questions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(questions)
    assert len({(questions[n], answer) for n, answer in answers.items()}) == 3


def kinds_of(error: type[IpqaError]) -> list[type[IpqaError]]:
    return [error, *(kind for child in error.__subclasses__() for kind in kinds_of(child))]


@pytest.mark.parametrize("error", kinds_of(QuestionError))
def test_what_is_wrong_with_a_question_is_the_askers_fault(error: type[IpqaError]) -> None:
    assert 400 <= status_of(error.__new__(error)) < 500


@pytest.mark.parametrize("error", kinds_of(IndexProblem))
def test_what_is_wrong_with_the_index_is_the_servers_fault(error: type[IpqaError]) -> None:
    in_the_way_of_another = error in {IndexBusy, LastReport}
    assert status_of(error.__new__(error)) == (409 if in_the_way_of_another else 503)


def test_feedback_is_taken_and_bad_feedback_is_a_problem(client: httpx.Client) -> None:
    given = {"question": "水温は？", "answer": "14度", "answered": True, "helpful": True}
    taken = client.post("/api/feedback", json=given)
    assert (taken.status_code, taken.json()) == (201, {"id": 1})
    refused = client.post("/api/feedback", json=given | {"comment": "長" * 2001})
    assert refused.status_code == 422
    assert refused.headers["content-type"].startswith("application/problem+json")
