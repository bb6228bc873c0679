"""Small type put where it belongs: raised figures, indices, ruby.

Raised figures become reference marks of the run that they stand in, or exponents; kana right above kanji
are ruby, and are taken off the page.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ipqa.reports.pdf.glyphs import ABOVE, Box, Glyph
from ipqa.reports.pdf.layout import JAPANESE, Run, Words, runs

_BULLET_GAP = (0.1, 2.0)
"""How far before a line its bullet stands, in character sizes."""

_MOST_AROUND = 300
_LONGEST_UNIT = 4
_STACKED = 1.3
"""So far apart, in character sizes, the letters of a word set vertically stand at most."""

_SMALL = 0.9
_LONGEST_RAISED = 8
_RUBY = 0.62
_KANA = re.compile(r"[\u3041-\u309f\u30a1-\u30ff・]+")
_KANJI = re.compile(r"[\u2e80-\u2fdf\u4e00-\u9fff々〆]")
_MARK_FIGURES = re.compile(r"\d{1,3}(?:[,，、・]\d{1,3})*[)）]?")
_MARK_RANGE = re.compile(r"(\d{1,3})[-–~〜](\d{1,3})")
_LONGEST_RANGE = 10
_UNIT = re.compile(r"(?:(?<![A-Za-z])[kcmμn]?m|[㎞㎝㎜]|(?<!\d)10)$")
_EXPONENT = re.compile(r"[-−–]?\d")
_TO_EXPONENT = str.maketrans("-−–0123456789", "⁻⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Ruby:
    """The reading that stands above some characters."""

    base: str
    reading: str


def words_of(glyphs: Sequence[Glyph], dots: Sequence[Box] = ()) -> tuple[list[Words], list[Ruby]]:
    """The words of a page or a cell, from the top down, and the ruby that was taken off them.

    Args:
        glyphs: the characters, in any order.
        dots: small shapes, each of which may be the bullet of what follows it.
    """
    found, rubies = _settled(runs(glyphs))
    _put_bullets(found, dots)
    return _stacked([run.words() for run in found]), rubies


def _stacked(found: Sequence[Words]) -> list[Words]:
    """Words with single letters that stand one below the other (a label set vertically) as one word."""
    whole: list[Words] = []
    columns: dict[int, list[Words]] = {}
    for words in sorted(found, key=lambda words: words.y):
        if words.count > 1 or not JAPANESE.match(words.text):
            whole.append(words)
            continue
        column = columns.setdefault(round((words.x0 + words.x1) / 2), [])
        if column and words.y - column[-1].y > _STACKED * words.size:
            whole += _as_one(column)
            column.clear()
        column.append(words)
    return whole + [words for column in columns.values() for words in _as_one(column)]


def _as_one(column: Sequence[Words]) -> list[Words]:
    """Letters of one column as one word where its first letter stands; two of them may be chance."""
    if len(column) <= 2:  # noqa: PLR2004
        return list(column)
    text = "".join(words.text for words in column)
    return [replace(column[0], text=text, count=len(text))]


def _settled(found: Sequence[Run]) -> tuple[list[Run], list[Ruby]]:
    """Runs with the small ones put where they belong, and the ruby that was taken off them."""
    rubies: list[Ruby] = []
    by_height = sorted(found, key=lambda run: run.y)
    largest = max((run.size for run in found), default=0.0)
    taken: set[int] = set()
    for number, run in enumerate(by_height):
        if run.size > _SMALL * largest:
            continue
        near = _around(number, by_height, 1.6 * largest)
        host = _host(run, [by_height[other] for other in near if other not in taken])
        if host is None:
            continue
        above = (host.y - run.y) / host.size
        if above > 0.75:  # noqa: PLR2004 - clear of the characters: ruby
            rubies.append(Ruby(_below(run, host), run.text))
        else:
            _insert(run, host, raised=above > 0.12)  # noqa: PLR2004 - less is a lower or even line
        taken.add(number)
    kept = [run for number, run in enumerate(by_height) if number not in taken]
    return kept, rubies


def _put_bullets(found: Sequence[Run], dots: Sequence[Box]) -> None:
    """Put a bullet before each run that a small shape is drawn in front of."""
    by_height = sorted(dots, key=lambda dot: dot.bottom)
    heights = [dot.bottom for dot in by_height]
    for run in found:
        first = bisect_left(heights, run.y - ABOVE * run.size)
        for dot in by_height[first : bisect_right(heights, run.y)]:
            gap = run.x0 - dot.x1
            if _BULLET_GAP[0] < gap / run.size < _BULLET_GAP[1]:
                glyph = run.pieces[0][1]
                bullet = glyph._replace(text="•", x0=dot.x0, x1=glyph.x0, bold=False)
                run.pieces[0] = (" ", glyph)
                run.pieces.insert(0, ("", bullet))
                run.x0 = dot.x0
                break


def _around(number: int, by_height: Sequence[Run], reach: float) -> Iterator[int]:
    """The numbers of the runs whose base lines are not far above or below that of one."""
    y = by_height[number].y
    for other in range(number - 1, max(-1, number - _MOST_AROUND), -1):
        if y - by_height[other].y > reach:
            break
        yield other
    for other in range(number + 1, min(len(by_height), number + _MOST_AROUND)):
        if by_height[other].y - y > reach:
            break
        yield other


def _host(run: Run, others: Iterable[Run]) -> Run | None:
    """The larger run that a small one belongs to, if there is one."""
    found: Run | None = None
    for other in others:
        if run.size > _SMALL * other.size:
            continue
        above = (other.y - run.y) / other.size
        reach = other.size / 2
        beside = other.x0 - reach <= run.x1 and run.x0 <= other.x1 + reach
        short = len(run.pieces) <= _LONGEST_RAISED or other.x0 < run.x0 < other.x1
        in_line = -0.4 < above <= 0.75 and beside and short  # noqa: PLR2004
        if (in_line or _is_ruby(run, other, above)) and (
            found is None or abs(other.y - run.y) < abs(found.y - run.y)
        ):
            found = other
    return found


def _is_ruby(run: Run, host: Run, above: float) -> bool:
    """Whether small kana stand right above kanji."""
    if not (0.75 < above < 1.5 and run.size <= _RUBY * host.size):  # noqa: PLR2004
        return False
    if run.x0 < host.x0 - host.size or run.x1 > host.x1 + host.size:
        return False
    return _KANA.fullmatch(run.text.replace(" ", "")) is not None and (
        _KANJI.search(_below(run, host)) is not None
    )


def _below(ruby: Run, host: Run) -> str:
    """The characters that ruby stands above."""
    reach = 0.3 * host.size
    return "".join(
        glyph.text
        for _, glyph in host.pieces
        if ruby.x0 - reach <= (glyph.x0 + glyph.x1) / 2 <= ruby.x1 + reach
    )


def _insert(run: Run, host: Run, *, raised: bool) -> None:
    """Put a small run into its host, as a mark if it is one."""
    at = sum((glyph.x0 + glyph.x1) / 2 < run.x0 for _, glyph in host.pieces)
    text = run.text
    if raised:
        before = replace(host, pieces=host.pieces[max(0, at - _LONGEST_UNIT) : at])
        text = _raised(text, before.text if before.pieces else "")
    first = run.pieces[0][1]
    glyph = first._replace(
        text=text, x1=run.x1, y=host.y, size=host.size, font=host.font, bold=False
    )
    host.pieces.insert(at, ("", glyph))
    host.x0, host.x1 = min(host.x0, run.x0), max(host.x1, run.x1)


def _raised(text: str, before: str) -> str:
    """What small raised characters mean: a reference mark, an exponent, or what they say."""
    plain = text.replace(" ", "")
    if _EXPONENT.fullmatch(plain) and _UNIT.search(before):
        return plain.translate(_TO_EXPONENT)
    if match := _MARK_RANGE.fullmatch(plain):
        first, last = int(match[1]), int(match[2])
        if first < last <= first + _LONGEST_RANGE:
            return f"[{','.join(map(str, range(first, last + 1)))}]"
    if _MARK_FIGURES.fullmatch(plain):
        return f"[{re.sub(r'[，、・]', ',', plain).rstrip(')）')}]"
    return text
