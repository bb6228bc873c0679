"""The command line, as a user meets it: exit codes, messages in the user's language, no traceback."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ipqa import cli
from ipqa.settings import Settings
from tests.parts import SMALL_REPORT


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


def test_build_ask_and_build_again(ipqa: Run, tmp_path: Path) -> None:
    report = tmp_path / "海藻.md"
    report.write_text(SMALL_REPORT, encoding="utf-8")
    built = ipqa("build", "--corpus", report, "--index", tmp_path / "index")
    assert built.returncode == 0, built.stderr
    assert "索引を作りました" in built.stdout
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
        *("notes", "confidence", "reason", "mode", "timings_ms"),
    }
    assert set(answer["citations"][0]) == {
        *("number", "report", "title", "section", "quote", "start", "end", "sources"),
    }


def test_a_decline_is_an_answer_with_exit_code_zero(ipqa: Run, index: Path) -> None:
    result = ipqa("ask", "--index", index, "明日の天気は？")
    assert result.returncode == 0
    assert "資料に記載がありません" in result.stdout
    assert "近い箇所" in result.stdout


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
    for command in (["ask", "質問"], ["serve"]):
        assert_refused(
            ipqa(*command, "--index", tmp_path / "none"), "索引がありません", "ipqa build --index"
        )


def test_an_empty_corpus_folder_is_told(ipqa: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = ipqa("build", "--corpus", tmp_path / "empty", "--index", tmp_path / "index")
    assert_refused(result, "読める報告書がありません", ".md")


def test_a_binary_file_is_told(ipqa: Run, tmp_path: Path) -> None:
    (tmp_path / "picture.txt").write_bytes(bytes(range(256)) * 20)
    result = ipqa("build", "--corpus", tmp_path / "picture.txt", "--index", tmp_path / "index")
    assert_refused(result, "テキストではありません")


def test_a_pdf_is_told_by_its_name(ipqa: Run, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    assert_refused(ipqa("inspect", tmp_path / "report.pdf"), "PDF")


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
