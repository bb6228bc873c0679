"""What stands on a page, whatever program drew it: characters, rules, shades, each with its place.

Lengths are points. x runs from the left edge of the page to the right, y from the top edge down.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

ABOVE = 0.88
"""How much of a character's square is above the base line, as Japanese type has it."""

_STEP_DOWN = 1.35
"""How far below the last character the next of a vertical line stands at most, in character sizes."""

_ASIDE = 0.4
"""How far to the side of it, in character sizes."""

_UPRIGHT_IN_LINE = 3
"""So many figures stand side by side in a vertical line at most."""


class Turn(Enum):
    """Which way a character's line runs on the page: down on its side, or as vertical Japanese."""

    RIGHT = "right"
    DOWN = "down"
    VERTICAL = "vertical"
    LEFT = "left"
    UP = "up"
    SLANTED = "slanted"


class Glyph(NamedTuple):
    """A character: its box, the height ``y`` of its base line, the size of its type, its font.

    Where the line runs down, ``y`` is how far from the left its middle is; up, its base line.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    y: float
    size: float
    font: str
    turn: Turn = Turn.RIGHT
    bold: bool = False

    def within(self, x0: float, top: float, x1: float, bottom: float) -> bool:
        """Whether the middle of the character lies in a box."""
        return x0 <= (self.x0 + self.x1) / 2 <= x1 and top <= (self.top + self.bottom) / 2 <= bottom


class Box(NamedTuple):
    """A rectangle: a rule where it is thin, a shade with its colour otherwise, a picture."""

    x0: float
    top: float
    x1: float
    bottom: float
    colour: tuple[float, ...] = ()


@dataclass(slots=True)
class PageContent:
    """All of a page.

    Attributes:
        furniture: characters that the file itself says belong to the page and not to its text.
        dots: small square or round shapes, which may be drawn before list items.
        hidden: what nobody can see on the page, by the reason why.
        undecoded: how many characters the file gives no meaning to; they are 〓 in the text.
        crowded: there are more rules than tables are looked for among.
        cut: what was too much of on the page and has not been taken in, empty as a rule.
    """

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    furniture: list[Glyph] = field(default_factory=list)
    rules: list[Box] = field(default_factory=list)
    shades: list[Box] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    dots: list[Box] = field(default_factory=list)
    hidden: dict[str, str] = field(default_factory=dict)
    undecoded: int = 0
    crowded: bool = False
    cut: str = ""


@dataclass(slots=True)
class Face:
    """The characters of a page whose lines run the same way, turned so that they run to the right."""

    width: float
    height: float
    glyphs: list[Glyph]
    turn: Turn
    rules: list[Box] = field(default_factory=list)
    shades: list[Box] = field(default_factory=list)
    dots: list[Box] = field(default_factory=list)


def faces(content: PageContent) -> list[Face]:
    """The page as one reads it: the way in which most lines run first, then the others.

    Vertical Japanese becomes horizontal: its columns, from the right, become lines from the top.
    Slanted characters (a stamp across the page) are left out.
    """
    glyphs = _with_vertical_lines(content.glyphs)
    count = Counter(glyph.turn for glyph in glyphs if glyph.text.strip())
    found: list[Face] = []
    for turn, _ in sorted(count.items(), key=lambda pair: (-pair[1], pair[0].value)):
        if turn is Turn.SLANTED:
            continue
        sideways = turn in {Turn.DOWN, Turn.UP, Turn.VERTICAL}
        face = Face(
            width=content.height if sideways else content.width,
            height=content.width if sideways else content.height,
            glyphs=[
                glyph if turn is Turn.RIGHT else _turned(glyph, content)
                for glyph in glyphs
                if glyph.turn is turn
            ],
            turn=turn,
        )
        if not found:
            face.rules = [_turned_box(rule, turn, content) for rule in content.rules]
            face.shades = [_turned_box(shade, turn, content) for shade in content.shades]
            face.dots = [_turned_box(dot, turn, content) for dot in content.dots]
        found.append(face)
    return found


def _with_vertical_lines(glyphs: list[Glyph]) -> list[Glyph]:
    """The characters of a page, those that belong to vertical Japanese told from the rest.

    A vertical line may be set with a font for it or character by character; Latin words lie on their
    side in it, and figures stand side by side.
    """
    by_font = any(glyph.turn is Turn.VERTICAL for glyph in glyphs)
    upright = sum(glyph.turn is Turn.RIGHT and glyph.text != " " for glyph in glyphs)
    by_place = len(_steps_down(glyphs)) * 2 > upright
    if not by_font and not by_place:
        return glyphs
    glyphs = _with_upright_figures(glyphs)
    steps = (_steps_down(glyphs) if by_place else set()) | _alone(glyphs)
    return [
        _in_vertical_line(glyph)
        if number in steps or (glyph.turn is Turn.RIGHT and len(glyph.text) > 1)
        else glyph._replace(turn=Turn.VERTICAL)
        if glyph.turn is Turn.DOWN
        else glyph
        for number, glyph in enumerate(glyphs)
    ]


def _steps_down(glyphs: Sequence[Glyph]) -> set[int]:
    """The numbers of the upright characters that stand below the one drawn before, or above the next."""
    found: set[int] = set()
    last = -1
    for number, glyph in enumerate(glyphs):
        if glyph.turn is not Turn.RIGHT or glyph.text == " ":
            continue
        if last >= 0 and _is_below(glyph, glyphs[last]):
            found |= {last, number}
        last = number
    return found


def _alone(glyphs: Sequence[Glyph]) -> set[int]:
    """The numbers of the upright characters that have none beside them: spaced out in a vertical line."""
    upright = [n for n, g in enumerate(glyphs) if g.turn is Turn.RIGHT and g.text.strip()]
    found = set()
    for place, number in enumerate(upright):
        around = [upright[n] for n in (place - 1, place + 1) if 0 <= n < len(upright)]
        glyph = glyphs[number]
        if not glyph.text.isascii() and not any(_is_level(glyph, glyphs[n]) for n in around):
            found.add(number)
    return found


def _is_level(glyph: Glyph, other: Glyph) -> bool:
    return abs(glyph.y - other.y) < glyph.size / 4 and abs(glyph.x0 - other.x0) < 3 * glyph.size


def _is_below(glyph: Glyph, above: Glyph) -> bool:
    aside = abs((glyph.x0 + glyph.x1) - (above.x0 + above.x1)) / 2
    return 0 < glyph.top - above.top <= _STEP_DOWN * glyph.size and aside <= _ASIDE * glyph.size


def _in_vertical_line(glyph: Glyph) -> Glyph:
    """An upright character as one of a vertical line: it takes a whole square."""
    middle = (glyph.x0 + glyph.x1) / 2
    half = glyph.size / 2
    return glyph._replace(x0=middle - half, x1=middle + half, y=middle, turn=Turn.VERTICAL)


def _with_upright_figures(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Two or three figures side by side in a vertical line (縦中横) as one character of it."""
    found: list[Glyph] = []
    run: list[Glyph] = []
    for glyph in glyphs:
        if run and not _is_beside(glyph, run[-1]):
            found += _as_one(run, [*found[-1:], glyph])
            run = []
        if glyph.turn is Turn.RIGHT and glyph.text.isascii() and glyph.text.isalnum():
            run.append(glyph)
        else:
            found.append(glyph)
    return found + _as_one(run, found[-1:])


def _is_beside(glyph: Glyph, other: Glyph) -> bool:
    return (
        glyph.turn is Turn.RIGHT
        and glyph.text.isascii()
        and glyph.text.isalnum()
        and glyph.y == other.y
        and abs(glyph.x0 - other.x1) < glyph.size / 4
    )


def _as_one(run: Sequence[Glyph], around: Sequence[Glyph]) -> list[Glyph]:
    """Figures side by side as one, if the character before or after them is right above or below."""
    if not 1 < len(run) <= _UPRIGHT_IN_LINE:
        return list(run)
    one = run[0]._replace(text="".join(glyph.text for glyph in run), x1=run[-1].x1)
    in_line = any(_is_below(one, other) or _is_below(other, one) for other in around)
    return [one] if in_line else list(run)


def _turned(glyph: Glyph, page: PageContent) -> Glyph:
    """A character in the coordinates of its face; the base line of a vertical one lies below it."""
    box = _turned_box(Box(*glyph[1:5]), glyph.turn, page)
    match glyph.turn:
        case Turn.DOWN | Turn.VERTICAL:
            y = page.width - glyph.y + 0.38 * glyph.size
        case Turn.UP:
            y = glyph.y
        case Turn.LEFT:
            y = page.height - glyph.y
        case _:
            y = glyph.y
    return Glyph(glyph.text, *box[:4], y, glyph.size, glyph.font, bold=glyph.bold)


def _turned_box(box: Box, turn: Turn, page: PageContent) -> Box:
    x0, top, x1, bottom, colour = box
    match turn:
        case Turn.DOWN | Turn.VERTICAL:
            return Box(top, page.width - x1, bottom, page.width - x0, colour)
        case Turn.UP:
            return Box(page.height - bottom, x0, page.height - top, x1, colour)
        case Turn.LEFT:
            return Box(
                page.width - x1, page.height - bottom, page.width - x0, page.height - top, colour
            )
        case _:
            return box
