"""Retrieval data in BEIR's format as a corpus with judged queries.

A folder holds ``corpus.jsonl`` (_id, title, text), ``queries.jsonl`` (_id, text) and ``qrels/SPLIT.tsv``
(query-id, corpus-id, score below a header). There are no answers in it, so that only the search is
measured: how far up the documents stand that were judged relevant, each at its best passage.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ipqa.assistant import Assistant
from ipqa.errors import BadGold, EmptyReport
from ipqa.evaluation.scores import Score, mean_scores
from ipqa.evaluation.squad import write_report
from ipqa.retrieval import Hit

_PASSAGES = 1000
"""So many passages are searched, which holds the ten best documents unless they are very long."""

_HEADER = 1


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query and the documents that were judged for it.

    Attributes:
        id: as the data names it.
        text: what is searched for.
        relevance: degrees of relevance by the id of the report, 0 for not relevant.
    """

    id: str
    text: str
    relevance: dict[str, int]


class _Named(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)

    id: str = Field(alias="_id", min_length=1, coerce_numbers_to_str=True)


class _Document(_Named):
    title: str = ""
    text: str


class _Query(_Named):
    text: str = Field(min_length=1)


_Line = TypeVar("_Line", bound=_Named)


def read_beir(
    folder: Path, out: Path, split: str = "test", limit: int | None = None
) -> list[JudgedQuery]:
    """Write every document of a data set as a report into a folder, and return the queries of a split.

    A document's title is the first line of its report's text too, for it is searched. A document with
    nothing to read becomes no report, and counts as not found where it was judged relevant.

    Args:
        folder: the data set.
        out: where the reports go, named by their place in the corpus; made where it is missing.
        split: which judgements are read.
        limit: only the first queries; the documents are always all.

    Raises:
        BadGold: a file is missing or not in BEIR's format, a judgement is about something that is not
            there, or no query has a relevant document.
        FileNotWritable: the reports cannot be written.
    """
    queries = {query.id: query for query in _lines(folder / "queries.jsonl", _Query)}
    names = _write_reports(folder / "corpus.jsonl", out)
    judged: dict[str, dict[str, int]] = {}
    path = folder / "qrels" / f"{split}.tsv"
    for line, query, judged_document, degree in _judgements(path):
        if query not in queries or judged_document not in names:
            raise _bad(
                path,
                line,
                "質問か文書がありません",
                "there is no such query, or no such document",
            )
        judged.setdefault(query, {})[names[judged_document]] = degree
    found = [
        JudgedQuery(query, queries[query].text, relevance)
        for query, relevance in judged.items()
        if max(relevance.values()) > 0
    ]
    if not found:
        raise _bad(path, 0, "関連する文書がありません", "no document is judged relevant")
    return found[:limit]


def _write_reports(corpus: Path, out: Path) -> dict[str, str]:
    """Write the documents of a corpus, and return the ids of their reports by their own."""
    names: dict[str, str] = {}
    for number, document in enumerate(_lines(corpus, _Document)):
        names[document.id] = f"d{number:07}"
        path = out / f"{names[document.id]}.md"
        try:
            write_report(path, document.title, f"{document.title}\n{document.text}")
        except EmptyReport:
            path.unlink()
    return names


def measure_beir(assistant: Assistant, queries: Sequence[JudgedQuery]) -> dict[str, Score]:
    """How well the documents that were judged relevant are found: recall, MRR and nDCG.

    Args:
        assistant: what searches; its index was built of the reports that ``read_beir`` wrote.
        queries: what is searched for.

    Raises:
        QuestionError: a query is too long, or has no words.
    """
    from ir_measures import RR, Qrel, R, ScoredDoc, iter_calc, nDCG  # noqa: PLC0415 - evaluation only

    measures = {"recall@1": R @ 1, "recall@5": R @ 5, "mrr@10": RR @ 10, "ndcg@10": nDCG @ 10}
    names = {measure: name for name, measure in measures.items()}
    measured: list[dict[str, float]] = []
    for query in queries:
        qrels = [Qrel("q", report, degree) for report, degree in query.relevance.items()]
        # equal scores would be ordered by the library's own rule, so the rank itself is the score
        run = [
            ScoredDoc("q", report, -float(rank))
            for rank, report in enumerate(_documents(assistant.search(query.text, _PASSAGES)))
        ]
        values = iter_calc(list(names), qrels, run)
        measured.append({names[value.measure]: float(value.value) for value in values})
    return mean_scores(measured)


def _documents(hits: Sequence[Hit]) -> list[str]:
    """The reports of passages, each where its best passage stands."""
    return list(dict.fromkeys(hit.passage.report for hit in hits))


def _lines(path: Path, kind: type[_Line]) -> Iterator[_Line]:
    """The lines of a file of JSON lines; an id that comes back is refused."""
    seen: set[str] = set()
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found = kind.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
            raise _bad(
                path,
                number,
                f"BEIR 形式として読めません({reason})",
                f"it is not in BEIR's format ({reason})",
            ) from error
        if found.id in seen:
            raise _bad(
                path,
                number,
                f"ID「{found.id}」が重複しています",
                f"the id “{found.id}” is given twice",
            )
        seen.add(found.id)
        yield found


def _judgements(path: Path) -> Iterator[tuple[int, str, str, int]]:
    """Line number, query, document and degree of each judgement."""
    rows = csv.reader(_text(path).split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows, start=1):
        if number == _HEADER or not row:
            continue
        try:
            query, document, degree = row
            yield number, query, document, int(degree)
        except ValueError as error:
            raise _bad(path, number, f"判定として読めません({error})", str(error)) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path, 0, "読み込めません", str(error)) from error


def _bad(path: Path, line: int, reason_ja: str, reason: str) -> BadGold:
    place_ja, place = (f"の {line} 行目", f", line {line}") if line else ("", "")
    return BadGold(path=path, place_ja=place_ja, place=place, reason_ja=reason_ja, reason=reason)
