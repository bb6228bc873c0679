"""The MCP server as clients meet it: a real child process, over standard input and output and over HTTP."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent
from pydantic import BaseModel

from ipqa.answering.answer import Answer, Citation
from ipqa.answering.verification import Verification
from ipqa.assistant import Assistant
from ipqa.mcp.results import OpenedCitation, ReportList, SearchHits
from ipqa.mcp.tools import ReportTools
from ipqa.records.database import Database
from ipqa.records.keys import KeyStore
from ipqa.settings import Settings
from tests.parts import ROOT, assistant_for, records_at
from tests.serving import started

Result = TypeVar("Result", bound=BaseModel)

IPQA = [sys.executable, "-m", "ipqa.cli"]


@dataclass(frozen=True)
class Tools:
    """A connected client, for tests that are not asynchronous."""

    client: Client
    portal: BlockingPortal

    def call(self, tool: str, **arguments: object) -> CallToolResult:
        return self.portal.call(lambda: self.client.call_tool(tool, arguments))

    def result(self, kind: type[Result], tool: str, **arguments: object) -> Result:
        """The structured result of a call, as the model that it must fit."""
        called = self.call(tool, **arguments)
        assert not called.is_error, called.content
        return kind.model_validate(called.structured_content)

    def error(self, tool: str, **arguments: object) -> str:
        """What a call that must fail says."""
        called = self.call(tool, **arguments)
        assert called.is_error
        (content,) = called.content
        assert isinstance(content, TextContent)
        assert "Traceback" not in content.text
        assert 'File "' not in content.text
        return content.text


@contextmanager
def http_server(settings: Settings) -> Iterator[str]:
    """The address of a server that is told to listen wherever there is a free port."""
    command = ("mcp", "--index", settings.index, "--http")
    own = {"IPQA_DATABASE_URL": settings.database_url.get_secret_value()}
    with started(*command, environment=own, told_on="stderr") as server:
        yield server.address
        said, told = server.ended(signal.SIGTERM)
    assert said == ""
    assert "Traceback" not in told


@contextmanager
def stdio_server(settings: Settings, log: Path) -> Iterator[Any]:
    """The standard input and output of a server; what it logs must hold no traceback."""
    with log.open("w", encoding="utf-8") as told:
        yield stdio_client(
            StdioServerParameters(
                command=IPQA[0], args=[*IPQA[1:], "mcp", "--index", str(settings.index)]
            ),
            errlog=told,
        )
    assert log.read_text(encoding="utf-8") == ""


@pytest.fixture(scope="module", params=["stdio", "http"])
def tools(
    request: pytest.FixtureRequest,
    small_settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Tools]:
    log = tmp_path_factory.mktemp("mcp") / "stderr"
    server = (
        stdio_server(small_settings, log)
        if request.param == "stdio"
        else http_server(small_settings)
    )
    with (
        server as reached,
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(reached)) as client,
    ):
        yield Tools(client, portal)


@pytest.fixture(scope="module")
def text(small_assistant: Assistant) -> str:
    return small_assistant.report("seaweed").text


def assert_verbatim(citation: Citation, text: str) -> None:
    assert citation.quote
    assert text[citation.start : citation.end] == citation.quote


def test_every_tool_and_every_argument_is_described_and_none_changes_anything(tools: Tools) -> None:
    listed = tools.portal.call(tools.client.list_tools).tools
    assert {tool.name for tool in listed} == {
        "ask",
        "search",
        "open_citation",
        "list_reports",
        "verify",
    }
    for tool in listed:
        assert tool.title
        assert tool.description
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert tool.output_schema is not None
        assert tool.input_schema["additionalProperties"] is False
        for argument in tool.input_schema["properties"].values():
            assert argument["description"]
    assert "verbatim" in (tools.client.instructions or "")


def test_the_answer_to_a_model_is_the_assistants_answer(
    tools: Tools, small_assistant: Assistant, text: str
) -> None:
    question = "海藻の養殖はいつ始まりましたか"
    answer = tools.result(Answer, "ask", question=question)
    same = small_assistant.ask(question)
    assert answer.model_dump(exclude={"timings_ms"}) == same.model_dump(exclude={"timings_ms"})
    assert answer.citations
    for citation in answer.citations:
        assert_verbatim(citation, text)


def test_what_the_reports_do_not_say_is_no_error_but_said_so(tools: Tools) -> None:
    answer = tools.result(Answer, "ask", question="白波水産の社長は誰ですか")
    assert not answer.answered
    assert answer.answer.startswith("資料に記載がありません")


def test_a_search_gives_passages_as_quotes_with_their_sources(tools: Tools, text: str) -> None:
    hits = tools.result(SearchHits, "search", question="2024年の出荷量", k=2, reports=["seaweed"])
    assert [hit.citation.number for hit in hits.hits] == [1, 2]
    assert hits.hits[0].score >= hits.hits[1].score
    for hit in hits.hits:
        assert_verbatim(hit.citation, text)
    best = hits.hits[0].citation
    assert best.section == ("第2章 販売",)
    assert "https://example.com/report-2024" in {source.url for source in best.sources}


def test_an_opened_citation_is_the_quote_among_the_whole_sentences_around_it(
    tools: Tools, text: str
) -> None:
    (cited, *_) = tools.result(Answer, "ask", question="養殖場の水温は何度ですか").citations
    place = cited.model_dump(include={"report", "start", "end", "edition"})
    opened = tools.result(OpenedCitation, "open_citation", **place)
    assert opened.citation == cited.model_copy(update={"number": 1})
    assert opened.same_edition is True
    around = opened.before + opened.citation.quote + opened.after
    assert text[cited.start - len(opened.before) : cited.end + len(opened.after)] == around
    assert "青海水産は2019年4月に海藻の養殖を始めた。" in opened.before
    assert opened.after.startswith("\n設備は次の三つである。\n種苗槽")
    assert opened.after.endswith("https://example.com/history")


def test_a_quote_may_begin_and_end_within_a_sentence(tools: Tools, text: str) -> None:
    start = text.index("南浜の水温") + 3
    place = {"report": "seaweed", "start": start, "end": start + 2}
    opened = tools.result(OpenedCitation, "open_citation", **place)
    assert opened.citation.quote == "水温"
    assert opened.before.endswith("二か所にある。南浜の")
    assert opened.after.startswith("は年平均14度で、北浜より2度高い。")
    assert opened.same_edition is None


def test_about_three_hundred_characters_around_a_quote_are_shown_in_whole_sentences(
    tmp_path: Path,
) -> None:
    said = "".join(
        f"第{n}工区の測量は予定どおり{n}日で終わり、次の工区に進んだ。" for n in range(10, 60)
    )
    assistant = assistant_for(tmp_path, "works.md", f"# 工事報告\n\n## 進み具合\n\n{said}\n")
    text = assistant.report("works").text
    start = text.index("第35工区")
    end = text.index("第36工区")
    opened = ReportTools(lambda: assistant).open_citation("works", start, end)
    assert opened.citation.quote == text[start:end]
    for around in (opened.before, opened.after):
        assert 250 < len(around) <= 300
        assert around.startswith("第")
        assert around.endswith("進んだ。")


def test_a_sentence_that_is_longer_is_shown_whole(tmp_path: Path) -> None:
    long = "、".join(f"第{n}工区" for n in range(100, 200)) + "は完了した。"
    report = f"# 工事報告\n\n## 進み具合\n\n{long}残りは来期に回す。{long}\n"
    assistant = assistant_for(tmp_path, "works.md", report)
    start = assistant.report("works").text.index("残りは")
    opened = ReportTools(lambda: assistant).open_citation("works", start, start + 9)
    assert opened.citation.quote == "残りは来期に回す。"
    assert (opened.before, opened.after) == (long, long)


def test_more_than_can_be_read_at_once_is_not_opened(tmp_path: Path) -> None:
    assistant = assistant_for(
        tmp_path, "works.md", "# 工事報告\n\n測量を終えた。\n\n" + "…" * 20_000
    )
    with pytest.raises(ToolError, match="20,001 characters are too many"):
        ReportTools(lambda: assistant).open_citation("works", 0, 20_001)
    assert (
        len(ReportTools(lambda: assistant).open_citation("works", 0, 20_000).citation.quote)
        == 20_000
    )


def test_the_first_and_the_last_character_can_be_opened(tools: Tools, text: str) -> None:
    whole = tools.result(OpenedCitation, "open_citation", report="seaweed", start=0, end=len(text))
    assert (whole.before, whole.citation.quote, whole.after) == ("", text, "")


def test_a_citation_of_another_edition_says_so(tools: Tools) -> None:
    place = {"report": "seaweed", "start": 0, "end": 5}
    opened = tools.result(OpenedCitation, "open_citation", **place, edition="000000000000")
    assert opened.same_edition is False


def test_the_reports_are_listed_with_their_chapters(tools: Tools, text: str) -> None:
    (entry,) = tools.result(ReportList, "list_reports").reports
    assert (entry.id, entry.title, entry.pages) == ("seaweed", "海藻事業の報告", None)
    assert entry.characters == len(text)
    assert entry.chapters == ("第1章 生産", "第2章 販売", "出典")


def test_a_draft_is_verified_with_quotes(tools: Tools, text: str) -> None:
    draft = "南浜の水温は年平均14度である。2024年の出荷量は1,350トンだった。"
    verification = tools.result(Verification, "verify", text=draft)
    assert [s.support for s in verification.sentences] == ["supported", "contradicted"]
    assert verification.sentences[1].figures == ("1,350トン",)
    for citation in verification.citations:
        assert_verbatim(citation, text)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("ask", {"question": "出荷量は"}),
        ("search", {"question": "出荷量は"}),
        ("verify", {"text": "出荷量は増えた。"}),
    ],
)
def test_an_unknown_report_is_a_tool_error_that_names_those_there_are(
    tools: Tools, tool: str, arguments: dict[str, str]
) -> None:
    said = tools.error(tool, **arguments, reports=["無い報告書"])
    assert "There is no report “無い報告書”" in said
    assert "seaweed" in said


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {"question": "　\n"}, "question is empty"),
        ("ask", {"question": "？！…"}, "no words"),
        ("ask", {"question": "あ" * 100_000}, "too long"),
        ("ask", {"question": "出荷量は", "report": "seaweed"}, "Extra inputs are not permitted"),
        ("ask", {"question": ["出荷量は"]}, "valid string"),
        ("ask", {}, "Field required"),
        ("search", {"question": "出荷量は", "k": 0}, "greater than or equal to 1"),
        ("search", {"question": "出荷量は", "k": 10**30}, "less than or equal to 50"),
        ("verify", {"text": " "}, "nothing to verify"),
        ("open_citation", {"report": "../../etc/passwd", "start": 0, "end": 1}, "no report"),
        ("open_citation", {"report": "seaweed", "start": 5, "end": 5}, "start must be less"),
        ("open_citation", {"report": "seaweed", "start": 9, "end": 5}, "start must be less"),
        ("open_citation", {"report": "seaweed", "start": 0, "end": 10**12}, "end at most"),
        ("open_citation", {"report": "seaweed", "start": -1, "end": 1}, "greater than or equal"),
        ("open_citation", {"report": "seaweed", "start": 1.5, "end": 2}, "valid integer"),
        ("no_such_tool", {}, "no_such_tool"),
    ],
)
def test_bad_arguments_are_told_in_words_and_the_server_goes_on(
    tools: Tools, tool: str, arguments: dict[str, Any], said: str
) -> None:
    assert said in tools.error(tool, **arguments)
    assert tools.result(ReportList, "list_reports").reports


def test_a_page_of_another_site_cannot_ask(small_settings: Settings) -> None:
    """A page in the user's browser that has its name lead to this machine."""
    with http_server(small_settings) as address:
        for headers in ({"host": "evil.example"}, {"origin": "https://evil.example"}):
            response = httpx.post(address, json={}, headers=headers)
            assert response.status_code in {403, 421}


def run(*arguments: str, code: str = "from ipqa.cli import main; main()") -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the command line, its input at its end."""
    result = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv[0] = 'ipqa'; {code}", *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=60,
        env={"LANG": "ja_JP.UTF-8", "PYTHONUTF8": "1"},
    )
    return result.returncode, result.stdout, result.stderr


def test_without_the_package_the_command_says_what_to_install() -> None:
    code = "sys.modules['mcp'] = None; from ipqa.cli import main; main()"
    returncode, out, err = run("mcp", code=code)
    assert (returncode, out) == (2, "")
    assert "ipqa[mcp]" in err
    assert "Traceback" not in err


def test_without_an_index_the_command_says_what_to_do(tmp_path: Path) -> None:
    returncode, out, err = run("mcp", "--index", str(tmp_path))
    assert (returncode, out) == (2, "")
    assert "ipqa build" in err
    assert "Traceback" not in err


def test_a_port_is_refused_without_http(small_settings: Settings) -> None:
    returncode, out, err = run("mcp", "--index", str(small_settings.index), "--port", "8001")
    assert (returncode, out) == (2, "")
    assert "--http" in err


def test_a_port_that_is_taken_is_told(small_settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments = ("--index", str(small_settings.index), "--http", "--port", port)
        returncode, out, err = run("mcp", *arguments)
    assert (returncode, out) == (2, "")
    assert f"127.0.0.1:{port}" in err
    assert "Traceback" not in err


def test_over_http_a_key_is_wanted_as_soon_as_there_is_one(
    small_settings: Settings, tmp_path: Path
) -> None:
    settings = small_settings.model_copy(
        update={"database_url": records_at(tmp_path / "records.sqlite3")}
    )
    store = KeyStore(Database.of(settings))
    everything, some = store.add("田中", "ask"), store.add("佐藤", "ask", ["seaweed"])
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    kinds = {"accept": "application/json, text/event-stream", "accept-language": "en"}
    with http_server(settings) as address:
        statuses = {
            token: httpx.post(
                address, json=call, headers={**kinds, "authorization": f"Bearer {token}"}
            ).status_code
            for token in ("guess", everything, some)
        }
        refused = httpx.post(
            address, json=call, headers={**kinds, "authorization": f"Bearer {some}"}
        )
    assert statuses == {"guess": 401, everything: 200, some: 403}
    assert refused.json()["type"].endswith("EveryReportNeeded")


def test_a_client_that_hangs_up_ends_the_server(small_settings: Settings) -> None:
    assert run("mcp", "--index", str(small_settings.index)) == (0, "", "")


def test_the_command_line_loads_the_protocol_only_for_its_command() -> None:
    returncode, out, _ = run(code="import ipqa.cli, ipqa.assistant; print(*sys.modules)")
    assert returncode == 0
    assert {"mcp", "ipqa.mcp", "langchain_core"} & set(out.split()) == set()


def test_the_configuration_in_the_documents_serves_clients_that_only_know_the_handshake(
    small_settings: Settings, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
    shown = page.partition("```json\n")[2].partition("```")[0]
    arguments = json.loads(shown)["mcpServers"]["ipqa"]["args"]
    assert arguments[-1] == "/path/to/index"

    async def asked() -> list[str]:
        command = [*IPQA, *arguments[:-1], str(small_settings.index)]
        server = StdioServerParameters(command=command[0], args=command[1:], cwd=tmp_path)
        async with Client(server, mode="legacy") as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    assert "ask" in asyncio.run(asked())
