"""The ways in which Word and PowerPoint count: 1, １, ①, 一, ア, イ, A, iv."""

from collections.abc import Callable, Mapping

_ONES = "一二三四五六七八九"
_AIUEO = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
)
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
    (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_DIGITS = str.maketrans("0123456789", "〇" + _ONES)
_GREATEST = 3999
"""Of numbers that are not written with ten digits; lists that long do not exist."""

_TWENTY = 20
_LETTER_ROUNDS = 3


def counted(number: int, way: str) -> str:
    """A number as Word names a way of counting (w:numFmt); in figures where that is unknown."""
    writer = _WRITERS.get(way)
    if writer is None or not 0 < number <= _GREATEST:
        return str(number)
    return writer(number)


def _japanese(number: int) -> str:
    """二千三百十一."""
    written = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十")):
        count, number = divmod(number, unit)
        if count:
            written += ("" if count == 1 else _ONES[count - 1]) + name
    return written + (_ONES[number - 1] if number else "")


def _roman(number: int) -> str:
    written = ""
    for step, letters in _ROMAN:
        count, number = divmod(number, step)
        written += letters * count
    return written


def _alphabet(letters: str) -> Callable[[int], str]:
    """Counting by letters: after the last one they are doubled."""

    def write(number: int) -> str:
        rounds, at = divmod(number - 1, len(letters))
        return letters[at] * (rounds + 1) if rounds < _LETTER_ROUNDS else str(number)

    return write


def _signs(first: str) -> Callable[[int], str]:
    """Counting by one sign for each number up to twenty (①, ⑴, ⒈)."""

    def write(number: int) -> str:
        return chr(ord(first) + number - 1) if number <= _TWENTY else str(number)

    return write


def _full_width(number: int) -> str:
    return str(number).translate(_FULL_WIDTH)


def _positional(number: int) -> str:
    """二〇二四."""
    return str(number).translate(_DIGITS)


_WRITERS: Mapping[str, Callable[[int], str]] = {
    "decimalZero": "{:02}".format,
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalEnclosedCircle": _signs("①"),
    "decimalEnclosedCircleChinese": _signs("①"),
    "decimalEnclosedParen": _signs("⑴"),
    "decimalEnclosedFullstop": _signs("⒈"),
    "japaneseCounting": _japanese,
    "chineseCounting": _japanese,
    "chineseCountingThousand": _japanese,
    "taiwaneseCounting": _japanese,
    "ideographDigital": _positional,
    "japaneseDigitalTenThousand": _positional,
    "ideographTraditional": _alphabet(_STEMS),
    "ideographZodiac": _alphabet(_BRANCHES),
    "aiueo": _alphabet(_AIUEO),
    "aiueoFullWidth": _alphabet(_AIUEO),
    "iroha": _alphabet(_IROHA),
    "irohaFullWidth": _alphabet(_IROHA),
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperLetter": _alphabet(_LETTERS),
    "lowerLetter": _alphabet(_LETTERS.lower()),
}
