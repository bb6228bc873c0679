"""What atheris makes of the files of each format is read soundly, or refused for what it is."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ipqa.errors import ReadError, ReadingCrashed, ReadingTooHeavy, ReadingTooSlow
from ipqa.reports import SourceFile
from ipqa.reports.isolation import ReadingProcess
from ipqa.settings import Settings
from tests.fuzz.judging import CASES, read_soundly
from tests.mangling import TooSlow
from tests.parts import ROOT
from tests.tally import Tally

FORMATS = {
    ".md": "Markdown",
    ".txt": "text",
    ".html": "HTML",
    ".pdf": "PDF",
    ".docx": "Word",
    ".pptx": "PowerPoint",
}
_UNITS = re.compile(r"^stat::number_of_executed_units:\s+(\d+)$", re.MULTILINE)
_STARVED = 60.0
"""Seconds by the clock that a reading process has, which may get little of a busy machine."""


def fuzz(ending: str, folder: Path, seconds: int) -> int:
    """Fuzz a format for some seconds; where an input ends the process, another goes on. How many inputs."""
    tried = 0
    until = time.monotonic() + seconds
    while (left := round(until - time.monotonic())) > 0:
        ran = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.harness", ending, str(folder), str(left)],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        told = ran.stderr.decode(errors="replace")
        units = _UNITS.search(told)
        assert units is not None, told
        tried += int(units[1])
    return tried


def fault_of(file: SourceFile, reading: ReadingProcess) -> str | None:
    """What is wrong with how a finding is read where nothing watches the readers; None where nothing is."""
    memory = Settings().max_report_memory
    try:
        reading.read(file, seconds=_STARVED, memory=memory)
    except (ReadingCrashed, ReadingTooHeavy, ReadingTooSlow) as error:
        return str(error)
    except ReadError:
        return None
    try:
        read_soundly(file)
    except (Exception, TooSlow) as error:  # noqa: BLE001 - whatever it is, it is told
        return f"{type(error).__name__}: {error}"
    return None


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="ipqa[fuzz] has atheris")
@pytest.mark.parametrize("ending", FORMATS)
def test_what_is_made_of_a_file_is_read_or_refused(
    ending: str, tmp_path: Path, tally: Tally
) -> None:
    test = f"inputs that atheris makes for the readers: {FORMATS[ending]}"
    tried = fuzz(ending, tmp_path, int(os.environ["IPQA_FUZZ"]) // len(FORMATS))
    wrong: list[str] = []
    with ReadingProcess() as reading:
        for path in sorted((tmp_path / "findings").iterdir()):
            fault = fault_of(SourceFile(path.with_suffix(ending), path.read_bytes()), reading)
            if fault is not None:
                case = CASES / f"{path.stem}{ending}"
                shutil.copyfile(path, case)
                wrong.append(f"{case}: {fault}")
    tally.count(test, tried, wrong)
    tally.require(test)
