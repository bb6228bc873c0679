"""Signs that Word takes from the fonts Symbol and Wingdings, as the characters that mean the same."""

from collections.abc import Mapping

_WINGDINGS: Mapping[int, str] = {
    0x4A: "☺", 0x6C: "●", 0x6D: "○", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x74: "◆", 0x75: "◆",
    0x76: "❖", 0x77: "◆", 0x80: "⓪", **{0x80 + n: chr(ord("①") + n - 1) for n in range(1, 11)},
    0x9F: "・", 0xA7: "■", 0xA8: "□", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓",
    0xE8: "→", 0xEF: "⇐", 0xF0: "⇒", 0xF1: "⇑", 0xF2: "⇓", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_SYMBOL: Mapping[int, str] = {
    0x61: "α", 0x62: "β", 0x67: "γ", 0x64: "δ", 0x65: "ε", 0x6C: "λ", 0x6D: "μ", 0x70: "π",
    0x73: "σ", 0x53: "Σ", 0x44: "Δ", 0x57: "Ω", 0xA3: "≦", 0xB3: "≧", 0xB1: "±", 0xB4: "×",
    0xB8: "÷", 0xB9: "≠", 0xBB: "≒", 0xAE: "→", 0xAC: "←", 0xAD: "↑", 0xAF: "↓", 0xB7: "・",
    0xA5: "∞", 0xD6: "√",
}  # fmt: skip
_FONTS = {"wingdings": _WINGDINGS, "symbol": _SYMBOL}
_PRIVATE = range(0xE000, 0xF900)
_OFFSET = 0xF000
_HEXADECIMAL_DIGITS = 4


def symbol(font: str, code: str) -> str:
    """The character of a sign; empty for one that only its font knows.

    Args:
        font: the name of the font.
        code: the place in the font, as four hexadecimal digits.
    """
    if len(code) != _HEXADECIMAL_DIGITS or any(c not in "0123456789abcdefABCDEF" for c in code):
        return ""
    place = int(code, 16)
    known = _FONTS.get(font.lower())
    if known is not None:
        return known.get(place - _OFFSET if place >= _OFFSET else place, "")
    character = chr(place)
    return character if place not in _PRIVATE and character.isprintable() else ""
