"""Answers over HTTP, with and without the reader: how long each takes, how many a second, and in how much memory.

No question is asked twice of one server, so that nothing is answered from what it remembers.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import chain, zip_longest

import httpx

from eval.bench.parts import Bench, Figures, Part, paired, seconds_of, spread, table
from eval.bench.serving import Server, serving
from ipqa.evaluation.gold import read_gold

MODES = {"without the reader": False, "with the reader": True}
CLIENTS = 8
WARM_UP = 50
"""Questions that a server has answered when its memory is looked at, and when measuring begins."""

_PATIENCE = 60.0
_OK = 200


def measure_answers(bench: Bench) -> Figures:
    """One question after the other, each asked of both servers in turn."""
    first, others = _questions(bench)
    taken: dict[str, list[float]] = {mode: [] for mode in MODES}
    with ExitStack() as stack, httpx.Client(timeout=_PATIENCE) as client:
        servers = {
            mode: stack.enter_context(serving(bench.index, bench.work, reader=reader))
            for mode, reader in MODES.items()
        }

        def ask(mode: str, question: str) -> None:
            address = f"{servers[mode].address}/api/ask"
            client.post(address, json={"question": question}).raise_for_status()

        for question in first:
            for mode in MODES:
                ask(mode, question)
        for question in others:
            for mode, found in taken.items():
                found.append(1000 * seconds_of(lambda m=mode, q=question: ask(m, q)))  # type: ignore[misc]
    plain, read = (taken[mode] for mode in MODES)
    return {
        "modes": {mode: spread(values) for mode, values in taken.items()},
        "ratio": paired(read, plain),
    }


def told_answers(figures: Figures) -> str:
    """Milliseconds, and how many times as long the reader makes an answer take."""
    rows = [
        [mode, *(f"{found[share]:.0f}" for share in ("p50", "p95")), f"{found['n']}"]
        for mode, found in figures["modes"].items()
    ]
    text = table(["one client", "p50, ms", "p95, ms", "questions"], rows)
    return f"{text}\n\nWith the reader an answer takes {figures['ratio']:.1f} times as long (median of pairs)."


def measure_throughput(bench: Bench) -> Figures:
    """Eight clients at once, who ask as soon as they are answered; fresh servers of both modes take turns."""
    first, others = _questions(bench)
    runs: dict[str, list[dict[str, float]]] = {mode: [] for mode in MODES}
    for number in range(bench.rounds):
        for mode, reader in MODES.items():
            print(f"  {mode}: round {number + 1}", file=sys.stderr, flush=True)
            with serving(bench.index, bench.work, reader=reader) as server:
                asyncio.run(_all_asked(server, first, 1))
                memory = server.memory
                started = time.perf_counter()
                taken, failures = asyncio.run(_all_asked(server, others, CLIENTS))
                seconds = time.perf_counter() - started
                told = {"per_second": len(taken) / seconds, "failures": failures}
                runs[mode].append(told | spread(taken) | memory)
    return {
        "clients": CLIENTS,
        "modes": {
            mode: {name: round(statistics.median(run[name] for run in told), 2) for name in told[0]}
            | {"failures": sum(run["failures"] for run in told)}
            for mode, told in runs.items()
        },
    }


def told_throughput(figures: Figures) -> str:
    """Answers a second, the slowest of a hundred, what was lost, and the memory."""
    heads = [f"{figures['clients']} clients", "answers/s", "p50, ms", "p99, ms", "lost"]
    rows = [
        [
            mode,
            *(
                f"{found[name]:.0f}"
                for name in ("per_second", "p50", "p99", "failures", "memory_mb", "of_files_mb")
            ),
        ]
        for mode, found in figures["modes"].items()
    ]
    memory = f"memory after {WARM_UP} questions, MB"
    return table([*heads, memory, "of it pages of files"], rows)


async def _all_asked(
    server: Server, questions: Sequence[str], clients: int
) -> tuple[list[float], int]:
    """Milliseconds of each answer, and how many did not come."""
    waiting = iter(questions)
    taken: list[float] = []
    failures = 0

    async def ask_on() -> None:
        nonlocal failures
        async with httpx.AsyncClient(base_url=server.address, timeout=_PATIENCE) as client:
            for question in waiting:
                started = time.perf_counter()
                try:
                    answer = await client.post("/api/ask", json={"question": question})
                except httpx.HTTPError:
                    failures += 1
                    continue
                taken.append(1000 * (time.perf_counter() - started))
                failures += answer.status_code != _OK

    await asyncio.gather(*(ask_on() for _ in range(clients)))
    return taken, failures


def _questions(bench: Bench) -> tuple[list[str], list[str]]:
    """Distinct questions to warm up with, and to measure with: of all files, mixed."""
    files = [[gold.question for gold in read_gold(path)] for path in bench.gold]
    mixed = chain.from_iterable(zip_longest(*files))
    questions = list(dict.fromkeys(filter(None, mixed)))
    return questions[:WARM_UP], questions[WARM_UP:]


ANSWERS = Part(measure_answers, told_answers)
THROUGHPUT = Part(measure_throughput, told_throughput)
