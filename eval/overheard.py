"""Language models for measuring: one that makes things up, and an ear at the door of any other."""

import random
import re
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field

from ipqa.generation.prompt import NOT_IN_PASSAGES
from ipqa.japanese import sentences
from ipqa.llm import LanguageModel, Message


@dataclass
class Overheard:
    """A model of which is kept what it was shown, what it wrote, and when.

    Attributes:
        prompt: what it was shown last.
        written: the pieces that it has written so far.
        seconds: how long it took to write, of all its answers; what is done with a piece is not counted.
    """

    model: LanguageModel
    prompt: str = ""
    written: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """The name of the model that is overheard."""
        return self.model.name

    def stream(self, messages: Sequence[Message], longest: int) -> Generator[str, None, None]:
        """What the model writes."""
        self.prompt = messages[-1].content
        pieces = self.model.stream(messages, longest)
        try:
            while True:
                started = time.perf_counter()
                piece = next(pieces, None)
                self.seconds += time.perf_counter() - started
                if piece is None:
                    return
                self.written.append(piece)
                yield piece
        finally:
            pieces.close()


class Inventive:
    """A model that makes things up: of what it is shown it copies some sentences and falsifies most.

    It is the same every time: chance is drawn from the prompt.
    """

    name = "inventive"
    _PASSAGE = re.compile(r"<資料 番号=(\d+)>\n（.*?）\n(.*?)\n</資料>", re.DOTALL)
    _SENTENCES = 5
    _SHORTEST = 12

    def stream(self, messages: Sequence[Message], longest: int) -> Generator[str, None, None]:
        """Five sentences about what it was shown, each citing the passage that it was made of."""
        shown = messages[-1].content
        chance = random.Random(shown)
        said = [
            (int(number), text[start:end].strip(" |-*").rstrip("。"))
            for number, text in self._PASSAGE.findall(shown)
            for start, end in sentences(text)
        ]
        said = [one for one in said if len(one[1]) >= self._SHORTEST]
        if not said:
            yield NOT_IN_PASSAGES
            return
        text = "".join(self._sentences(said, chance))[:longest]
        yield from (text[start : start + 4] for start in range(0, len(text), 4))

    def _sentences(self, said: list[tuple[int, str]], chance: random.Random) -> Iterator[str]:
        for number, sentence in chance.choices(said, k=self._SENTENCES):
            false = chance.choice(FALSEHOODS)(sentence, chance)
            yield f"{false}。[{number}]"


def _kept(sentence: str, _: random.Random) -> str:
    return sentence


def _another_figure(sentence: str, chance: random.Random) -> str:
    """One figure is another one, of as many digits."""

    def another(match: re.Match[str]) -> str:
        first = chance.choice([d for d in "123456789" if d != match[0][0]])
        return first + "".join(chance.choice("0123456789") for _ in match[0][1:])

    figures = list(re.finditer(r"[0-9０-９]+", sentence))
    if not figures:
        return _added_figure(sentence, chance)
    match = chance.choice(figures)
    return sentence[: match.start()] + another(match) + sentence[match.end() :]


def _another_unit(sentence: str, chance: random.Random) -> str:
    units = {"億": "万", "万": "億", "千": "百", "件": "社", "%": "ポイント", "年": "か月", "円": "ドル", "人": "社"}  # fmt: skip
    found = [unit for unit in units if re.search(rf"[0-9０-９]{unit}", sentence)]
    if not found:
        return _added_figure(sentence, chance)
    unit = chance.choice(found)
    return re.sub(rf"(?<=[0-9０-９]){unit}", units[unit], sentence, count=1)


def _added_figure(sentence: str, chance: random.Random) -> str:
    """What nobody said, after what somebody did."""
    number = chance.randrange(11, 9_900)
    added = (
        f"、その額は{number}億円に上る",
        f"、前年比{number % 90 + 3}%増となった",
        f"、{2000 + number % 35}年までに{number % 90 + 3}社へ広げる",
        f"、世界第{number % 9 + 2}位である",
    )
    return sentence + chance.choice(added)


def _turned_round(sentence: str, chance: random.Random) -> str:
    """Affirmed for denied, more for less."""
    turns = (("増", "減"), ("上回", "下回"), ("以上", "未満"), ("した", "しなかった"), ("する", "しない"), ("ある", "ない"))  # fmt: skip
    for one, other in chance.sample(turns, len(turns)):
        if one in sentence:
            return sentence.replace(one, other, 1)
        if other in sentence:
            return sentence.replace(other, one, 1)
    return f"{sentence}わけではない"


def _in_kanji(sentence: str, chance: random.Random) -> str:
    """Another figure, written in kanji or full width."""
    other = _another_figure(sentence, chance)
    table = str.maketrans(
        "0123456789", chance.choice(["〇一二三四五六七八九", "０１２３４５６７８９"])
    )
    return other.translate(table)


FALSEHOODS: tuple[Callable[[str, random.Random], str], ...] = (
    _kept,
    _another_figure,
    _another_unit,
    _added_figure,
    _turned_round,
    _in_kanji,
)
"""What the inventive model does to a sentence; the first leaves it as it is."""
