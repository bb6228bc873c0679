"""What the reader learns from: a question or a claim beside a text, and whether the one answers or bears out the other.

Four sources, each an `Item` that is drawn anew in every epoch: the written questions with what our own ranking
proposes for them; contrasting questions, of which one sentence answers the first and nothing the second;
claims that their evidence bears out or does not; and paragraphs of JaQuAD (CC BY-SA 3.0, never committed).
"""

import json
import random
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import sudachipy

from ipqa.embedding import EmbeddingModel
from ipqa.index.store import Index
from ipqa.japanese import Word, sentences, words
from ipqa.reader import Text, joined, text_of
from training.check_data import (
    Folder,
    WrittenClaims,
    WrittenContrast,
    WrittenQuestion,
    family_of,
    folders_of_data,
    read_folder,
)
from training.fit import Library

Kind = Literal["question", "contrast", "claim", "paragraph"]

PROPOSED = 12
"""Sentences that our own ranking proposes for a question, and that are learned from."""
RIVALS = 2
"""Of them so many stand beside the right one each time, the best ones more often."""
STRANGE = 0.3
"""How often a claim that is borne out also stands beside a sentence that does not speak of it."""
REWORDED = 0.25
"""How often a question is asked as hasty people type it."""
SWAPPED = 0.3
"""How often what is right also stands there with one of its words swapped, so that it is right no longer."""
SEARCHED = 4
"""Rivals among whose words one is looked for."""
WINDOW = 220
"""Characters of a paragraph that are read at most."""


@dataclass(frozen=True)
class Pair:
    """A question or claim beside a text.

    Attributes:
        right: whether the text answers the question, or bears out the claim.
        answer: where in the text the shortest answer stands, in code points.
    """

    query: str
    text: Text
    right: bool
    answer: tuple[int, int] | None = None


@dataclass(frozen=True)
class Item:
    """What is learned together: pairs of one question with rivals, or a claim with its opposite.

    Attributes:
        right: pairs that are right; of a question one of them is drawn each time.
        wrong: pairs that are not, the most tempting first.
        family: of reports, by which items are held out.
    """

    kind: Kind
    right: tuple[Pair, ...]
    wrong: tuple[Pair, ...]
    family: str = ""

    def drawn(self, chance: random.Random) -> list[Pair]:
        """The pairs of one step: of a question the right one, if any, and some rivals."""
        if self.kind == "claim":
            strange = self.wrong[1:] if chance.random() < STRANGE else ()
            pairs = [self.right[0], self.wrong[0], *strange]
            return pairs + self._swapped(pairs[0], chance)
        rivals = 1 if self.kind == "paragraph" else RIVALS
        pairs = [chance.choice(self.right)] if self.right else []
        pairs += [self.wrong[n] for n in _drawn_low(chance, len(self.wrong), rivals)]
        if self.kind != "paragraph" and chance.random() < REWORDED:
            asked = chance.choice(HASTY)(pairs[0].query, chance)
            pairs = [replace(pair, query=asked) for pair in pairs]
        return pairs + self._swapped(pairs[0], chance)

    def _swapped(self, pair: Pair, chance: random.Random) -> list[Pair]:
        """The pair with a word of the query swapped for one of the rivals, now and then."""
        if not pair.right or chance.random() >= SWAPPED:
            return []
        rivals = chance.sample(self.wrong, min(SEARCHED, len(self.wrong)))
        others = " ".join(rival.text.said for rival in rivals)
        query = with_another_word(pair.query, pair.text.context + pair.text.said, others, chance)
        return [Pair(query, pair.text, right=False)] if query else []


def _drawn_low(chance: random.Random, count: int, wanted: int) -> list[int]:
    """Some different numbers below ``count``, low ones more often."""
    ranked = sorted(range(count), key=lambda n: chance.random() * (n + 3))
    return ranked[:wanted]


def without_particles(question: str, _: random.Random) -> str:
    """The question with particles left out, as into a search box."""
    kept = [w.surface for w in words(question) if w.part_of_speech[0] not in {"助詞", "助動詞"}]
    return " ".join(kept) or question


def in_kana(question: str, chance: random.Random) -> str:
    """The question with one of its nouns in hiragana, as it is when nothing was converted."""
    said = [(m.surface(), m.reading_form(), m.part_of_speech()[0]) for m in _tokenizer().tokenize(question)]  # fmt: skip
    able = [n for n, (surface, kana, part) in enumerate(said) if part == "名詞" and kana != surface]
    chosen = chance.choice(able) if able else None
    return "".join(kana.translate(_HIRAGANA) if n == chosen else surface for n, (surface, kana, _) in enumerate(said))  # fmt: skip


@cache
def _tokenizer() -> sudachipy.Tokenizer:
    return sudachipy.Dictionary().tokenizer()


_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


def in_full_width(question: str, _: random.Random) -> str:
    """The question with digits and Latin letters in full width."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in question)


def in_half_width(question: str, _: random.Random) -> str:
    """The question with everything in half width that can be."""
    return unicodedata.normalize("NFKC", question)


def with_another_word(query: str, text: str, others: str, chance: random.Random) -> str | None:
    """The query with one noun or figure replaced by one of other texts that the text does not hold.

    What the text answers it then no longer answers, nearly always: the replaced word was said, by the text or
    in other words, and the new one is not.
    """
    found = {word.form: word for word in words(others) if _is_noun(word)}
    known = {word.form for word in words(query + " " + text)}
    new = [word for form, word in found.items() if form not in known]
    able = [(old, word) for old in words(query) if _is_noun(old) for word in new if word.part_of_speech[:3] == old.part_of_speech[:3]]  # fmt: skip
    if not able:
        return None
    old, word = chance.choice(able)
    return query[: old.start] + word.surface + query[old.end :]


def _is_noun(word: Word) -> bool:
    """Whether a word names a thing or a figure by itself."""
    return word.is_number or (word.part_of_speech[:2] in _NOUNS and word.end - word.start > 1)


_NOUNS = {("名詞", "普通名詞"), ("名詞", "固有名詞")}

HASTY: tuple[Callable[[str, random.Random], str], ...] = (
    without_particles,
    in_kana,
    in_full_width,
    in_half_width,
)


def written_items(libraries: Iterable[tuple[Library, Folder]]) -> Iterator[Item]:
    """Items of the folders of `training/data`, each with the family of its report."""
    for library, folder in libraries:
        for question in folder.questions:
            yield _of_question(library, question)
        for contrast in folder.contrasts:
            yield from _of_contrast(library, contrast)
        for claims in folder.claims:
            yield _of_claims(library, claims)


def written_libraries(model: EmbeddingModel, indexes: Path) -> Iterator[tuple[Library, Folder]]:
    """The folders of `training/data` with their indexes, which are kept in a folder."""
    for path in folders_of_data():
        yield Library(path, model, indexes), read_folder(path)


def _of_question(library: Library, question: WrittenQuestion) -> Item:
    asked = library.ask(question, own=True)
    proposed = [c.number for c in asked.candidates if c.number not in asked.right][:PROPOSED]
    answers = [fact for alternatives in question.facts[:1] for fact in alternatives]
    return Item(
        "question",
        _pairs(library.index, question.question, sorted(asked.right), answers),
        _pairs(library.index, question.question, proposed),
        asked.family,
    )


def _of_contrast(library: Library, contrast: WrittenContrast) -> Iterator[Item]:
    """An item of the question that is answered, and one of the other, which the same sentence tempts."""
    evidence = library.sentences_of(contrast.report, contrast.evidence)
    near = library.near(contrast.answered, contrast.report)
    rivals = [number for number in near if number not in evidence][:PROPOSED]
    family = family_of(contrast.report)
    index = library.index
    yield Item(
        "contrast",
        _pairs(index, contrast.answered, evidence, [contrast.answer]),
        _pairs(index, contrast.answered, rivals),
        family,
    )
    yield Item("contrast", (), _pairs(index, contrast.unanswered, [*evidence, *rivals]), family)


def _of_claims(library: Library, claims: WrittenClaims) -> Item:
    evidence = library.sentences_of(claims.report, claims.evidence)
    text = joined([text_of(library.index, number) for number in evidence])
    near = library.near(claims.supported, claims.report)
    rivals = [number for number in near if number not in evidence][:1]
    return Item(
        "claim",
        (Pair(claims.supported, text, right=True),),
        (Pair(claims.wrong, text, right=False), *_pairs(library.index, claims.supported, rivals)),
        family_of(claims.report),
    )


def _pairs(index: Index, query: str, numbers: Iterable[int], answers: Sequence[str] | None = None) -> tuple[Pair, ...]:  # fmt: skip
    """The query beside some sentences, which are right ones where answers are given to look for in them."""
    texts = [text_of(index, number) for number in numbers]
    return tuple(
        Pair(query, text, answers is not None, _place(text.said, answers or ())) for text in texts
    )


def _place(text: str, answers: Sequence[str]) -> tuple[int, int] | None:
    """Where the first of some answers that a text holds stands in it."""
    for answer in answers:
        if answer and (start := text.find(answer)) >= 0:
            return start, start + len(answer)
    return None


def paragraph_items(folder: Path, part: Literal["train", "dev"]) -> list[Item]:
    """Items of JaQuAD: the stretch of a paragraph that holds the answer, and stretches that do not."""
    found = []
    for file in sorted((folder / "data" / part).glob("*.json")):
        for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
            texts = [paragraph["context"] for paragraph in article["paragraphs"]]
            others = [Text(article["title"], text[:WINDOW]) for text in texts]
            for paragraph in article["paragraphs"]:
                found += [
                    _of_paragraph(paragraph["context"], asked, others) for asked in paragraph["qas"]
                ]
    random.Random(0).shuffle(found)
    return found


def _of_paragraph(paragraph: str, asked: dict[str, Any], others: Sequence[Text]) -> Item:
    query, answer, start = asked["question"], asked["answers"][0]["text"], asked["answers"][0]["answer_start"]  # fmt: skip
    title = others[0].context
    right, wrong = [], []
    for first, last in stretches(paragraph):
        text = Text(title, paragraph[first:last])
        if first <= start and start + len(answer) <= last:
            span = (start - first, start - first + len(answer))
            right.append(Pair(query, text, right=True, answer=span))
        elif answer not in text.said:
            wrong.append(Pair(query, text, right=False))
    wrong += [Pair(query, text, right=False) for text in others if answer not in text.said]
    return Item("paragraph", tuple(right), tuple(wrong[:PROPOSED]))


def stretches(paragraph: str) -> list[tuple[int, int]]:
    """A paragraph in runs of whole sentences that are short enough to be read."""
    found: list[tuple[int, int]] = []
    for first, last in sentences(paragraph):
        if found and last - found[-1][0] <= WINDOW:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found
