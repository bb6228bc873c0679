"""Reading Japanese: normal form with offsets, sentences, and Sudachi's words.

All offsets are Unicode code points into the text that was handed in, half open like slices.
"""

import re
import threading
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import accumulate
from typing import Literal

import sudachipy

from ipqa.errors import DictionaryUnavailable

SplitMode = Literal["A", "B", "C"]

ERAS = {"明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019}
"""The first year of each era."""

_GRAMMAR = frozenset({"助詞", "助動詞", "補助記号", "記号", "空白"})
"""Parts of speech that carry no content of their own."""

_LIGHT_WORDS = frozenset(
    {
        "為る",
        "成る",
        "有る",
        "居る",
        "出来る",
        "言う",
        "事",
        "物",
        "為",
        "因る",
        "於く",
        "就く",
        "置く",
        "等",
        "様",
    }
)
"""Normalised forms so frequent in any report that they tell nothing of its content."""

_SUDACHI_CHARACTERS = 12_000
"""Sudachi refuses an input above 49,149 bytes of UTF-8; a character has four at the most."""

_KANA_OR_KANJI = re.compile(r"[ぁ-んァ-ヶｦ-ﾝ一-龥々]")
_COINED = re.compile(r"[A-Z][A-Za-z]*[a-z][A-Za-z]*")
_CLOSING = "」』）)】］]〉》”’\"'"
_BRACKETS = {"」": "「", "』": "『", "）": "（", ")": "(", "】": "【", "］": "［", "]": "["}
_OPENING = frozenset(_BRACKETS.values())
_STOPS = frozenset("。！？!?｡")


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text in NFKC and the way back to the original.

    ``starts[i]`` is where the i-th character of ``text`` begins in the original; one more entry, the
    original's length, closes the list.
    """

    text: str
    starts: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that ``text[start:end]`` was made from.

        A character that became several (㈱ → (株)) is taken whole.
        """
        if start >= end:
            return self.starts[start], self.starts[start]
        stop = end
        while stop < len(self.text) and self.starts[stop] == self.starts[end - 1]:
            stop += 1
        return self.starts[start], self.starts[stop]


def normalise(text: str) -> Normalised:
    """Bring a text to NFKC (Unicode Annex 15) and remember where each character came from."""
    if unicodedata.is_normalized("NFKC", text):
        return Normalised(text, tuple(range(len(text) + 1)))
    pieces: list[str] = []
    starts: list[int] = []
    cluster_start = 0
    for position in range(1, len(text) + 1):
        if position < len(text) and _joins(text[cluster_start:position], text[position]):
            continue
        piece = unicodedata.normalize("NFKC", text[cluster_start:position])
        pieces.append(piece)
        starts.extend([cluster_start] * len(piece))
        cluster_start = position
    starts.append(len(text))
    return Normalised("".join(pieces), tuple(starts))


def plain(text: str) -> str:
    """A text as it is compared letter by letter: in NFKC and lower case, without white space."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()


def _joins(cluster: str, character: str) -> bool:
    """Whether NFKC composes or reorders a character with those before it (ｶ + ﾞ → ガ)."""
    if (
        character < "\u0300"
        or "\u3041" <= character <= "\u3096"
        or "\u4e00" <= character <= "\u9fff"
    ):
        return False
    if unicodedata.combining(unicodedata.normalize("NFKD", character)[0]):
        return True
    apart = unicodedata.normalize("NFKC", cluster) + unicodedata.normalize("NFKC", character)
    return unicodedata.normalize("NFKC", cluster + character) != apart


def sentences(text: str) -> list[tuple[int, int]]:
    """Cut a text into sentences: spans without the white space around them, in order.

    A sentence ends at 。！？ outside brackets or at a line break; a stop inside 「」 or （） belongs to
    the sentence around it. A bracket without its partner, common in damaged text, is ignored.
    """
    spans: list[tuple[int, int]] = []
    line_start = 0
    for line in text.splitlines(keepends=True):
        spans.extend(
            (line_start + start, line_start + end) for start, end in _sentences_of_line(line)
        )
        line_start += len(line)
    return spans


def _sentences_of_line(line: str) -> list[tuple[int, int]]:
    inside = _inside_brackets(line)
    ends: list[int] = []
    position = 0
    while position < len(line):
        if _is_stop(line, position) and not inside[position]:
            position += 1
            while position < len(line) and (line[position] in _STOPS or _closes(line, position)):
                position += 1
            ends.append(position)
        else:
            position += 1
    ends.append(len(line))
    spans = []
    start = 0
    for end in ends:
        piece = line[start:end]
        stripped = piece.strip()
        if stripped:
            first = start + piece.index(stripped[0])
            spans.append((first, first + len(stripped)))
        start = end
    return spans


def _is_stop(line: str, position: int) -> bool:
    character = line[position]
    if character in _STOPS:
        return True
    if character == "．":  # the full stop of technical Japanese, unless it is a decimal point
        around = line[max(0, position - 1) : position] + line[position + 1 : position + 2]
        return not (len(around) == 2 and around.isdigit())  # noqa: PLR2004 - one on each side
    if character == "." and line[position + 1 : position + 2] == " ":  # English within the text
        before = line[max(0, position - 3) : position]
        following = line[position + 2 : position + 3]
        return before.isascii() and before.isalpha() and len(before) == 3 and following.isupper()  # noqa: PLR2004 - shorter runs are abbreviations (Co. Dr. No.)
    return False


def _closes(line: str, position: int) -> bool:
    return line[position] in _CLOSING and line[position] not in "\"'"


def _inside_brackets(line: str) -> list[bool]:
    """For each character, whether it stands between a matched pair of brackets."""
    changes = [0] * (len(line) + 1)
    open_at: list[int] = []
    open_now: Counter[str] = Counter()
    for position, character in enumerate(line):
        if character in _OPENING:
            open_at.append(position)
            open_now[character] += 1
        elif open_now[partner := _BRACKETS.get(character, "")]:
            opened = open_at.pop()
            while line[opened] != partner:
                open_now[line[opened]] -= 1
                opened = open_at.pop()
            open_now[partner] -= 1
            changes[opened] += 1
            changes[position] -= 1
    return [depth > 0 for depth in accumulate(changes[:-1])]


def holds_japanese(text: str) -> bool:
    """Whether a text holds kana or kanji."""
    return _KANA_OR_KANJI.search(text) is not None


@dataclass(frozen=True, slots=True)
class Word:
    """One word as Sudachi reads it.

    ``form`` is Sudachi's normalised form in lower case, the same for 表記ゆれ such as 引越し and 引っ越し;
    ``reading`` is in katakana, or as the word is written where the dictionary does not know it.
    """

    surface: str
    form: str
    reading: str
    part_of_speech: tuple[str, ...]
    start: int
    end: int

    @property
    def is_content(self) -> bool:
        """Whether the word carries content: no particle, auxiliary, symbol or light verb."""
        return self.part_of_speech[0] not in _GRAMMAR and self.form not in _LIGHT_WORDS

    @property
    def is_name(self) -> bool:
        """Whether the dictionary lists the word as a proper noun, names of places aside."""
        return self.part_of_speech[1] == "固有名詞" and self.part_of_speech[2] != "地名"

    @property
    def is_coined(self) -> bool:
        """Whether it is a word in Latin letters that begins like a name, and the dictionary cannot read it: Waymo."""
        return self.reading.isascii() and _COINED.fullmatch(self.surface) is not None

    @property
    def is_number(self) -> bool:
        """Whether the word is a numeral."""
        return self.part_of_speech[1] == "数詞"


def words(text: str, mode: SplitMode = "A") -> list[Word]:
    """All words of a text in order, by Sudachi's split mode (A short, B middle, C long units).

    Spans hold on the text as given; the analysis sees its NFKC form.
    """
    normal = normalise(text)
    found: list[Word] = []
    for cut, end in _digestible(normal.text):
        for morpheme in _tokenizer(mode).tokenize(normal.text[cut:end]):
            first, last = normal.original_span(cut + morpheme.begin(), cut + morpheme.end())
            found.append(
                Word(
                    surface=morpheme.surface(),
                    form=morpheme.normalized_form().lower(),
                    reading=morpheme.reading_form(),
                    part_of_speech=tuple(morpheme.part_of_speech()),
                    start=first,
                    end=last,
                )
            )
    return found


def content_words(text: str, mode: SplitMode = "A") -> list[Word]:
    """The words of a text that carry content, in order, repeats included."""
    return [word for word in words(text, mode) if word.is_content]


@cache
def tokenizer_fingerprint() -> str:
    """Names everything that decides how a text becomes words, for the index's manifest.

    Raises:
        DictionaryUnavailable: Sudachi or its dictionary is not installed.
    """
    try:
        program, dictionary = version("sudachipy"), version("sudachidict-core")
    except PackageNotFoundError as error:
        raise DictionaryUnavailable(reason=f"{error.name} is not installed") from error
    return f"sudachipy-{program}/core-{dictionary}/mode-A/nfkc/normalised-lower/content-words-1"


def require_dictionary() -> None:
    """Cut a text into words, which shows whether that can be done.

    Raises:
        DictionaryUnavailable: it cannot.
    """
    if not content_words(_TRIAL):
        raise DictionaryUnavailable(reason="no words")


def load_dictionary() -> None:
    """Load the dictionary, for which the first text would have to wait."""
    with _dictionary_lock:
        _dictionary()


@cache
def _dictionary() -> sudachipy.Dictionary:
    try:
        return sudachipy.Dictionary(dict="core")
    except Exception as error:  # what Sudachi raises without its files has no nearer ancestor
        raise DictionaryUnavailable(reason=str(error)) from error


_TRIAL = "報告書の出荷量"
"""A text with words in it."""


class _ThreadTokenizers(threading.local):
    """One tokenizer per thread and mode: a Sudachi tokenizer is not safe to share."""

    def __init__(self) -> None:
        self.by_mode: dict[SplitMode, sudachipy.Tokenizer] = {}


_tokenizers = _ThreadTokenizers()
_dictionary_lock = threading.Lock()


def _tokenizer(mode: SplitMode) -> sudachipy.Tokenizer:
    if mode not in _tokenizers.by_mode:
        with _dictionary_lock:
            _tokenizers.by_mode[mode] = _dictionary().tokenizer(mode=mode)
    return _tokenizers.by_mode[mode]


def _digestible(text: str) -> list[tuple[int, int]]:
    """Spans that cover the text, each short enough for Sudachi; cut after a sentence or a line."""
    spans: list[tuple[int, int]] = []
    start = 0
    while len(text) - start > _SUDACHI_CHARACTERS:
        limit = start + _SUDACHI_CHARACTERS
        stop = max(text.rfind("。", start, limit), text.rfind("\n", start, limit))
        end = stop + 1 if stop > start else limit
        spans.append((start, end))
        start = end
    spans.append((start, len(text)))
    return spans
