"""What the reports of a generation say, read from their readings when it is asked for.

The sentences of a passage and the passages of a report stand together, so a number tells where to look. A
reading that was looked into is kept for a while, the ones used last of all; its files stay readable where
they are removed meanwhile.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from threading import Lock
from typing import TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from ipqa.index.held import HeldReading
from ipqa.index.learnt import Learnt
from ipqa.index.readings import Cut
from ipqa.japanese import plain
from ipqa.passages import Passage, Sentence
from ipqa.reports.model import Report, titled

_T = TypeVar("_T")

_KEPT = 30_000
"""Passages of the readings that are kept, at the most; those of one reading always are."""


class Contents:
    """The reports of a generation, with their passages and sentences."""

    def __init__(
        self,
        readings: Sequence[HeldReading],
        learnt: Sequence[Learnt],
        starts: NDArray[np.int32],
    ) -> None:
        """Take the reports of a generation.

        Args:
            readings: of each report.
            learnt: of each report.
            starts: the number of each passage's first sentence, and at the end that of all sentences.
        """
        self.held = readings
        self.learnt = learnt
        self._starts = starts
        self._numbers = {reading.record.id: number for number, reading in enumerate(readings)}
        self._passages = [0, *accumulate(reading.record.passages for reading in readings)]
        self._sentences = [int(starts[passage]) for passage in self._passages]
        self._kept: OrderedDict[int, Cut] = OrderedDict()
        self._lock = Lock()
        self.reports: Mapping[str, Report] = _Reports(self._numbers, self._cut)
        passages, sentences = self.counts
        self.passages: Sequence[Passage] = _Numbered(passages, self.passage)
        self.sentences: Sequence[Sentence] = _Numbered(sentences, self.sentence)

    def part(self, reports: Collection[str]) -> "Contents":
        """Those reports that are named, as if there were no others."""
        chosen = [number for name, number in self._numbers.items() if name in reports]
        return Contents(
            [self.held[number] for number in chosen],
            [self.learnt[number] for number in chosen],
            joined_starts([self.starts_of(number) for number in chosen]),
        )

    def starts_of(self, report: int) -> NDArray[np.int32]:
        """The first sentence of each passage of a report, its own sentences numbered from 0; and the end."""
        first, end = self._passages[report], self._passages[report + 1]
        starts: NDArray[np.int32] = self._starts[first : end + 1] - self._starts[first]
        return starts

    def sentences_of(self, passage: int) -> range:
        """The numbers of a passage's sentences."""
        return range(int(self._starts[passage]), int(self._starts[passage + 1]))

    def passages_of(self, sentences: Sequence[int]) -> list[int]:
        """The passage of each of some sentences."""
        found: list[int] = (np.searchsorted(self._starts, sentences, side="right") - 1).tolist()
        return found

    def passages_in(self, reports: Collection[str]) -> list[range]:
        """The numbers of the passages of some reports, a range for each that is there."""
        return [
            range(self._passages[number], self._passages[number + 1])
            for name, number in self._numbers.items()
            if name in reports
        ]

    def sentences_in(self, reports: Collection[str]) -> list[range]:
        """The numbers of the sentences of some reports, a range for each that is there."""
        return [
            range(int(self._starts[passages.start]), int(self._starts[passages.stop]))
            for passages in self.passages_in(reports)
        ]

    def subject(self, report: str) -> str:
        """The names of what a report is about."""
        number = self._numbers[report]
        return self.learnt[number].subject(self.held[number].record.source)

    def is_written(self, word: str) -> bool:
        """Whether a report holds a word in its title or text, white space, width and case aside."""
        wanted = plain(word).encode()
        return any(
            wanted in plain(titled(learnt.title, reading.record.source)).encode()
            or reading.plain_text().find(wanted) >= 0
            for reading, learnt in zip(self.held, self.learnt, strict=True)
        )

    def report_of(self, passage: int) -> int:
        """Which report a passage is of, by its place among them."""
        return bisect_right(self._passages, passage) - 1

    def passage(self, number: int) -> Passage:
        """A passage."""
        report = self.report_of(number)
        return self._cut(report).passages[number - self._passages[report]]

    def sentence(self, number: int) -> Sentence:
        """A sentence, which names its passage by its number among all."""
        report = bisect_right(self._sentences, number) - 1
        return self._cut(report).sentences[number - self._sentences[report]]

    @property
    def counts(self) -> tuple[int, int]:
        """How many passages and sentences there are."""
        return len(self._starts) - 1, int(self._starts[-1])

    def _cut(self, report: int) -> Cut:
        """The reading of a report; its sentences name their passages by their numbers among all."""
        with self._lock:
            kept = self._kept.get(report)
            if kept is not None:
                self._kept.move_to_end(report)
                return kept
        cut = self.held[report].cut()
        first = self._passages[report]
        cut = replace(
            cut, sentences=tuple(replace(s, passage=s.passage + first) for s in cut.sentences)
        )
        with self._lock:
            self._kept[report] = cut
            passages = sum(len(kept.passages) for kept in self._kept.values())
            while passages > _KEPT and len(self._kept) > 1:
                passages -= len(self._kept.popitem(last=False)[1].passages)
        return cut


def joined_starts(parts: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """The first sentences of the passages of all reports, from those of each; and the end."""
    firsts = [0, *accumulate(int(part[-1]) for part in parts)]
    moved = [part[:-1] + first for part, first in zip(parts, firsts, strict=False)]
    return np.concatenate([*moved, np.array(firsts[-1:])]).astype(np.int32)


class _Reports(Mapping[str, Report]):
    def __init__(self, numbers: Mapping[str, int], cut: Callable[[int], Cut]) -> None:
        self._numbers = numbers
        self._cut = cut

    def __getitem__(self, name: str) -> Report:
        return self._cut(self._numbers[name]).report

    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


class _Numbered(Sequence[_T]):
    """What is looked up by its number when it is wanted."""

    def __init__(self, count: int, at: Callable[[int], _T]) -> None:
        self._numbers = range(count)
        self._at = at

    @overload
    def __getitem__(self, number: int) -> _T: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[_T]: ...
    def __getitem__(self, number: int | slice) -> _T | Sequence[_T]:
        if isinstance(number, slice):
            return [self._at(one) for one in self._numbers[number]]
        return self._at(self._numbers[number])

    def __len__(self) -> int:
        return len(self._numbers)
