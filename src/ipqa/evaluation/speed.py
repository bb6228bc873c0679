"""How fast answers come: the stages of some answers, a fresh process, and what a user's own reports take."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from ipqa.answering.suggestion import openings
from ipqa.assistant import Assistant
from ipqa.errors import NothingToAsk
from ipqa.evaluation.scores import Score, Values, bootstrap
from ipqa.settings import Settings

_PERCENTILES = (50, 95)
_STARTS = 3


class Speed(BaseModel):
    """How fast an index answers.

    Attributes:
        scores: milliseconds by name: `ms_p50` and `ms_p95` of an answer in a process that has answered before, the
            same of its stages, and `ms_cold_start` of a fresh process.
        memory_mb: what the process has in memory once it has answered.
    """

    questions: int
    scores: dict[str, Score]
    memory_mb: float


def measure_speed(
    settings: Settings, questions: int, watch: Callable[[int], None] = lambda _: None
) -> Speed:
    """Ask questions that are made of the reports' own sentences, one after the other.

    Args:
        settings: which index, and whether with the reader.
        questions: so many at the most; there may be fewer to be made.
        watch: is told how many are done.

    Raises:
        NothingToAsk: no question can be made of any sentence.
        IndexProblem: the index cannot be opened.
        ModelUnavailable: a model cannot be loaded.
    """
    assistant = Assistant.open(settings)
    asked = [question for question, _ in islice(openings(assistant.index, None), questions)]
    if not asked:
        raise NothingToAsk
    assistant.ask(asked[0])  # what is loaded or read once is no part of a warm answer
    timings = []
    for done, question in enumerate(asked, start=1):
        timings.append(assistant.ask(question, mode="extractive").timings_ms)
        watch(done)
    memory = _memory_mb()
    start = {"ms_cold_start": cold_start(settings, asked[0])}
    return Speed(questions=len(asked), scores=timing_scores(timings) | start, memory_mb=memory)


def timing_scores(timings: Sequence[Mapping[str, float]]) -> dict[str, Score]:
    """The time for an answer, and for each stage of it, that half and nearly all questions keep to."""
    found: dict[str, Score] = {}
    for stage in timings[0] if timings else ():
        values = np.asarray([timing[stage] for timing in timings], dtype=np.float64)
        for share in _PERCENTILES:
            name = f"ms_p{share}" if stage == "total" else f"ms_{stage}_p{share}"
            found[name] = bootstrap(name, values, _percentile_of(share))
    return found


def cold_start(settings: Settings, question: str) -> Score:
    """Milliseconds from the start of a new process to its first answer, of a few starts."""
    command = [sys.executable, "-m", "ipqa.cli", "ask", "--index", str(settings.index), question]
    if not settings.reader:
        command.append("--no-reader")
    milliseconds = []
    for _ in range(_STARTS):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - ourselves
        milliseconds.append(1000 * (time.perf_counter() - started))
    return bootstrap(
        "ms_cold_start", np.asarray(milliseconds), lambda rows: np.median(rows, axis=-1)
    )


def _percentile_of(share: int) -> Callable[[Values], Values]:
    return lambda rows: np.asarray(np.percentile(rows, share, axis=-1))


def _memory_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (kilobytes,) = re.findall(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    return round(int(kilobytes) / 1024, 1)
