"""Asks every gold question, measures every answer, and writes what came of it.

OUT/answers.jsonl   one line a question: gold, answer, measures, milliseconds
OUT/scores.json     every score, overall, by type, and for each leg of retrieval
OUT/report.html     the same to look at, written by ``page``
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import BaseModel

from ipqa.answering.answer import Answer, Mode, Turn
from ipqa.assistant import Assistant
from ipqa.errors import FileNotWritable, RunUnreadable
from ipqa.evaluation.gold import GoldQuestion
from ipqa.evaluation.measures import Measures, measure
from ipqa.evaluation.retrieval import LEGS, Leg, measure_retrieval
from ipqa.evaluation.scores import (
    Score,
    abstention_scores,
    calibration_score,
    grouped,
    mean_scores,
)
from ipqa.evaluation.speed import timing_scores
from ipqa.reports.model import Report

_ALL_CANDIDATES = 1000


class Record(BaseModel):
    """One question with its answer and what was measured of it."""

    gold: GoldQuestion
    answer: Answer
    measures: Measures
    legs: dict[Leg, Measures]
    right: bool

    @property
    def all_measures(self) -> Measures:
        """What is measured of the answer, and of the passages that were found for it."""
        return self.measures | self.legs.get("ranked", {})


class Scores(BaseModel):
    """Every score of a run.

    Attributes:
        overall: by the name of the measure.
        types: the same for the questions of each type.
        legs: the passages as they are ranked at last, by both legs of retrieval, and by each alone.
    """

    overall: dict[str, Score]
    types: dict[str, dict[str, Score]]
    legs: dict[Leg, dict[str, Score]]


def ask_all(
    assistant: Assistant,
    conversations: Sequence[Sequence[GoldQuestion]],
    *,
    mode: Mode = "auto",
    workers: int = 1,
    watch: Callable[[int], None] = lambda _: None,
) -> list[Record]:
    """Ask the questions and measure the answers, in the order of the questions.

    Args:
        assistant: what is measured.
        conversations: what is asked, most of them one question; the later questions of a dialogue are
            asked with those before them as its history.
        mode: how the assistant is to answer.
        workers: how many are asked at the same time; the answers are the same for any number.
        watch: is told how many are done.
    """

    def converse(questions: Sequence[GoldQuestion]) -> list[Record]:
        records: list[Record] = []
        for question in questions:
            turns = [Turn(question=r.gold.question, answer=r.answer.answer) for r in records]
            records.append(_ask(assistant, question, turns, mode))
        return records

    records: list[Record] = []
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for done, found in enumerate(pool.map(converse, conversations), start=1):
            records += found
            watch(done)
    return records


def _ask(
    assistant: Assistant, question: GoldQuestion, history: Sequence[Turn], mode: Mode
) -> Record:
    reports = [question.report] if question.report else None
    answer = assistant.ask(question.question, reports=reports, mode=mode, history=history)
    found = record(question, answer, assistant.index.reports)
    if not question.answerable or history:
        return found
    hits = assistant.search(question.question, _ALL_CANDIDATES, reports)
    legs = measure_retrieval(question, hits, assistant.index.reports)
    return found.model_copy(update={"legs": legs})


def record(question: GoldQuestion, answer: Answer, reports: Mapping[str, Report]) -> Record:
    """The record of an answer, whoever gave it; retrieval is not part of it."""
    measures = measure(question, answer, reports)
    name = "all_facts" if question.answerable else "declined_right"
    return Record(
        gold=question, answer=answer, measures=measures, legs={}, right=measures[name] == 1.0
    )


def scores_of(records: Sequence[Record]) -> Scores:
    """The scores of a run."""
    measured = [r.all_measures for r in records]
    confidences = [r.answer.confidence for r in records]
    answered = [r for r in records if r.answer.answered]
    overall = mean_scores(measured)
    overall |= abstention_scores(confidences, [r.gold.answerable for r in records])
    overall |= calibration_score(
        [r.answer.confidence for r in answered], [r.right for r in answered]
    )
    overall |= timing_scores(
        [r.answer.timings_ms for r in records if "total" in r.answer.timings_ms]
    )
    legs = {leg: mean_scores([r.legs[leg] for r in records if r.legs]) for leg in LEGS}
    return Scores(
        overall=overall,
        types=dict(grouped(measured, [r.gold.type for r in records])),
        legs={leg: scores for leg, scores in legs.items() if scores},
    )


def write_run(folder: Path, records: Sequence[Record], scores: Scores) -> None:
    """Write the answers and the scores of a run.

    Raises:
        FileNotWritable: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(r.model_dump_json() + "\n" for r in records)
        (folder / "answers.jsonl").write_text(lines, encoding="utf-8")
        (folder / "scores.json").write_text(
            json.dumps(scores.model_dump(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    except OSError as error:
        raise FileNotWritable(path=folder, reason=error.strerror) from error


def read_run(folder: Path) -> list[Record]:
    """The records of a run that was written.

    Raises:
        RunUnreadable: there is none in the folder.
    """
    path = folder / "answers.jsonl" if folder.is_dir() else folder
    try:
        lines: Iterable[str] = path.read_text(encoding="utf-8").splitlines()
        return [Record.model_validate_json(line) for line in lines]
    except (OSError, ValueError) as error:
        raise RunUnreadable(path=path, reason=str(error).splitlines()[0]) from error
