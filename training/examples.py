"""What the embedder learns from: a question, a sentence that answers it, and sentences that only look like it.

Two sources: the questions written for this project, with what our own retriever proposes beside the right
sentence of the same library; and JaQuAD (CC BY-SA 3.0, never committed), where whole paragraphs stand against
others of the same article, so that longer texts and everyday subjects are not forgotten.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ipqa.embedding import EmbeddingModel
from training.check_data import family_of, folders_of_data, held_out_families, read_folder
from training.fit import Library

NEGATIVES = 2
HARDEST = 8
"""Of so many best candidates the wrong ones are drawn."""
ANSWERS = 2
"""Right sentences of a question that are learned."""


@dataclass(frozen=True)
class Example:
    """A question, a text that answers it, and texts that do not."""

    query: str
    positive: str
    negative_1: str
    negative_2: str


def written_examples(
    model: EmbeddingModel, indexes: Path, *, held_out: bool, seed: int = 0
) -> Iterator[Example]:
    """Examples from `training/data`, of the held-out families or of the others.

    Args:
        model: proposes, with our own retriever, the sentences that only look right.
        indexes: where the indexes of the folders are kept.
        held_out: of which families.
        seed: of what is drawn.
    """
    chance = random.Random(seed)
    for path in folders_of_data():
        library = Library(path, model, indexes)
        for question in read_folder(path).questions:
            of_held_out = family_of(question.report) in held_out_families()
            if not question.answerable or of_held_out != held_out:
                continue
            asked = library.ask(question, own=True)
            texts = library.index.sentences
            right = sorted(asked.right)[:ANSWERS]
            wrong = [c.number for c in asked.candidates if c.number not in asked.right][:HARDEST]
            for number in right:
                if len(wrong) >= NEGATIVES:
                    drawn = chance.sample(wrong, NEGATIVES)
                    yield Example(question.question, texts[number].indexed_text, *(texts[n].indexed_text for n in drawn))  # fmt: skip


def jaquad_examples(folder: Path, count: int, seed: int = 0) -> list[Example]:
    """Examples from JaQuAD's training articles: the paragraph with the answer and others of its article."""
    chance = random.Random(seed)
    found = []
    for file in sorted((folder / "data" / "train").glob("*.json")):
        for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
            paragraphs = article["paragraphs"]
            for paragraph in paragraphs:
                for asked in paragraph["qas"]:
                    answer = asked["answers"][0]["text"]
                    wrong = [p["context"] for p in paragraphs if answer not in p["context"]]
                    if len(wrong) >= NEGATIVES:
                        above = f"{article['title']}\n"
                        drawn = chance.sample(wrong, NEGATIVES)
                        found.append(Example(asked["question"], above + paragraph["context"], *(above + text for text in drawn)))  # fmt: skip
    chance.shuffle(found)
    return found[:count]


def columns(examples: list[Example]) -> dict[str, list[str]]:
    """The examples as columns."""
    rows = [asdict(example) for example in examples]
    return {name: [row[name] for row in rows] for name in rows[0]}
