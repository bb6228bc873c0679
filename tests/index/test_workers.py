"""Readings made by many processes are those that one makes, whatever happens to the processes."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ipqa.errors import IndexNotWritable
from ipqa.index.build import build_index
from ipqa.index.builder import BuildResult, Progress
from ipqa.index.generations import generation_folder, read_pointer
from ipqa.index.workers import processes
from ipqa.settings import Settings
from tests.parts import SMALL_REPORT, shipped_model

_PATIENCE = 120
"""Seconds that processes may take to start or end, on a machine that has much else to do."""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of several kinds, two files of one content, and three that cannot be read."""
    folder = tmp_path_factory.mktemp("corpus")
    for number in range(4):
        text = f"# 第{number}号\n\n" + "".join(
            f"{n}月の受注は{n + number}件。\n\n" for n in range(9)
        )
        (folder / f"orders-{number}.md").write_text(text, encoding="utf-8")
    for name in ("seaweed.md", "the-same.md"):
        (folder / name).write_text(SMALL_REPORT, encoding="utf-8")
    for number in range(3):
        (folder / f"broken-{number}.txt").write_bytes(b"\x00\x01" * 99 + bytes([number]))
    return folder


def built(corpus: Path, index: Path, workers: int, steps: list[Progress]) -> BuildResult:
    settings = Settings(corpus=corpus, index=index)
    return build_index(settings, shipped_model(), steps.append, makers=processes(workers))


def files(index: Path) -> dict[str, bytes]:
    """Everything that an index consists of, but for when it was made."""
    generation = generation_folder(index, read_pointer(index).name)
    paths = [*generation.rglob("*"), *(index / "readings").rglob("*")]
    return {
        path.relative_to(index).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file() and path.name != "manifest.json"
    }


def test_many_workers_make_what_one_makes_to_the_bit(corpus: Path, tmp_path: Path) -> None:
    of_one: list[Progress] = []
    of_many: list[Progress] = []
    one = built(corpus, tmp_path / "one", 1, of_one)
    many = built(corpus, tmp_path / "many", 3, of_many)
    assert files(tmp_path / "many") == files(tmp_path / "one")
    assert many.manifest.reports == one.manifest.reports
    assert (many.read, many.reused) == (one.read, one.reused)
    assert one.read
    assert [str(failure) for failure in many.failures] == [str(error) for error in one.failures]
    assert [error.details["path"] for error in many.failures] == [
        corpus / f"broken-{number}.txt" for number in range(3)
    ]
    for steps in (of_one, of_many):
        assert steps[-1].sentences == sum(
            r.sentences for r in one.manifest.reports if r.id in one.read
        )
        assert steps[-1].done <= steps[-1].total
        assert [step.done for step in steps] == sorted(step.done for step in steps)


def test_workers_make_only_what_is_missing(corpus: Path, tmp_path: Path) -> None:
    built(corpus, tmp_path, 2, [])
    steps: list[Progress] = []
    again = built(corpus, tmp_path, 2, steps)
    assert (again.rebuilt, again.read) == (False, ())
    assert len(again.failures) == 3


_KILLED = """
import os, signal, sys
from multiprocessing import active_children
from pathlib import Path
from ipqa.embedding import model_of
from ipqa.index.build import build_index
from ipqa.index.workers import processes
from ipqa.settings import Settings

def watch(step):
    if step.done and active_children():
        os.kill(active_children()[0].pid, signal.SIGKILL)

if __name__ == "__main__":
    settings = Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2]))
    result = build_index(settings, model_of(settings), watch, makers=processes(2))
    print(*result.read, len(result.failures))
"""


def script(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "script.py"
    path.write_text(text, encoding="utf-8")
    return [sys.executable, str(path)]


def test_where_a_worker_is_killed_its_work_is_done_all_the_same(
    corpus: Path, tmp_path: Path
) -> None:
    right = built(corpus, tmp_path / "right", 1, [])
    command = [*script(tmp_path, _KILLED), str(corpus), str(tmp_path / "index")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_PATIENCE)
    assert "was ended" in done.stderr
    assert done.stdout.split() == [*right.read, "3"]
    assert files(tmp_path / "index") == files(tmp_path / "right")


_LEFT = """
import os, sys
from multiprocessing import active_children
from pathlib import Path
from ipqa.embedding import model_of
from ipqa.index.build import build_index
from ipqa.index.workers import processes
from ipqa.settings import Settings

def watch(step):
    if step.done:
        print(*(child.pid for child in active_children()), flush=True)
        os.kill(os.getpid(), 9)

if __name__ == "__main__":
    settings = Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2]))
    build_index(settings, model_of(settings), watch, makers=processes(2))
"""


def runs(process: int) -> bool:
    """Whether a process is there, and not only its exit code."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return False
    return "\nState:\tZ" not in status


def test_no_worker_outlives_a_build_that_is_killed(corpus: Path, tmp_path: Path) -> None:
    command = [*script(tmp_path, _LEFT), str(corpus), str(tmp_path / "index")]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=False, timeout=_PATIENCE
    )
    assert done.returncode == -signal.SIGKILL
    workers = list(map(int, done.stdout.split()))
    assert workers
    until = time.monotonic() + _PATIENCE
    while any(map(runs, workers)):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_what_keeps_workers_from_working_at_all_ends_the_build(
    corpus: Path, tmp_path: Path
) -> None:
    """As a full disk does: no report could be kept."""
    index = tmp_path / "index"
    index.mkdir()
    (index / "readings").write_text("not a folder", encoding="utf-8")
    with pytest.raises(IndexNotWritable):
        built(corpus, index, 2, [])
