"""From a corpus to an index: read, cut, embed, write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ipqa import __version__
from ipqa.embedding import EmbeddingModel, Vectors
from ipqa.errors import EmptyCorpus, FileMissing, IndexProblem, ReadError
from ipqa.index.dense import DenseIndex
from ipqa.index.lexical import LexicalIndex
from ipqa.index.store import Manifest, Recipe, open_index, write_generation
from ipqa.japanese import content_words, tokenizer_fingerprint
from ipqa.passages import Passage, Sentence, split_report
from ipqa.reports import READER_VERSION, is_report_file, read_report
from ipqa.reports.model import Report
from ipqa.settings import Settings

_BATCH = 64

Progress = Callable[[int, int], None]
"""Called with how many sentences are embedded, and how many there are."""


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    Attributes:
        rebuilt: false where the index already held these reports, read and embedded this way.
        failures: reports that could not be read; the others are in the index.
    """

    manifest: Manifest
    rebuilt: bool
    failures: tuple[ReadError, ...]


def recipe_of(settings: Settings, model: EmbeddingModel) -> Recipe:
    """How an index is made under these settings with this model."""
    return Recipe(
        embedding=model.fingerprint,
        dimension=model.dimension,
        tokenizer=tokenizer_fingerprint(),
        reader=READER_VERSION,
        passage_length=settings.passage_length,
    )


def build_index(settings: Settings, model: EmbeddingModel, progress: Progress) -> BuildResult:
    """Bring the index up to date with the corpus; nothing is done where it already is.

    Raises:
        ReadError: the corpus is a single file and cannot be read.
        EmptyCorpus: no report in it can be read.
        IndexNotWritable: the index folder cannot be written.
    """
    reports, failures = _read_corpus(settings)
    recipe = recipe_of(settings, model)
    if (current := _up_to_date(settings.index, recipe, reports)) is not None:
        return BuildResult(current, rebuilt=False, failures=failures)
    passages: list[Passage] = []
    sentences: list[Sentence] = []
    for report in reports:
        more_passages, more_sentences = split_report(
            report, settings.passage_length, first=len(passages)
        )
        passages += more_passages
        sentences += more_sentences
    if not passages:
        raise EmptyCorpus(path=settings.corpus)
    manifest = write_generation(
        settings.index,
        reports=tuple(reports),
        passages=tuple(passages),
        sentences=tuple(sentences),
        dense=DenseIndex.of(_embed(sentences, model, progress)),
        lexical=LexicalIndex.of(
            [[word.form for word in content_words(p.indexed_text)] for p in passages]
        ),
        recipe=recipe,
        version=__version__,
    )
    return BuildResult(manifest, rebuilt=True, failures=failures)


def _read_corpus(settings: Settings) -> tuple[list[Report], tuple[ReadError, ...]]:
    corpus = settings.corpus
    if corpus.is_file():
        return [read_report(corpus, max_bytes=settings.max_report_bytes)], ()
    if not corpus.is_dir():
        raise FileMissing(path=corpus)
    reports: list[Report] = []
    failures: list[ReadError] = []
    taken: set[str] = set()
    for path in sorted(p for p in corpus.rglob("*") if p.is_file() and is_report_file(p)):
        try:
            report = read_report(path, max_bytes=settings.max_report_bytes)
        except ReadError as error:
            failures.append(error)
            continue
        report = replace(report, id=_free_id(report.id, taken))
        taken.add(report.id)
        reports.append(report)
    if not reports:
        raise failures[0] if failures else EmptyCorpus(path=corpus)
    return reports, tuple(failures)


def _free_id(wanted: str, taken: set[str]) -> str:
    """The id, or with a number after it where two files share a name."""
    number, free = 1, wanted
    while free in taken:
        number += 1
        free = f"{wanted}-{number}"
    return free


def _up_to_date(folder: Path, recipe: Recipe, reports: Sequence[Report]) -> Manifest | None:
    """The manifest in force, if the index is whole and holds just these reports made this way."""
    try:
        manifest = open_index(folder).manifest
    except IndexProblem:
        return None
    same = manifest.recipe == recipe and manifest.sources == {r.id: r.digest for r in reports}
    return manifest if same else None


def _embed(sentences: Sequence[Sentence], model: EmbeddingModel, progress: Progress) -> Vectors:
    """Vectors of the sentences in their order; embedded by length, so that a batch wastes little."""
    order = sorted(range(len(sentences)), key=lambda i: len(sentences[i].indexed_text))
    vectors = np.empty((len(sentences), model.dimension), dtype=np.float32)
    progress(0, len(sentences))
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        vectors[batch] = model.embed_passages([sentences[i].indexed_text for i in batch])
        progress(min(start + _BATCH, len(order)), len(order))
    return vectors
