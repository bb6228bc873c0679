"""One file to a reading: read in a process apart, cut, embedded, and kept."""

from collections.abc import Callable, Sequence

import numpy as np

from ipqa.embedding import EmbeddingModel, Vectors
from ipqa.index.readings import Cut, Readings
from ipqa.japanese import content_words
from ipqa.passages import Sentence, split_report
from ipqa.reports import SourceFile
from ipqa.reports.isolation import reading_process
from ipqa.settings import Settings

_BATCH = 64

Step = Callable[[float, int], None]
"""Is told how much of a file is done, 0 to 1, and how many of its sentences are embedded."""


def make_reading(
    settings: Settings, model: EmbeddingModel, file: SourceFile, key: str, step: Step
) -> None:
    """Read a file and keep its reading under a key; it is the same whichever process makes it.

    Raises:
        ReadError: the file cannot be read as a report.
        OSError: the folder of the index cannot be written.
    """
    report = reading_process().read(
        file, seconds=settings.max_report_seconds, memory=settings.max_report_memory
    )
    passages, sentences = split_report(report, settings.passage_length)
    words = [[word.form for word in content_words(p.indexed_text)] for p in passages]
    vectors = _embedded(model, sentences, step)
    cut = Cut(report, tuple(passages), tuple(sentences))
    Readings(settings.index).write(key, cut, words, vectors)


def _embedded(model: EmbeddingModel, sentences: Sequence[Sentence], step: Step) -> Vectors:
    """Vectors of sentences in their order; embedded by length, so that a batch wastes little.

    Each is the mean of the sentence's vector in its context and of its vector alone, so that a
    product with a question's vector is the mean of both cosines.
    """
    order = sorted(range(len(sentences)), key=lambda i: len(sentences[i].indexed_text))
    vectors = np.empty((len(sentences), model.dimension), dtype=np.float32)
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        in_context = [sentences[i].indexed_text for i in batch]
        alone = [sentences[i].alone for i in batch]
        both = model.embed_passages([*in_context, *alone])
        vectors[batch] = (both[: len(batch)] + both[len(batch) :]) / 2
        step((start + len(batch)) / len(order), start + len(batch))
    return vectors
