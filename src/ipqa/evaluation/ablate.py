"""What each part of retrieval brings: passages of several lengths, each searched by each leg.

Every length is indexed anew in a folder of its own; the index in force is not touched.
"""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel

from ipqa.assistant import Assistant
from ipqa.embedding import EmbeddingModel
from ipqa.evaluation.gold import GoldQuestion, check_against
from ipqa.evaluation.retrieval import Leg
from ipqa.evaluation.run import ask_all, scores_of
from ipqa.evaluation.scores import Score
from ipqa.index.build import build_index
from ipqa.settings import Settings

LENGTHS = (120, 250, 500, 1000)
"""Longest passages, in characters, that are compared."""


class Ablation(BaseModel):
    """The scores of retrieval by one leg over passages of one length."""

    passage_length: int
    leg: Leg
    scores: dict[str, Score]


def ablate(  # noqa: PLR0913 - what is measured, on what, how
    settings: Settings,
    model: EmbeddingModel,
    gold: Path,
    questions: Sequence[GoldQuestion],
    *,
    lengths: Sequence[int] = LENGTHS,
    watch: Callable[[int], None] = lambda _: None,
) -> list[Ablation]:
    """Measure every leg over passages of every length.

    Args:
        settings: name the corpus.
        model: embeds it.
        gold: the file of the questions, for messages.
        questions: what is asked; those that are not answerable tell nothing of retrieval.
        lengths: longest passages, in characters.
        watch: is told how many lengths are done.
    """
    answerable = [question for question in questions if question.answerable]
    rows = []
    for done, length in enumerate(lengths, start=1):
        with tempfile.TemporaryDirectory() as folder:
            own = settings.model_copy(update={"index": Path(folder), "passage_length": length})
            build_index(own, model, lambda _: None)
            assistant = Assistant.open(own)
            check_against(gold, answerable, assistant.index.reports)
            found = scores_of(ask_all(assistant, [[question] for question in answerable]))
        rows += [
            Ablation(passage_length=length, leg=leg, scores=scores)
            for leg, scores in found.legs.items()
        ]
        watch(done)
    return rows
