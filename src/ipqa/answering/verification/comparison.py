"""Where a statement and the quotes it is held against do not say the same.

Every check answers with a ``Difference`` or with none. A difference is ``certain`` where the quote says
otherwise, rather than only not the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations

from ipqa.answering.grounding import EXACT, Figure
from ipqa.answering.verification.reading import CHANGE, NOT, Direction, Reading
from ipqa.answering.verification.verified import Objection

_ROUNDED = Decimal("0.02")
"""How far off a figure that is said to be rough may be, as a share of the exact one."""

_YEARS = frozenset({"年", "年度", "月期"})
_LEAST_YEAR = 1800
_NO_THINGS = re.compile(r"第|[年月日期週%円位倍割人名]|時間|分の|ドル|ポイント|度")
"""Begins the units of what nobody counts with つ."""
_UPWARD = frozenset({"least", "above"})
_DOWNWARD = frozenset({"most", "below"})
_BASE = re.compile(r"(?:前|昨|従来|当初|年前)[^…]*…|…[^、]{0,12}(?:から|と比べ|に対し|だった)")
"""What shows that the first of two figures is the one that the other is compared with."""

_GAP = "…"
_LEAD = 8

_LAST_YEAR = re.compile(r"[1１一]年(?:前|後)")
"""Says what 前年 and 翌年 say."""

_OTHER_YEAR = re.compile(r"(?:[前昨翌来次]々?(?:年|期)度?|前回|次回|同期)(?:実績)?[はのにも、]")
"""Where a sentence tells of the year before or after the one that stands above it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs, which figures fail, and whether a quote says otherwise."""

    reason: Objection
    certain: bool
    figures: tuple[Figure, ...] = ()


def holds(quote: Reading, figure: Figure) -> bool:
    """Whether a quote has a figure of that value, unit and bound; roughly, where it is a rough one."""
    return any(_same(figure, other) for other in quote.figures)


def is_year(figure: Figure) -> bool:
    """Whether a figure names a year, rather than so many years."""
    return figure.unit in _YEARS and figure.value >= _LEAST_YEAR


def figures_differ(said: Reading, quotes: Sequence[Reading]) -> Difference | None:
    """Figures that no quote holds, or that a quote gives to something else."""
    lost = [
        f
        for f in said.figures
        if not _is_given(f, said, quotes) and not _LAST_YEAR.match(said.text, f.start)
    ]
    if lost:
        certain = all(_is_denied(f, said, quotes[0]) for f in lost)
        return Difference("figures_differ", certain, tuple(lost))
    if _has_strange_numeral(said, quotes):
        return Difference("figures_differ", certain=False)
    if _means_another_year(said, quotes[0]):
        years = tuple(f for f in said.figures if is_year(f) and not holds(quotes[0], f))
        return Difference("figures_differ", certain=False, figures=years)
    moved = [
        f for f in said.figures if _is_moved(f, said, quotes) or _is_exchanged(f, said, quotes)
    ]
    return Difference("figures_differ", False, tuple(moved)) if moved else None  # noqa: FBT003 - words around a figure prove little


def direction_differs(said: Reading, quotes: Sequence[Reading]) -> Difference | None:
    """A word that the quotes do not hold, or of which they hold the opposite."""
    sources = [d for quote in quotes for d in quote.directions]
    for direction in sorted(said.directions, key=lambda d: (d.pair, d.side, d.anchor)):
        rivals = [d for d in sources if d.pair == direction.pair]
        both_said = any(
            d.pair == direction.pair and d.side != direction.side for d in said.directions
        )
        first = {d.side for d in quotes[0].directions if d.pair == direction.pair}
        if first == {not direction.side} and not both_said:
            return Difference("direction_differs", certain=True)
        if not any(d.side == direction.side for d in rivals):
            if _agrees_with_figures(said, direction):
                continue
            return Difference("direction_differs", certain=bool(rivals))
        if _is_turned(direction, rivals):
            return Difference("direction_differs", certain=True)
    return None


def negation_differs(said: Reading, quotes: Sequence[Reading]) -> Difference | None:
    """A word that is negated on one side only."""
    affirmed = frozenset().union(*(quote.affirmed for quote in quotes))
    negated = frozenset().union(*(quote.negated for quote in quotes))
    if NOT in said.negated:
        return None if negated else Difference("negation_differs", certain=False)
    only_here = said.negated - negated
    only_there = (said.affirmed & negated) - affirmed - said.negated
    if only_here or only_there:
        certain = bool(only_there) or only_here <= affirmed
        return Difference("negation_differs", certain)
    return None


def certainty_differs(said: Reading, quotes: Sequence[Reading]) -> Difference | None:
    """A guess or a plan of the report told as a fact, or a fact as a plan."""
    content = [word for word in said.words if word.is_content]
    if not content:
        return None
    last = content[-1]
    inferred, planned = said.certainty_after(last.start)
    source_inferred, source_planned = _certainty_of(last.form, quotes)
    if (source_inferred and not inferred) or (source_planned != planned and not inferred):
        return Difference("certainty_differs", certain=False)
    return None


def _is_given(figure: Figure, said: Reading, quotes: Sequence[Reading]) -> bool:
    """Whether the first quote holds a figure, or a further one does and says it of the same.

    Where the first quote has another figure of the kind in that place, it takes more words around the
    figure in common to believe the further one. A heading says what a figure counts, or nothing of it.
    """
    if holds(quotes[0], figure):
        return True
    around = _around(figure, said)
    own = around - _inside(figure, said)
    shared = [
        int(g.unit == figure.unit != "") if _is_heading(quote) else len(own & _around(g, quote))
        for quote in quotes[1:]
        for g in quote.figures
        if _same(figure, g)
    ]
    instead = [len(around & _around(g, quotes[0])) for g in _rivals(figure, said, quotes[0])]
    return max(shared, default=0) > max(instead, default=0)


def _is_heading(quote: Reading) -> bool:
    """Whether a quote says of nothing what it counts; a row of a table gives figures of several kinds."""
    counts_one_kind = len({figure.unit for figure in quote.figures}) == 1
    return "。" not in quote.text and not quote.topic and counts_one_kind


def _has_strange_numeral(said: Reading, quotes: Sequence[Reading]) -> bool:
    """Whether a numeral that is read as no figure stands in no quote (一 by itself)."""
    quoted = {word.form for quote in quotes for word in quote.words}
    return any(
        word.is_number
        and word.form not in quoted
        and not any(f.start <= word.start < f.end for f in said.figures)
        for word in said.words
    )


def _rivals(figure: Figure, said: Reading, quote: Reading) -> list[Figure]:
    """The figures of a kind that a quote has and the statement has not."""
    return [
        g
        for g in quote.figures
        if _are_of_one_kind(figure, g)
        and g.value != figure.value
        and not any(_same(f, g) for f in said.figures)
    ]


def _same(figure: Figure, other: Figure) -> bool:
    units = {figure.unit, other.unit} - {""}
    if len(units) > 1 and ("つ" not in units or any(map(_NO_THINGS.match, units))):
        return False
    if figure.bound != other.bound:
        return False
    if figure.rate and other.rate and figure.rate != other.rate:
        return False
    if figure.rough:
        return figure.value == other.value or _is_rounded(figure.value, other.value)
    return figure.value == other.value and not other.rough


def _is_rounded(rough: Decimal, exact: Decimal) -> bool:
    """Whether a rough value is an exact one rounded to the digits that it has."""
    if abs(rough - exact) > exact * _ROUNDED:
        return False
    digits = rough.normalize(EXACT)
    place = Decimal((0, (1,), digits.as_tuple().exponent))  # type: ignore[arg-type]
    return exact.quantize(place, ROUND_HALF_UP, EXACT) == digits


def _is_denied(figure: Figure, said: Reading, quote: Reading) -> bool:
    """Whether a quote gives another figure of the same kind instead, which the statement has not.

    Another year is no denial where the year only says of when the rest is told, and nothing else that
    the statement counts is in the quote.
    """
    turned = any(
        g.value == figure.value and g.unit == figure.unit and _are_opposed(g, figure)
        for g in quote.figures
    )
    instead = any(g.bound == figure.bound for g in _rivals(figure, said, quote))
    if is_year(figure) and _is_scope(figure, said):
        return instead and any(not is_year(f) and holds(quote, f) for f in said.figures)
    return turned or (instead and not figure.rough)


def _are_of_one_kind(one: Figure, other: Figure) -> bool:
    return one.unit == other.unit and is_year(one) == is_year(other)


def _are_opposed(one: Figure, other: Figure) -> bool:
    return any(a.bound in _UPWARD and b.bound in _DOWNWARD for a, b in ((one, other), (other, one)))


def _is_scope(figure: Figure, said: Reading) -> bool:
    following = said.text[figure.end : figure.end + 1]
    return following in {"の", "は", "、", "で"} or figure.start == 0


def _means_another_year(said: Reading, quote: Reading) -> bool:
    """Whether a year comes from beside a quote that itself speaks of the year before or after."""
    beside = any(is_year(f) and not holds(quote, f) for f in said.figures)
    return beside and bool(_OTHER_YEAR.search(quote.text)) and not _OTHER_YEAR.search(said.text)


def _is_moved(figure: Figure, said: Reading, quotes: Sequence[Reading]) -> bool:
    """Whether what is said around a figure stands around another one of its kind in the quote."""
    around = _around(figure, said)
    for quote in quotes:
        own = [g for g in quote.figures if _same(figure, g)]
        others = _rivals(figure, said, quote)
        if own and others:
            mine = max((around & _around(g, quote) for g in own), key=len)
            theirs = max((around & _around(g, quote) for g in others), key=len)
            return len(theirs - mine) > len(mine - theirs)
    return False


def _is_exchanged(figure: Figure, said: Reading, quotes: Sequence[Reading]) -> bool:
    """Whether two figures of a kind, both told, stand beside each other's words."""
    beside = _beside(figure, said)
    for quote in quotes:
        own = [_beside(g, quote) for g in quote.figures if _same(figure, g)]
        others = [
            _beside(g, quote)
            for g in quote.figures
            if _are_of_one_kind(figure, g)
            and g.value != figure.value
            and any(_same(f, g) for f in said.figures)
        ]
        if own and others:
            return bool(beside) and beside not in own and beside in others
    return False


def _beside(figure: Figure, reading: Reading) -> frozenset[str]:
    """The last noun before a figure, in the same clause."""
    start = max((reading.text.rfind(mark, 0, figure.start) for mark in "、。，：:"), default=-1)
    nouns = [
        w.form
        for w in reading.words
        if w.is_content
        and w.part_of_speech[0] == "名詞"
        and not w.is_number
        and start < w.start < figure.start
    ]
    return frozenset(nouns[-1:])


def _around(figure: Figure, reading: Reading) -> frozenset[str]:
    """The words and figures before a figure, from the one of its kind before it, and up to a comma after."""
    kin = [f for f in reading.figures if f is not figure and _are_of_one_kind(f, figure)]
    start = max((f.end for f in kin if f.end <= figure.start), default=0)
    stops = [f.start for f in kin if f.start >= figure.end]
    stops += [at for mark in "、。/" if (at := reading.text.find(mark, figure.end)) >= 0]
    end = min(stops, default=len(reading.text))
    return frozenset(
        [
            w.form
            for w in reading.words
            if w.is_content and not w.is_number and start <= w.start and w.end <= end
        ]
        + [
            f"{f.value}{f.unit}"
            for f in reading.figures
            if f is not figure and start <= f.start and f.end <= end
        ]
    )


def _inside(figure: Figure, reading: Reading) -> frozenset[str]:
    """The words of a figure itself: its unit, which any other of its kind has, too."""
    return frozenset(w.form for w in reading.words if figure.start <= w.start < figure.end)


def _agrees_with_figures(said: Reading, direction: Direction) -> bool:
    """Whether the figures of a statement themselves show which way it went (3,118台から3,406台に)."""
    if direction.pair != CHANGE:
        return False
    for before, after in combinations(said.figures, 2):
        if before.unit != after.unit or is_year(before):
            continue
        between = said.text[before.end : after.end]
        lead = said.text[max(0, before.start - _LEAD) : before.start]
        if before.value == after.value or not _BASE.search(lead + _GAP + between):
            continue
        return (after.value > before.value) == direction.side
    return False


def _is_turned(direction: Direction, rivals: Sequence[Direction]) -> bool:
    """Whether the quotes hold the opposite beside what the word stands with, and not the word itself."""
    beside = [d.side for d in rivals if d.anchor == direction.anchor]
    return bool(beside) and direction.side not in beside


def _certainty_of(form: str, quotes: Sequence[Reading]) -> tuple[bool, bool]:
    """Whether the quotes guess or plan where they say a word, or else where the first of them ends."""
    for quote in quotes:
        places = [word.start for word in quote.words if word.form == form]
        if places:
            return quote.certainty_after(places[-1])
    text = quotes[0].text.rstrip("。 ")
    return quotes[0].certainty_after(text.rfind("、") + 1)
