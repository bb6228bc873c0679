"""Retrieval on data in JSQuAD's format: JaQuAD's dev part, every paragraph a report of its own."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from eval.bench.parts import Bench, Figures, Part, Skipped, seconds_of, spread, table
from ipqa.assistant import Assistant
from ipqa.embedding import load_model
from ipqa.evaluation.gold import GoldQuestion
from ipqa.evaluation.squad import read_squad
from ipqa.glossary import Glossary
from ipqa.index.build import build_index
from ipqa.index.store import open_index
from ipqa.retrieval import Hit, Retriever
from ipqa.settings import read_settings

DEPTHS = (1, 5)
_PASSAGES = 30
_ASKED = 1000


def measure(bench: Bench) -> Figures:
    """How often the paragraph that a question was written about is among the first."""
    if not bench.jaquad.is_dir():
        raise Skipped("JaQuAD is not there")
    corpus = bench.work / "jaquad"
    questions = read_squad(_one_file(bench), corpus, None)[:_ASKED]
    settings = read_settings(corpus=corpus, index=bench.work / "jaquad-index", reader=False)
    model = load_model(settings.embedding_model)
    print("  building", file=sys.stderr, flush=True)
    build_index(settings, model, lambda _: None)
    index = open_index(settings.index)
    retriever = Retriever(index, model, Glossary(index.names()))
    assistant = Assistant.open(settings)
    ways = {
        "both legs fused": lambda question: retriever.search(question, _PASSAGES),
        "their sentences ranked": lambda question: assistant.search(question, _PASSAGES),
    }
    found: dict[str, list[int]] = {name: [] for name in ways}
    taken: list[float] = []
    for question in questions:
        for name, search in ways.items():
            hits: list[Hit] = []
            seconds = seconds_of(lambda s=search, q=question: hits.extend(s(q.question)))  # type: ignore[misc]  # noqa: B023 - at once
            found[name].append(_place(question, hits))
            if search is ways["both legs fused"]:
                taken.append(1000 * seconds)
    return {
        "paragraphs": len(index.reports),
        "questions": len(questions),
        "recall": {
            name: {
                f"R@{depth}": round(sum(p <= depth for p in places) / len(places), 4)
                for depth in DEPTHS
            }
            for name, places in found.items()
        },
        "fused_ms": spread(taken),
    }


def told(figures: Figures) -> str:
    """The share of questions whose paragraph is found."""
    rows = [
        [name, *(f"{recall[f'R@{depth}']:.3f}" for depth in DEPTHS)]
        for name, recall in figures["recall"].items()
    ]
    heads = [
        f"{figures['questions']:,} questions, {figures['paragraphs']:,} paragraphs",
        *(f"R@{depth}" for depth in DEPTHS),
    ]
    return table(heads, rows)


def _one_file(bench: Bench) -> Path:
    """JaQuAD's dev part, which is several files, as one."""
    files = sorted((bench.jaquad / "data" / "dev").glob("*.json"))
    articles = [
        article for file in files for article in json.loads(file.read_text("utf-8"))["data"]
    ]
    path = bench.work / "jaquad.json"
    path.write_text(json.dumps({"data": articles}, ensure_ascii=False), encoding="utf-8")
    return path


def _place(question: GoldQuestion, hits: Sequence[Hit]) -> int:
    """The place of the question's paragraph among those that passages were found of, counted from one."""
    reports = list(dict.fromkeys(hit.passage.report for hit in hits))
    return 1 + reports.index(question.section) if question.section in reports else 1 + _PASSAGES


PART = Part(measure, told)
