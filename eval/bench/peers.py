"""ipqa beside LangChain, LlamaIndex, Haystack and txtai: the same questions, the same embedding model.

Fresh processes of all of them take turns, so that whatever else the machine does meets all alike; warm ones are asked
blocks of questions in turn.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.bench.embedding import in_fp32
from eval.bench.parts import Bench, Figures, Part, paired, seconds_of, table
from eval.peers.common import CHARACTERS, Needs, answerable, finds_evidence
from eval.peers.environments import PEERS, ROOT, NotInstalled, environment_of, last_error

OURSELVES = "ipqa"
FUSED = "both legs fused"
YARDSTICK = ("LangChain", "dense, FAISS")
"""What a user would pick instead, and the lightest of it: times are told as multiples of this one's."""

_BLOCK = 20
"""Questions that one leg is asked before it is the next one's turn."""


class PeerFailed(Exception):
    """A peer's script ended with an error; the message is its last line."""


@dataclass(frozen=True, slots=True)
class System:
    """A framework, or ourselves, with its indexes built.

    Attributes:
        legs: what can be asked, as its script names it.
    """

    name: str
    python: Path
    script: str
    folder: Path
    legs: Sequence[Mapping[str, Any]]

    def command(self, *arguments: str) -> list[str]:
        """What runs its script."""
        return _command(self.python, self.script, *arguments)


@dataclass(slots=True)
class Leg:
    """What was measured of one leg of one variant, or of a command that a user types."""

    system: str
    name: str
    leg: str
    evidence: list[bool] = field(default_factory=list)
    fresh: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    beyond: list[float] = field(default_factory=list)


def measure(bench: Bench) -> Figures:
    """Build every system, start fresh ones in turn, and ask warm ones in turn."""
    in_fp32(bench.work / "peers")
    systems, failed = _systems(bench)
    questions = [needs for path in bench.gold for needs in answerable(path)]
    legs = {
        (system.name, one["variant"], one["leg"]): Leg(system.name, one["name"], one["leg"])
        for system in systems
        for one in system.legs
    }
    typed: tuple[tuple[str, ...], ...] = ((), ("--no-reader",))
    commands = {
        options: Leg(OURSELVES, "", f"`ipqa ask{''.join(f' {o}' for o in options)}`")
        for options in typed
    }
    for _ in range(bench.rounds):
        _start_fresh(bench, systems, legs, commands, questions[0][0])
    with ExitStack() as stack:
        asked = {system.name: stack.enter_context(_answering(system)) for system in systems}
        for start in range(0, len(questions), _BLOCK):
            for key, leg in legs.items():
                _ask(asked[key[0]], key[1:], leg, questions[start : start + _BLOCK])
    rows = [_row(leg, legs) for leg in [*commands.values(), *legs.values()]]
    packages = {peer.name: peer.packages for peer in PEERS}
    return {"questions": len(questions), "rows": rows, "failed": failed, "packages": packages}


def told(figures: Figures) -> str:
    """The table: times as multiples of LangChain's."""
    heads = [
        "",
        "searched by",
        f"evidence in {CHARACTERS:,} characters, n={figures['questions']}",
        "fresh process",
        "warm query",
        "beyond the embedding, ms",
        "memory, MB",
    ]
    rows = [
        [
            ": ".join(filter(None, (row["system"], row["name"]))),
            row["leg"],
            _shown(row["evidence"], "{:.2f}"),
            _shown(row["fresh_ratio"], "{:.2f} ×"),
            _shown(row["warm_ratio"], "{:.2f} ×"),
            _shown(row["beyond_ms"], "{:.1f}"),
            _shown(row["memory_mb"], "{:.0f}"),
        ]
        for row in figures["rows"]
    ]
    missing = [f"{name} was not measured: {why}" for name, why in figures["failed"].items()]
    return "\n\n".join([table(heads, rows), *missing])


def _shown(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


def _systems(bench: Bench) -> tuple[list[System], dict[str, str]]:
    """Ourselves and each peer with its indexes, and why some are missing."""
    found, failed = [], {}
    found.append(_built(bench, OURSELVES, Path(sys.executable), "ipqa_itself"))
    for peer in PEERS:
        try:
            python = environment_of(peer, bench.environments)
            found.append(_built(bench, peer.name, python, peer.script))
        except (NotInstalled, PeerFailed) as error:
            failed[peer.name] = str(error)
    return found, failed


def _built(bench: Bench, name: str, python: Path, script: str) -> System:
    folder = bench.work / "peers" / script
    print(f"  {name}: building", file=sys.stderr, flush=True)
    printed = _run(_command(python, script, "build", str(bench.corpus), str(folder)))
    return System(name, python, script, folder, json.loads(printed.splitlines()[-1])["legs"])


def _start_fresh(
    bench: Bench,
    systems: Sequence[System],
    legs: Mapping[tuple[str, int, str], Leg],
    commands: Mapping[tuple[str, ...], Leg],
    question: str,
) -> None:
    """One fresh process of each, to its first hits; of ours, also to the printed and cited answer."""
    for options, command in commands.items():
        typed = [sys.executable, "-m", "ipqa.cli", "ask", "--index", str(bench.index)]
        command.fresh.append(seconds_of(lambda t=[*typed, *options, question]: _run(t)))  # type: ignore[misc]
    for system in systems:
        for one in system.legs:
            place = (str(one["variant"]), one["leg"])
            opening = system.command("open", str(system.folder), *place, question)
            printed: list[str] = []
            leg = legs[system.name, one["variant"], one["leg"]]
            leg.fresh.append(seconds_of(lambda o=opening, p=printed: p.append(_run(o))))  # type: ignore[misc]
            leg.memory.append(json.loads(printed[0].splitlines()[-1])["memory_mb"])


@contextmanager
def _answering(system: System) -> Iterator[subprocess.Popen[str]]:
    """A process of a system that answers until it is left."""
    with subprocess.Popen(  # noqa: S603 - ourselves
        system.command("answer", str(system.folder)),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        if process.stdin is not None:
            process.stdin.close()


def _ask(
    process: subprocess.Popen[str], place: tuple[int, str], leg: Leg, block: Sequence[Needs]
) -> None:
    """Have one leg search for some questions."""
    if process.stdin is None or process.stdout is None:
        raise PeerFailed(leg.system)
    for question, evidence in block:
        asked = {"variant": place[0], "leg": place[1], "question": question}
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise PeerFailed(f"{leg.system}: it ended at “{question}”")
        found = json.loads(line)
        leg.evidence.append(finds_evidence(found["texts"], evidence))
        leg.warm.append(1000 * found["seconds"])
        leg.beyond.append(1000 * (found["seconds"] - found["embedding"]))


def _row(leg: Leg, legs: Mapping[tuple[str, int, str], Leg]) -> dict[str, Any]:
    """What is kept of a leg; nothing is told as a multiple where LangChain was not measured."""
    yardstick = next(
        (other for other in legs.values() if (other.system, other.leg) == YARDSTICK), None
    )
    fresh, warm = (None, None) if yardstick is None else (yardstick.fresh, yardstick.warm)
    return {
        "system": leg.system,
        "name": leg.name,
        "leg": leg.leg,
        "evidence": round(statistics.mean(leg.evidence), 4) if leg.evidence else None,
        "fresh_s": round(statistics.median(leg.fresh), 3),
        "fresh_ratio": paired(leg.fresh, fresh) if fresh else None,
        "warm_ms": round(statistics.median(leg.warm), 2) if leg.warm else None,
        "warm_ratio": paired(leg.warm, warm) if leg.warm and warm else None,
        "beyond_ms": round(statistics.median(leg.beyond), 2) if leg.beyond else None,
        "memory_mb": round(statistics.median(leg.memory), 1) if leg.memory else None,
    }


def _command(python: Path, script: str, *arguments: str) -> list[str]:
    return [str(python), "-W", "ignore", "-m", f"eval.peers.{script}", *arguments]


def _run(command: Sequence[str]) -> str:
    """What a command prints."""
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)  # noqa: S603 - ourselves
    if done.returncode:
        raise PeerFailed(last_error(done.stderr.splitlines()))
    return done.stdout


PART = Part(measure, told)
