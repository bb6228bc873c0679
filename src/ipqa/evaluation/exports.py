"""A run in the formats of other evaluation tools: ragas for answers, TREC for rankings.

Nothing is judged here and neither tool is needed to write its format; see ragas' ``SingleTurnSample``
and ``EvaluationDataset.from_jsonl``, and the run files that trec_eval and ir_measures read.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypedDict

from ipqa.errors import FileNotWritable
from ipqa.evaluation.run import Record
from ipqa.retrieval import Hit

_NOT_ANSWERED = "資料に記載がありません。"
"""What a right answer says where the reports do not answer."""


class RagasSample(TypedDict):
    """One question with its answer, in the words of ragas.

    ``retrieved_contexts`` are the quotes that the answer cites, or for a declined one those nearest to
    the question; ``reference`` names the facts that a right answer holds, each in its first wording.
    """

    user_input: str
    response: str
    retrieved_contexts: list[str]
    reference: str
    reference_contexts: list[str]


def to_ragas(records: Iterable[Record]) -> list[RagasSample]:
    """The records of a run as single-turn samples of ragas, in their order."""
    return [
        RagasSample(
            user_input=record.gold.question,
            response=record.answer.answer,
            retrieved_contexts=[citation.quote for citation in record.answer.citations],
            reference="、".join(fact[0] for fact in record.gold.facts) or _NOT_ANSWERED,
            reference_contexts=list(record.gold.evidence),
        )
        for record in records
    ]


def to_trec_run(ranked: Iterable[tuple[str, Sequence[Hit]]], tag: str = "ipqa") -> Iterator[str]:
    """Lines of a TREC run (``qid Q0 docid rank score tag``) from hits, best first, by question id.

    Passages are named by their id, ranks count from 1, and white space in an id becomes ``_``.

    Args:
        ranked: each question's id and what was found for it.
        tag: names the run.
    """
    for question, hits in ranked:
        for rank, hit in enumerate(hits, start=1):
            fields = (question, "Q0", hit.passage.id, str(rank), repr(hit.score), tag)
            yield " ".join(re.sub(r"\s+", "_", field) for field in fields)


def write_exports(
    folder: Path, records: Iterable[Record], ranked: Iterable[tuple[str, Sequence[Hit]]]
) -> None:
    """Write ``ragas.jsonl``, a sample a line, and ``trec.run``.

    Raises:
        FileNotWritable: the folder cannot be written.
    """
    lines = [json.dumps(sample, ensure_ascii=False) + "\n" for sample in to_ragas(records)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ragas.jsonl").write_text("".join(lines), encoding="utf-8")
        run = "".join(f"{line}\n" for line in to_trec_run(ranked))
        (folder / "trec.run").write_text(run, encoding="utf-8")
    except OSError as error:
        raise FileNotWritable(path=folder, reason=error.strerror) from error
