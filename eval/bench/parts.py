"""What a part of the bench is given, and how it says what it found."""

import platform
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import cpu_count
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

Figures = Mapping[str, Any]
"""What was measured, fit for JSON; `skipped` says why there is nothing."""


class Skipped(Exception):
    """What a part needs is not there; the message says what."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured with.

    Attributes:
        corpus: the reports that are asked about, files of text.
        gold: gold questions about them.
        environments: where the peers are installed.
        jaquad: a clone of JaQuAD, whose questions are in SQuAD's format.
        index: an index of the corpus.
        work: an empty folder for whatever is made.
        rounds: how often what varies from run to run is repeated.
    """

    corpus: Path
    gold: tuple[Path, ...]
    environments: Path
    jaquad: Path
    index: Path
    work: Path
    rounds: int


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is measured.

    Attributes:
        measure: measures it; raises Skipped.
        told: the figures in Markdown.
    """

    measure: Callable[[Bench], Figures]
    told: Callable[[Figures], str]


def seconds_of(work: Callable[[], object]) -> float:
    """How long something takes."""
    started = perf_counter()
    work()
    return perf_counter() - started


def spread(values: Sequence[float], digits: int = 2) -> dict[str, float]:
    """The median and how far the slowest go."""
    found = {f"p{share}": float(np.percentile(values, share)) for share in (50, 95, 99)}
    return {name: round(value, digits) for name, value in found.items()} | {"n": len(values)}


def paired(values: Sequence[float], others: Sequence[float]) -> float:
    """How many times as much each value is as its partner, measured beside it; the median of that."""
    return round(statistics.median(v / o for v, o in zip(values, others, strict=True)), 3)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> Figures:
    """What the figures were measured on."""
    processor = re.search(
        r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE
    )
    memory = re.search(
        r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text("ascii"), re.MULTILINE
    )
    return {
        "processor": processor[1] if processor else platform.machine(),
        "cores": cpu_count(),
        "memory_gb": round(int(memory[1]) / 2**20) if memory else None,
        "python": platform.python_version(),
    }
