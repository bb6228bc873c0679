"""The command line, as a user meets it: exit codes, messages in the user's language, no traceback."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from ipqa import cli
from ipqa.records.database import Database
from ipqa.records.feedback import Feedback, FeedbackStore
from ipqa.records.keys import KeyStore
from ipqa.settings import Settings
from tests.parts import SMALL_REPORT
from tests.serving import started


@dataclass(frozen=True)
class Outcome:
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Outcome]


@pytest.fixture
def ipqa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the program's main function with arguments and environment variables."""
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)

    def run(*arguments: str | Path, **environment: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["ipqa", *map(str, arguments)])
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        out, err = capsys.readouterr()
        return Outcome(code if isinstance(code, int) else int(code is not None), out, err)

    return run


def assert_refused(result: Outcome, *said: str) -> None:
    assert result.returncode == 2, result
    assert "Traceback" not in result.stderr + result.stdout
    for words in said:
        assert words in result.stderr


@pytest.fixture(scope="module")
def index(small_settings: Settings) -> Path:
    return small_settings.index


def test_many_workers_build_what_can_be_read_and_tell_what_cannot(
    ipqa: Run, tmp_path: Path
) -> None:
    (tmp_path / "corpus").mkdir()
    for number in range(3):
        text = f"# 第{number}号\n\n第{number}号の本文である。"
        (tmp_path / "corpus" / f"{number}.md").write_text(text, encoding="utf-8")
    (tmp_path / "corpus" / "broken.txt").write_bytes(b"\x00\x01" * 99)
    folders = ("--corpus", tmp_path / "corpus", "--index", tmp_path / "index")
    built = ipqa("build", "--workers", "2", *folders)
    assert built.returncode == 1
    assert "新しく読んだもの 3 件" in built.stdout
    assert "読めませんでした" in built.stderr
    assert "broken.txt" in built.stderr


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_cluster_without_ray_is_refused_with_the_command_that_installs_it(
    ipqa: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    (tmp_path / "report.md").write_text(SMALL_REPORT, encoding="utf-8")
    folders = ("--corpus", tmp_path / "report.md", "--index", tmp_path / "index")
    built = ipqa("build", "--ray", *folders, IPQA_LANGUAGE=language)
    assert_refused(
        built, {"ja": "必要です", "en": "needs ray"}[language], "pip install 'ipqa[ray]'"
    )
    assert not (tmp_path / "index").exists()


def test_build_ask_and_build_again(ipqa: Run, tmp_path: Path) -> None:
    report = tmp_path / "海藻.md"
    report.write_text(SMALL_REPORT, encoding="utf-8")
    built = ipqa("build", "--corpus", report, "--index", tmp_path / "index")
    assert built.returncode == 0, built.stderr
    assert "索引を更新しました" in built.stdout
    assert "新しく読んだもの 1 件" in built.stdout
    again = ipqa("build", "--corpus", report, "--index", tmp_path / "index")
    assert "索引は最新です" in again.stdout
    asked = ipqa("ask", "--index", tmp_path / "index", "海藻の養殖はいつ始まりましたか")
    assert asked.returncode == 0
    for words in (
        "2019年4月",
        "[1]",
        "第1章 生産",
        "引用",
        "一次資料",
        "https://example.com/history",
    ):
        assert words in asked.stdout


def test_ask_prints_json_that_obeys_the_contract(ipqa: Run, index: Path) -> None:
    result = ipqa("ask", "--index", index, "--json", "南浜の水温は何度ですか")
    answer = json.loads(result.stdout)
    assert answer["answered"] is True
    assert set(answer) == {
        *("question", "answered", "answer", "short_answer", "claims", "citations"),
        *("interpreted_as", "notes", "suggestions", "confidence", "reason", "mode", "timings_ms"),
        *("model", "fallback", "dropped_claims"),
    }
    assert set(answer["citations"][0]) == {
        *("number", "report", "title", "section", "quote", "start", "end", "page"),
        *("sources", "edition", "columns"),
    }


def test_the_reader_model_can_be_left_out(ipqa: Run, index: Path) -> None:
    question = "南浜の水温は何度ですか"
    with_it, without = (
        json.loads(ipqa("ask", "--index", index, "--json", *options, question).stdout)
        for options in ((), ("--no-reader",))
    )
    assert with_it["answered"]
    assert without["answered"]
    assert with_it["confidence"] != without["confidence"]
    by_setting = ipqa("ask", "--index", index, "--json", question, IPQA_READER="false")
    assert json.loads(by_setting.stdout)["confidence"] == without["confidence"]


def test_a_decline_is_an_answer_with_exit_code_zero(ipqa: Run, index: Path) -> None:
    result = ipqa("ask", "--index", index, "明日の天気は？")
    assert result.returncode == 0
    assert "資料に記載がありません" in result.stdout
    assert "近い箇所" in result.stdout


def test_nothing_that_a_report_says_commands_the_terminal(ipqa: Run, tmp_path: Path) -> None:
    escape = "\x1b]0;\x07\x1b[2J\x9b31m\r"
    (tmp_path / "corpus").mkdir()
    text = SMALL_REPORT * 3 + f"\n\n南浜の灯台は{escape}2022年に建て替えた。\n"
    (tmp_path / "corpus" / "海藻.md").write_text(text, encoding="utf-8")
    folders = {"IPQA_INDEX": str(tmp_path / "index"), "IPQA_CORPUS": str(tmp_path / "corpus")}
    assert ipqa("build", **folders).returncode == 0
    said = ipqa("ask", "南浜の灯台はいつ建て替えましたか", **folders)
    assert "2022年に建て替えた" in said.stdout
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", said.stdout + said.stderr)


def test_messages_follow_the_users_language(ipqa: Run, index: Path) -> None:
    assert "質問が空です" in ipqa("ask", "--index", index, "").stderr
    assert "The question is empty" in ipqa("ask", "--index", index, "", IPQA_LANGUAGE="en").stderr


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("", "質問が空です"),
        ("？？？!!", "言葉が見つかりません"),
        ("あ" * 100_000, "2,000文字以内"),
    ],
)
def test_a_bad_question_is_refused(ipqa: Run, index: Path, question: str, said: str) -> None:
    assert_refused(ipqa("ask", "--index", index, question), said)


def test_a_missing_index_is_told_with_the_command(ipqa: Run, tmp_path: Path) -> None:
    refused = ipqa("ask", "質問", "--index", tmp_path / "none")
    assert_refused(refused, "索引がありません", "ipqa build --index")


def test_a_server_starts_without_an_index_and_says_so(tmp_path: Path) -> None:
    japanese = {"IPQA_LANGUAGE": "ja"}
    with started("serve", "--index", tmp_path / "none", environment=japanese) as server:
        assert httpx.get(f"{server.address}/readyz", timeout=60).status_code == 503
        _, told = server.ended()
    assert "まだ質問に答えられません" in told
    assert "ipqa build --index" in told
    assert "Traceback" not in told


def test_an_empty_corpus_folder_is_told(ipqa: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = ipqa("build", "--corpus", tmp_path / "empty", "--index", tmp_path / "index")
    assert_refused(result, "読める報告書がありません", "Markdown")


def test_a_binary_file_is_told(ipqa: Run, tmp_path: Path) -> None:
    (tmp_path / "picture.txt").write_bytes(bytes(range(256)) * 20)
    result = ipqa("build", "--corpus", tmp_path / "picture.txt", "--index", tmp_path / "index")
    assert_refused(result, "テキストではありません")


def test_a_broken_pdf_is_told(ipqa: Run, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    assert_refused(ipqa("inspect", tmp_path / "report.pdf"), "PDF", "壊れている")


def test_bytes_in_no_known_encoding_are_told(ipqa: Run, tmp_path: Path) -> None:
    (tmp_path / "odd.txt").write_bytes(b"\xff\xfd\x80\x81" * 9)
    assert_refused(ipqa("inspect", tmp_path / "odd.txt"), "文字コード", "UTF-8")


def test_utf8_that_is_broken_in_places_is_not_taken_for_shift_jis(
    ipqa: Run, tmp_path: Path
) -> None:
    whole = "海藻事業の報告。\n青海水産は2019年に養殖を始めました。".encode()
    (tmp_path / "torn.txt").write_bytes(whole[:30] + b"\xe3" + whole[30:])
    assert_refused(ipqa("inspect", tmp_path / "torn.txt"), "壊れています", "バイト目")
    (tmp_path / "cut.txt").write_bytes(whole[:-1])
    assert_refused(ipqa("inspect", tmp_path / "cut.txt"), "壊れています")


def test_shift_jis_is_detected_and_read(ipqa: Run, tmp_path: Path) -> None:
    path = tmp_path / "sjis.txt"
    path.write_bytes("海藻事業の報告\n\n青海水産は2019年に養殖を始めました。\n".encode("cp932"))
    result = ipqa("inspect", path)
    assert result.returncode == 0
    assert "海藻事業の報告" in result.stdout


def test_a_missing_file_is_told(ipqa: Run, tmp_path: Path) -> None:
    assert_refused(ipqa("inspect", tmp_path / "none.txt"), "見つかりません")


def test_an_index_folder_that_cannot_be_written_is_told(ipqa: Run, tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text(SMALL_REPORT, encoding="utf-8")
    (tmp_path / "blocked").write_text("", encoding="utf-8")
    result = ipqa(
        "build", "--corpus", tmp_path / "report.md", "--index", tmp_path / "blocked" / "index"
    )
    assert_refused(result, "書き込めません", "--index")


def test_a_model_that_is_not_there_is_told(ipqa: Run, tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text(SMALL_REPORT, encoding="utf-8")
    result = ipqa(
        *("build", "--corpus", tmp_path / "report.md", "--index", tmp_path / "index"),
        IPQA_EMBEDDING_MODEL=str(tmp_path / "no-model"),
        HF_HUB_OFFLINE="1",
    )
    assert_refused(result, "IPQA_EMBEDDING_MODEL")


def test_a_port_in_use_is_told(ipqa: Run, index: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert_refused(ipqa("serve", "--index", index, "--port", port), port, "--port")


def test_a_setting_that_is_no_value_is_told(ipqa: Run, index: Path) -> None:
    result = ipqa("ask", "--index", index, "出荷量は", IPQA_PORT="many")
    assert_refused(result, "IPQA_PORT")


@pytest.mark.parametrize("command", ["inspect", "audit", "diff"])
def test_a_file_that_is_looked_at_is_read_within_the_limits(
    ipqa: Run, tmp_path: Path, command: str
) -> None:
    path = tmp_path / "long.md"
    path.write_text("1. [a](b) **c**\n" * 200_000, encoding="utf-8")
    files = (path, path) if command == "diff" else (path,)
    assert_refused(ipqa(command, *files, IPQA_MAX_REPORT_SECONDS="0.5"), "IPQA_MAX_REPORT_SECONDS")


def test_inspect_prints_how_a_report_is_read(ipqa: Run, tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text(SMALL_REPORT, encoding="utf-8")
    outline = json.loads(ipqa("inspect", "--json", tmp_path / "report.md").stdout)
    assert outline["tables"][0]["header"] == ["地域", "2023年", "2024年", "主な用途"]
    assert [reference["number"] for reference in outline["references"]] == [1, 2]
    assert outline["sections"][0]["path"] == ["第1章 生産"]
    shown = ipqa("inspect", tmp_path / "report.md").stdout
    assert "【表1】" in shown
    assert "第2章 販売" in shown


def test_a_real_process_answers_in_utf8(index: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ipqa.cli", "ask", "--index", index, "南浜の水温は何度ですか"],
        capture_output=True,
        env={**os.environ, "LANG": "C", "PYTHONUTF8": "1"},
        timeout=60,
        check=True,
    )
    assert "14度" in result.stdout.decode("utf-8")


# the library of reports


@pytest.fixture
def library(ipqa: Run, tmp_path: Path) -> Path:
    """The folder of an index to which one report was added."""
    report = tmp_path / "海藻.md"
    report.write_text(SMALL_REPORT, encoding="utf-8")
    added = ipqa("add", report, "--index", tmp_path / "library")
    assert added.returncode == 0, added.stderr
    return tmp_path / "library"


def test_a_report_is_added_listed_asked_and_removed(
    ipqa: Run, library: Path, tmp_path: Path
) -> None:
    other = tmp_path / "米.md"
    other.write_text("# 米の報告\n\n甲社は2020年に米の販売を始めた。", encoding="utf-8")
    assert "新しく読んだもの 1 件、前回のまま 1 件" in ipqa("add", other, "--index", library).stdout
    rows = json.loads(ipqa("list", "--index", library, "--json").stdout)
    assert [(row["id"], row["title"], row["origin"]) for row in rows] == [
        ("海藻", "海藻事業の報告", str(tmp_path / "海藻.md")),
        ("米", "米の報告", str(other)),
    ]
    assert "2020年" in ipqa("ask", "甲社はいつ米の販売を始めましたか", "--index", library).stdout
    assert "外したもの 1 件" in ipqa("remove", "米", "--index", library).stdout
    assert "米の報告" not in ipqa("list", "--index", library).stdout
    assert other.is_file()


def test_the_last_change_is_rolled_back(ipqa: Run, library: Path, tmp_path: Path) -> None:
    assert_refused(
        ipqa("rollback", "--index", library), "前の世代がありません", "ipqa build --index"
    )
    (tmp_path / "米.md").write_text("# 米の報告\n\n甲社は2020年に米の販売を始めた。", "utf-8")
    ipqa("add", tmp_path / "米.md", "--index", library)
    result = ipqa("rollback", "--index", library)
    assert result.returncode == 0, result.stderr
    assert "世代 000002 から 000001" in result.stdout
    assert "海藻" in result.stdout
    assert "米" not in result.stdout
    assert "米の報告" not in ipqa("list", "--index", library).stdout


def test_an_installation_is_examined_on_one_page(ipqa: Run, library: Path) -> None:
    result = ipqa("doctor", "--index", library)
    assert result.returncode == 0, result.stdout
    for words in ("ipqa-embedder", "000001", "海藻", "設定なし", "問題は見つかりませんでした"):
        assert words in result.stdout
    damaged = next(library.glob("generations/*/dense/vectors.faiss"))
    damaged.write_bytes(b"")
    result = ipqa("doctor", "--index", library)
    assert result.returncode == 1
    assert f"! {damaged}" in result.stdout
    assert f"`ipqa build --index {library}`" in result.stdout
    told = json.loads(ipqa("doctor", "--index", library, "--json").stdout)
    assert [fault["file"] for fault in told["faults"]] == [str(damaged)]


def test_a_folder_is_added_but_for_what_cannot_be_read(
    ipqa: Run, library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.md").write_text(f"# 第{number}号\n\n第{number}号の本文。", "utf-8")
    (folder / "scan.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    result = ipqa("add", folder, "--index", library)
    assert result.returncode == 1
    assert "新しく読んだもの 5 件" in result.stdout
    told = [line for line in result.stderr.splitlines() if "読めませんでした" in line]
    assert len(told) == 2
    assert "empty.txt" in told[0]
    assert "scan.pdf" in told[1]


def test_where_nothing_can_be_added_nothing_changes(
    ipqa: Run, library: Path, tmp_path: Path
) -> None:
    before = (library / "current").read_text("utf-8")
    (tmp_path / "nothing").mkdir()
    assert_refused(ipqa("add", "nowhere.pdf", "--index", tmp_path / "new"), "nowhere.pdf")
    result = ipqa("add", tmp_path / "nothing", "http://127.0.0.1:1/a", "--index", library)
    assert result.returncode == 1
    assert "読める報告書がありません" in result.stderr
    assert "取り込めません" in result.stderr
    assert (library / "current").read_text("utf-8") == before


def test_the_last_report_and_an_unknown_one_are_not_removed(ipqa: Run, library: Path) -> None:
    assert_refused(ipqa("remove", "海藻", "--index", library), "最後の報告書")
    assert_refused(ipqa("remove", "無い", "--index", library), "無い", "海藻")


def test_a_report_of_the_corpus_folder_is_removed_with_a_word_of_warning(
    ipqa: Run, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / "corpus").mkdir(exist_ok=True)
        (tmp_path / "corpus" / f"{name}.md").write_text(f"# {name}\n\n{name}の本文。", "utf-8")
    ipqa("build", "--corpus", tmp_path / "corpus", "--index", tmp_path / "index")
    assert "ipqa build" in ipqa("remove", "a", "--index", tmp_path / "index").stdout


def test_two_editions_are_compared_as_a_whole_and_by_what_answers_cited(
    ipqa: Run, library: Path, tmp_path: Path
) -> None:
    new = tmp_path / "新版.md"
    new.write_text(SMALL_REPORT.replace("年平均14度", "年平均15度"), encoding="utf-8")
    whole = ipqa("diff", "海藻", new, "--index", library)
    assert "書き換わった 1、なくなった 0" in whole.stdout
    assert "年平均15度" in whole.stdout
    answers = tmp_path / "answers.json"
    questions = ("海藻の養殖はいつ始まりましたか", "南浜の水温は何度ですか")
    answers.write_text(
        "".join(ipqa("ask", "--json", "--index", library, q).stdout for q in questions), "utf-8"
    )
    cited = json.loads(
        ipqa("diff", "海藻", new, "--answers", answers, "--index", library, "--json").stdout
    )
    assert {s["fate"] for s in cited["sentences"]} == {"kept", "changed"}
    assert len(cited["sentences"]) < 5
    answers.write_text("no answers", encoding="utf-8")
    assert_refused(ipqa("diff", "海藻", new, "--answers", answers, "--index", library), "回答")


def test_the_sources_of_a_file_and_of_an_indexed_report_are_audited(
    ipqa: Run, library: Path, tmp_path: Path
) -> None:
    assert "問題は見つかりませんでした" in ipqa("audit", "海藻", "--index", library).stdout
    broken = tmp_path / "broken.md"
    broken.write_text("# 報告\n\n公開した[3]。\n\n## 出典\n\n1. 甲社\n", encoding="utf-8")
    told = ipqa("audit", broken).stdout
    assert "一覧にない番号 (1)" in told
    assert "参照されていない出典 (1)" in told
    counts = json.loads(ipqa("audit", broken, "--json").stdout)["marks"]
    assert counts == {"resolved": 0, "ambiguous": 0, "missing": 1}
    assert_refused(ipqa("audit", "無い", "--index", library), "無い")


def test_a_page_to_check_a_reading_by_is_written(ipqa: Run, tmp_path: Path) -> None:
    report = tmp_path / "報告.md"
    report.write_text("# 報告\n\n202111月に発足した<script>。", encoding="utf-8")
    written = ipqa("inspect", report, "--html", tmp_path / "page.html")
    assert written.returncode == 0
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "2021年11月" in page
    assert "<script" not in page
    assert_refused(ipqa("inspect", report, "--html", tmp_path / "no" / "page.html"), "page.html")


# evaluation


def test_a_users_own_index_is_measured(ipqa: Run, index: Path) -> None:
    told = ipqa("bench", "--index", index, "--questions", "1", "--no-reader")
    assert told.returncode == 0, told.stderr
    assert "1 問" in told.stdout
    assert "MB" in told.stdout
    found = json.loads(
        ipqa("bench", "--index", index, "--questions", "1", "--no-reader", "--json").stdout
    )
    assert found["questions"] == 1
    assert found["scores"]["ms_cold_start"]["value"] > 0


def test_gold_questions_are_measured_compared_and_gated(
    ipqa: Run, index: Path, tmp_path: Path
) -> None:
    gold = tmp_path / "gold.jsonl"
    lines = [
        {
            "id": "a",
            "type": "number",
            "question": "南浜の水温は年平均で何度ですか",
            "facts": [["14度"]],
            "evidence": ["水温は年平均14度"],
            "answerable": True,
        },
        {"id": "b", "type": "offtopic", "question": "明日の天気は？", "answerable": False},
    ]
    gold.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    run = ipqa("eval", "run", gold, "--index", index, "--out", tmp_path / "run")
    assert run.returncode == 0, run.stderr
    scores = json.loads((tmp_path / "run" / "scores.json").read_text("utf-8"))["overall"]
    assert scores["all_facts"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1}
    assert scores["ms_cold_start"]["value"] > 0
    assert "南浜" in (tmp_path / "run" / "report.html").read_text("utf-8") or scores
    compared = ipqa("eval", "compare", tmp_path / "run", tmp_path / "run")
    assert compared.returncode == 0
    failing = ipqa("eval", "run", gold, "--index", index, "--fail-under", "answer_chars=9999")
    assert failing.returncode == 1
    assert_refused(
        ipqa("eval", "run", gold, "--index", index, "--fail-under", "x"), "all_facts=0.8"
    )
    (tmp_path / "answers.jsonl").write_text(
        '{"id": "a", "answer": "14度", "citations": []}', "utf-8"
    )
    scored = ipqa("eval", "score", gold, tmp_path / "answers.jsonl", "--index", index, "--json")
    assert json.loads(scored.stdout)["overall"]["citation_recall"]["value"] == 0.0
    worse = tmp_path / "worse"
    (tmp_path / "answers.jsonl").write_text('{"id": "a", "answer": "不明"}', "utf-8")
    ipqa("eval", "score", gold, tmp_path / "answers.jsonl", "--index", index, "--out", worse)
    fallen = ipqa("eval", "compare", tmp_path / "run", worse, "--no-worse-than", "all_facts=0.1")
    assert fallen.returncode == 1
    gold.write_text("{", encoding="utf-8")
    assert_refused(ipqa("eval", "run", gold, "--index", index), "1 行目")


def test_feedback_is_harvested_once_it_is_reviewed(ipqa: Run, tmp_path: Path) -> None:
    store = FeedbackStore(Database(f"sqlite:///{tmp_path}/records.sqlite3"))
    number = store.add(Feedback(question="水温は？", answer="14度", answered=True, helpful=True))
    environment = {"IPQA_DATABASE_URL": f"sqlite:///{tmp_path}/records.sqlite3"}
    waiting = ipqa("eval", "harvest", **environment)
    assert (waiting.stdout, "水温は？" in waiting.stderr) == ("", True)
    harvested = ipqa("eval", "harvest", "--reviewed", str(number), **environment)
    assert json.loads(harvested.stdout)["question"] == "水温は？"


def test_a_key_is_shown_once_alone_on_standard_output(
    ipqa: Run, index: Path, tmp_path: Path
) -> None:
    records = tmp_path / "records.sqlite3"
    added = ipqa(
        *("keys", "add", "田中", "--report", "seaweed", "--index", index),
        IPQA_DATABASE_URL=f"sqlite:///{records}",
    )
    assert added.returncode == 0, added.stderr
    assert "田中" in added.stderr
    key = KeyStore(Database(f"sqlite:///{records}")).ring().owner_of(added.stdout.strip())
    assert key is not None
    assert (key.name, key.role, key.reports) == ("田中", "ask", frozenset(["seaweed"]))
    ipqa("keys", "add", "site-admin", "--role", "admin")
    listed = ipqa("keys", "list").stdout
    assert [line.split() for line in listed.splitlines()[::2]] == [
        ["site-admin", "admin", "すべての報告書"],
        ["田中", "ask", "seaweed"],
    ]
    assert added.stdout.strip() not in listed


def test_a_key_is_removed_by_its_name_and_the_last_one_is_told(ipqa: Run, tmp_path: Path) -> None:
    records = f"sqlite:///{tmp_path}/records.sqlite3"
    for name in ("田中", "佐藤"):
        ipqa("keys", "add", name, IPQA_DATABASE_URL=records)
    assert "キーなしで" not in ipqa("keys", "remove", "田中").stderr
    assert "キーなしで" in ipqa("keys", "remove", "佐藤").stderr
    assert_refused(ipqa("keys", "remove", "佐藤"), "佐藤", "ipqa keys list")
    assert ipqa("keys", "list").stdout == ""


def test_a_key_that_could_read_nothing_or_is_there_already_is_refused(
    ipqa: Run, index: Path, tmp_path: Path
) -> None:
    records = f"sqlite:///{tmp_path}/records.sqlite3"
    unknown = ("keys", "add", "田中", "--report", "無い", "--index", index)
    assert_refused(ipqa(*unknown, IPQA_DATABASE_URL=records), "「無い」", "seaweed")
    admin = ("keys", "add", "田中", "--role", "admin", "--report", "seaweed", "--index", index)
    assert_refused(ipqa(*admin), "admin")
    assert ipqa("keys", "add", "田中").returncode == 0
    assert_refused(ipqa("keys", "add", "田中"), "「田中」", "ipqa keys remove")


def test_records_are_copied_into_a_database_that_holds_none(ipqa: Run, tmp_path: Path) -> None:
    before, after = tmp_path / "records.sqlite3", tmp_path / "new.sqlite3"
    token = KeyStore(Database(f"sqlite:///{before}")).add("田中", "ask")
    target = f"sqlite:///{after}"
    copied = ipqa("records", "copy", before, IPQA_DATABASE_URL=target)
    assert copied.returncode == 0, copied.stderr
    assert "api_keys  1" in copied.stdout
    assert KeyStore(Database(target)).ring().owner_of(token) is not None
    assert_refused(ipqa("records", "copy", before), str(after), "IPQA_DATABASE_URL")
    assert_refused(ipqa("records", "copy", tmp_path / "none"), str(tmp_path / "none"))


def test_a_setting_that_is_no_more_is_refused_with_the_one_that_took_its_place(
    ipqa: Run, tmp_path: Path
) -> None:
    refused = ipqa("keys", "list", IPQA_RECORDS=str(tmp_path / "old.sqlite3"))
    assert_refused(refused, "IPQA_RECORDS", f"IPQA_DATABASE_URL=sqlite:///{tmp_path}/old.sqlite3")


@pytest.mark.parametrize("command", [["serve"], ["mcp", "--http"]])
def test_nothing_listens_beyond_this_machine_without_a_key(
    ipqa: Run, index: Path, tmp_path: Path, command: list[str]
) -> None:
    """The line that fixes it is in the message; with the key, it is the port that is refused."""
    records = f"sqlite:///{tmp_path}/records.sqlite3"
    with socket.create_server(("0.0.0.0", 0)) as taken:  # noqa: S104 - to be found taken
        port = str(taken.getsockname()[1])
        start = (*command, "--index", index, "--host", "0.0.0.0", "--port", port)  # noqa: S104
        refused = ipqa(*start, IPQA_DATABASE_URL=records)
        line = f"ipqa keys add admin --role admin --index {index}"
        assert_refused(refused, "0.0.0.0", f"`{line}`")  # noqa: S104
        assert ipqa(*line.removeprefix("ipqa ").split()).returncode == 0
        assert_refused(ipqa(*start), port, "--port")
