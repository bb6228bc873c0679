"""Measures which claims pass the check of generated answers, on pairs of a claim and its quotes.

    python -m eval.measure_gate [--wrong]

`eval/gate/pairs.jsonl` holds claims as a language model writes them, half of them subtly wrong. Each pair is
made a report of its own, so that a claim can rest on nothing but its quotes. A claim passes where
`Assistant.verify` finds it supported. `dev` is to work with, `test` only to report on.

`written` are the claims of `training/data` about held-out families, each verified against its whole report.
What is wrong with half of them is their meaning alone: hardly a figure, unit or name that rules could find.
"""

import argparse
import json
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ipqa.assistant import Assistant
from ipqa.embedding import load_model
from ipqa.index.build import build_index
from ipqa.settings import read_settings
from training.check_data import family_of, folders_of_data, held_out_families, read_folder

PAIRS = Path(__file__).parent / "gate" / "pairs.jsonl"


@dataclass(frozen=True)
class Judged:
    """A pair, and whether its claim passed."""

    pair: dict[str, Any]
    passed: bool
    reason: str | None


def read_pairs() -> list[dict[str, Any]]:
    """The pairs in the order of the file."""
    return [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]


def judged(folder: Path) -> tuple[list[Judged], float]:
    """Every pair judged, and the milliseconds that one took."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    pairs = read_pairs()
    for pair in pairs:
        headings = "\n\n".join(f"{'#' * n} {title}" for n, title in enumerate(pair["section"], 2))
        body = "\n\n".join(pair["quotes"])
        text = f"# 資料 {pair['id']}\n\n{headings}\n\n{body}\n"
        (corpus / f"{pair['id']}.md").write_text(text, encoding="utf-8")
    settings = read_settings(corpus=corpus, index=folder / "index")
    build_index(settings, load_model(settings.embedding_model), lambda _: None)
    assistant = Assistant.open(settings)
    started = time.perf_counter()
    found = []
    for pair in pairs:
        sentences = assistant.verify(pair["claim"], [pair["id"]]).sentences
        failed = [s for s in sentences if s.support != "supported"]
        found.append(Judged(pair, not failed, failed[0].reason if failed else None))
    return found, 1000 * (time.perf_counter() - started) / len(pairs)


def judged_written(folder: Path) -> list[Judged]:
    """The claims about held-out families, judged against their reports."""
    found = []
    for path in folders_of_data():
        settings = read_settings(corpus=path, index=folder / path.name)
        build_index(settings, load_model(settings.embedding_model), lambda _: None)
        assistant = Assistant.open(settings)
        for claims in read_folder(path).claims:
            if family_of(claims.report) not in held_out_families():
                continue
            for right, text in ((True, claims.supported), (False, claims.wrong)):
                sentences = assistant.verify(text, [claims.report]).sentences
                passed = all(s.support == "supported" for s in sentences)
                kind = "right" if right else claims.kind
                found.append(Judged({"right": right, "kind": kind}, passed, None))
    return found


def print_scores(name: str, found: list[Judged]) -> None:
    """Precision and recall of what passes, and both by kind."""
    passed = [one for one in found if one.passed]
    right = [one for one in found if one.pair["right"]]
    true = sum(one.pair["right"] for one in passed)
    print(
        f"{name}: {len(found)} claims, precision {true / max(1, len(passed)):.3f}, recall {true / len(right):.3f}"
    )
    kinds: dict[tuple[bool, str], list[bool]] = defaultdict(list)
    for one in found:
        kinds[not one.pair["right"], one.pair["kind"]].append(one.passed)
    for (wrong, kind), passes in sorted(kinds.items()):
        sign = "✗" if wrong else "✓"
        print(f"  {sign} {kind:14} {sum(passes):3} of {len(passes):3} pass")


def main() -> None:
    """Print the scores, and with --wrong the dev claims that are judged wrongly."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--wrong", action="store_true")
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        found, took = judged(Path(folder) / "pairs")
        written = judged_written(Path(folder) / "written")
    for split in ("dev", "test"):
        print_scores(split, [one for one in found if one.pair["id"].startswith(split)])
    print_scores("written", written)
    print(f"{took:.0f} ms a claim")
    for one in found:
        if arguments.wrong and one.pair["id"].startswith("dev") and one.passed != one.pair["right"]:
            print(f"\n{one.pair['id']} {one.pair['kind']} {one.reason}\n  {one.pair['claim']}")
            print("\n".join(f"    {quote}" for quote in one.pair["quotes"]))


if __name__ == "__main__":
    main()
