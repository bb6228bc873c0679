"""Whatever a file does to its reader, it does to a process of its own, and is told."""

import io
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ipqa.errors import (
    EmptyReport,
    FileBroken,
    FormatNotReadable,
    IpqaError,
    Language,
    NotText,
    ReadError,
    ReadingCrashed,
    ReadingTooHeavy,
    ReadingTooSlow,
)
from ipqa.reports import SourceFile, parse
from ipqa.reports.isolation import ReadingProcess, reading_process
from ipqa.reports.model import Report
from tests.office_maker import WordMaker, paragraph, slides
from tests.parts import ROOT, SMALL_REPORT
from tests.pdf_maker import PdfMaker

LANGUAGES: tuple[Language, ...] = ("ja", "en")
PLENTY = 1_000_000_000
LITTLE = 400_000_000

SMALL = SourceFile(Path("海藻.md"), SMALL_REPORT.encode())
LONG = SourceFile(
    Path("長い報告.md"), b"".join(b"1. %d [a](b) **c**\n" % n for n in range(400_000))
)


def pdf() -> bytes:
    maker = PdfMaker(title="港湾倉庫の安全報告")
    maker.heading("第1章 設備")
    maker.paragraph("港湾倉庫の第三棟では、消火設備の点検を毎年6月に実施している。")
    maker.page()
    return maker.bytes()


def swollen() -> SourceFile:
    """A small Word file within the limits of what is unpacked, and far beyond those of memory."""
    text = '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    text += "<w:p/>" * 15_000_000 + "</w:body></w:document>"
    stream = io.BytesIO(WordMaker().body(paragraph("本文")).saved())
    with zipfile.ZipFile(stream) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in {**parts, "word/document.xml": text.encode()}.items():
            archive.writestr(name, data)
    return SourceFile(Path("膨らむ.docx"), stream.getvalue())


class Reading:
    """A worker of its own, and how its process is found among those that other tests have started."""

    def __init__(self, apart: ReadingProcess) -> None:
        self._apart = apart
        self._others = set(children(os.getpid()))

    def read(self, file: SourceFile, seconds: float = 60.0, memory: int = PLENTY) -> Report:
        return self._apart.read(file, seconds=seconds, memory=memory)

    def works(self) -> bool:
        return self.read(SMALL) == parse(SMALL)

    @property
    def worker(self) -> int:
        """The process id of the worker."""
        (worker,) = set(children(os.getpid())) - self._others
        return worker

    @property
    def reader(self) -> int:
        """The process id of the child that reads the file at hand; it may not be there yet."""
        (reader,) = children(self.worker)
        return reader


@pytest.fixture
def apart() -> Iterator[Reading]:
    with ReadingProcess() as process:
        yield Reading(process)


def children(process: int) -> list[int]:
    told = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for path in told for child in path.read_text().split()]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("海藻.md", SMALL_REPORT.encode()),
        ("海藻.txt", SMALL_REPORT.encode("cp932", "ignore")),
        ("海藻.html", b"<html><body><h1>A</h1><p>B C.</p><p>D E.</p></body></html>"),
        ("倉庫.pdf", pdf()),
        ("規格.docx", WordMaker().body(paragraph("本文です。")).saved()),
        ("規格.pptx", slides().saved()),
    ],
)
def test_a_report_is_the_same_as_read_here(apart: Reading, name: str, raw: bytes) -> None:
    file = SourceFile(Path(name), raw)
    assert apart.read(file) == parse(file)


@pytest.mark.parametrize(
    ("error", "raw"),
    [
        (EmptyReport, b""),
        (NotText, bytes(range(256)) * 9),
        (FileBroken, b"%PDF-1.7\nnothing"),
        (FormatNotReadable, b"PK\x03\x04" + bytes(30)),
    ],
)
def test_an_error_is_the_same_as_raised_here(
    apart: Reading, error: type[ReadError], raw: bytes
) -> None:
    file = SourceFile(Path("報告") / "壊れた.txt", raw)
    with pytest.raises(error) as here:
        parse(file)
    with pytest.raises(error) as told:
        apart.read(file)
    assert told.value.details == here.value.details
    assert [told.value.message(each) for each in LANGUAGES] == [
        here.value.message(each) for each in LANGUAGES
    ]
    assert apart.works()


def refusal_names(error: IpqaError, *parts: str) -> bool:
    return all(part in error.message(each) for each in LANGUAGES for part in parts)


def test_a_file_that_takes_too_long_is_refused_and_the_next_is_read(apart: Reading) -> None:
    assert apart.works()
    with pytest.raises(ReadingTooSlow) as caught:
        apart.read(LONG, seconds=0.5)
    assert refusal_names(caught.value, "長い報告.md", "0.5", "IPQA_MAX_REPORT_SECONDS")
    assert apart.works()


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="only Linux limits memory")
def test_a_file_that_takes_too_much_memory_is_refused_and_the_next_is_read(apart: Reading) -> None:
    with pytest.raises(ReadingTooHeavy) as caught:
        apart.read(swollen(), memory=LITTLE)
    assert refusal_names(caught.value, "膨らむ.docx", "400,000,000", "IPQA_MAX_REPORT_MEMORY")
    assert apart.works()


def fall(find: Callable[[], int], number: signal.Signals) -> threading.Thread:
    """Send a signal to a process as soon as there is one."""

    def wait_and_send() -> None:
        for _ in range(3000):
            try:
                os.kill(find(), number)
            except (ValueError, OSError):
                time.sleep(0.01)
            else:
                return

    thread = threading.Thread(target=wait_and_send)
    thread.start()
    return thread


needs_proc = pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="finds processes in /proc")


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_a_reader_that_crashes_is_told_and_the_next_file_is_read(
    apart: Reading, number: signal.Signals
) -> None:
    assert apart.works()
    fallen = fall(lambda: apart.reader, number)
    with pytest.raises(ReadingCrashed) as caught:
        apart.read(LONG)
    fallen.join()
    assert refusal_names(caught.value, "長い報告.md", number.name, "IPQA_MAX_REPORT_MEMORY")
    assert apart.works()


@needs_proc
def test_a_worker_that_is_killed_is_told_and_another_reads_the_next_file(
    apart: Reading,
) -> None:
    assert apart.works()
    before = apart.worker
    fallen = fall(lambda: (before, apart.reader)[0], signal.SIGKILL)
    with pytest.raises(ReadingCrashed):
        apart.read(LONG)
    fallen.join()
    assert apart.works()
    assert apart.worker != before


@needs_proc
def test_nothing_is_left_running() -> None:
    with ReadingProcess() as process:
        apart = Reading(process)
        with pytest.raises(ReadingTooSlow):
            apart.read(LONG, seconds=0.2)
        worker = apart.worker
        assert not children(worker)
    assert worker not in children(os.getpid())


@needs_proc
def test_a_worker_whose_caller_is_killed_ends_with_what_it_reads() -> None:
    script = (
        "import sys; from tests.reports.test_isolation import LONG, ReadingProcess\n"
        "ReadingProcess().read(LONG, seconds=60, memory=10**9)"
    )
    caller = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    readers: list[int] = []
    while not readers:
        time.sleep(0.01)
        workers = children(caller.pid)
        readers = [reader for worker in workers for reader in children(worker)]
    caller.kill()
    caller.wait()
    while any(Path(f"/proc/{process}").exists() for process in [*workers, *readers]):
        time.sleep(0.01)


def test_one_worker_is_kept_for_all_files() -> None:
    assert reading_process() is reading_process()


@needs_proc
def test_the_worker_gets_no_keys(apart: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPQA_LLM_API_KEY", "himitsu")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "himitsu")
    assert apart.works()
    assert b"himitsu" not in Path(f"/proc/{apart.worker}/environ").read_bytes()


@needs_proc
def test_the_worker_is_without_network_where_the_system_allows_that(
    apart: Reading,
) -> None:
    unshare = shutil.which("unshare")
    kind = ["--net"] if os.geteuid() == 0 else ["--user", "--net"]
    if unshare is None or subprocess.run([unshare, *kind, "true"], check=False).returncode:
        pytest.skip("this system lets nobody leave the network")
    assert apart.works()
    worker = apart.worker
    assert Path(f"/proc/{worker}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()
    interfaces = Path(f"/proc/{worker}/net/dev").read_text().splitlines()[2:]
    assert [line.split(":")[0].strip() for line in interfaces] == ["lo"]


def test_a_name_that_is_no_text_is_no_hindrance(apart: Reading) -> None:
    assert apart.read(SourceFile(Path("\udce6\udc97.md"), SMALL.raw)) == parse(SMALL)
    with pytest.raises(EmptyReport):
        apart.read(SourceFile(Path("\udce6\udc97.\udc97"), b""))


def test_a_fault_of_a_reader_is_told_as_a_crash_and_logged(
    apart: Reading,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A reader that is broken on purpose, in the worker alone."""
    broken = "import ipqa.reports.markdown as reader\nreader.read_markdown = None\n"
    (tmp_path / "sitecustomize.py").write_text(broken, encoding="utf-8")
    searched = [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(searched))
    with pytest.raises(ReadingCrashed) as fault:
        apart.read(SMALL)
    assert refusal_names(fault.value, "海藻.md", "TypeError: 'NoneType' object is not callable")
    assert "Traceback" in caplog.text
