"""Which words of a web page a person can see, by the styles that the page itself contains.

What cannot be seen is no part of the report: it may be left from an earlier version, or put there for
machines to obey. Style sheets outside the page are not fetched, so what they hide or colour is not known;
text without a known background is taken to stand on white.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

_AT_RULE_FOR_SCREENS = re.compile(r"@(?:layer|supports)[^{};]*\{|@media\s+(?:all|screen)\s*\{")
_OTHER_AT_RULE = re.compile(r"@[^{};]*+\{(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+\}")
_STYLE_RULE = re.compile(r"([^{}]++)\{([^{}]*+)\}")
_CSS_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_SIMPLE_SELECTOR = re.compile(r"[a-z0-9]*(?:[.#][\w-]+)?", re.IGNORECASE)
_NUMBER = re.compile(r"^(-?\d*\.?\d+)(px|pt|em|rem|%)?")
_FAR_OFF = -500
_TINY = 1.0
_FAINT = 0.05
_ALIKE = 12
"""How much two colours may differ in red, green and blue, of 255, and still look the same."""

_COLORS = {
    "white": (255, 255, 255),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "whitesmoke": (245, 245, 245),
    "black": (0, 0, 0),
}
Color = tuple[int, int, int] | str
"""Red, green and blue, or the value as written where it is none of these."""


@dataclass(frozen=True, slots=True)
class Look:
    """How text looks by what its element inherits; ``size`` in pixels."""

    color: Color = (0, 0, 0)
    background: Color = (255, 255, 255)
    size: float = 16.0
    shown: bool = True

    @property
    def unseen(self) -> str:
        """Why text that looks so cannot be seen, empty where it can."""
        if not self.shown:
            return "表示しない指定"
        if self.size <= _TINY:
            return "極小の文字"
        if self.color == "transparent":
            return "透明な文字"
        if _alike(self.color, self.background):
            return "白い文字" if _alike(self.color, _COLORS["white"]) else "背景と同じ色の文字"
        return ""


Declarations = dict[str, tuple[bool, str]]
"""Values by their names, and whether each is important."""


class StyleSheet:
    """The rules of a page's style blocks for a tag, a class or an id; others are not understood."""

    def __init__(self, blocks: Iterable[str]) -> None:
        self._rules: dict[str, Declarations] = {}
        for block in blocks:
            css = _AT_RULE_FOR_SCREENS.sub("", _CSS_COMMENT.sub("", block))
            for selectors, declarations in _STYLE_RULE.findall(_OTHER_AT_RULE.sub("", css)):
                for selector in map(str.strip, selectors.split(",")):
                    if selector and _SIMPLE_SELECTOR.fullmatch(selector):
                        _prevail(self._rules.setdefault(selector, {}), _declared(declarations))

    def of(self, tag: str, attributes: Mapping[str, str | None]) -> dict[str, str]:
        """The values that hold for an element: its own style over ids over classes over tags."""
        values: Declarations = {}
        if self._rules:
            names = [f".{name}" for name in (attributes.get("class") or "").split()]
            if identity := attributes.get("id"):
                names.append(f"#{identity}")
            for selector in (tag, *names, *(tag + name for name in names)):
                _prevail(values, self._rules.get(selector, {}))
        if style := attributes.get("style"):
            _prevail(values, _declared(style))
        return {name: value for name, (_, value) in values.items()}


def _declared(text: str) -> Declarations:
    declared: Declarations = {}
    for part in text.lower().split(";"):
        name, _, value = part.partition(":")
        important = "!important" in value
        value = value.replace("!important", "").strip()
        _prevail(declared, {name.strip(): (important, value)} if value else {})
    return declared


def _prevail(values: Declarations, later: Declarations) -> None:
    """Let later declarations replace earlier ones that are not more important."""
    for name, declaration in later.items():
        if name not in values or declaration[0] >= values[name][0]:
            values[name] = declaration


def look_of(
    outer: Look, tag: str, attributes: Mapping[str, str | None], style: Mapping[str, str]
) -> Look:
    """How the text of an element looks within one that looks as ``outer``."""
    if not style and tag not in {"font", "body", "table", "tr", "td", "th"}:
        return outer
    color = style.get("color") or attributes.get("text" if tag == "body" else "color")
    ground = style.get("background-color") or style.get("background") or attributes.get("bgcolor")
    look = outer
    if color and not ("clip" in " ".join(style) and "text" in style.values()):
        look = replace(look, color=_color(color, look.color))
    if ground or attributes.get("background"):
        look = replace(look, background=_ground(ground or "url(", look.background))
    if "font-size" in style:
        look = replace(look, size=_pixels(style["font-size"], look.size))
    if "visibility" in style:
        look = replace(look, shown=style["visibility"] not in {"hidden", "collapse"})
    return look


def why_unseen(attributes: Mapping[str, str | None], style: Mapping[str, str]) -> str:
    """Why an element with all that is in it cannot be seen, empty where it can."""
    if "hidden" in attributes and attributes["hidden"] != "until-found":
        return "表示しない指定"
    if not style:
        return ""
    size = {name: _number(style.get(name)) for name in ("width", "height", "max-height")}
    cut = style.get("overflow", "") in {"hidden", "clip"}
    if (
        style.get("display") == "none"
        or style.get("content-visibility") == "hidden"
        or re.match(r"rect\(\s*[01]\D", style.get("clip", ""))
        or re.match(r"inset\(\s*(?:50|100)%|circle\(\s*0", style.get("clip-path", ""))
        or (cut and any(value is not None and value <= _TINY for value in size.values()))
    ):
        return "表示しない指定"
    if (opacity := _number(style.get("opacity"))) is not None and opacity <= _FAINT:
        return "透明な文字"
    offsets = ["text-indent", "margin-left", "margin-top"]
    if style.get("position") in {"absolute", "fixed", "relative"}:
        offsets += ["left", "right", "top", "bottom"]
    if any((_number(style.get(name)) or 0) <= _FAR_OFF for name in offsets):
        return "画面の外"
    moved = re.search(r"translate\w*\([^)]*-\d{4,}|scale\(\s*0\s*\)", style.get("transform", ""))
    return "画面の外" if moved else ""


def _number(value: str | None) -> float | None:
    found = _NUMBER.match(value or "")
    return float(found[1]) if found else None


def _pixels(value: str, outer: float) -> float:
    """A font size, given that of the element around; as usual where the value is not understood."""
    found = _NUMBER.match(value)
    if found is None:
        return Look().size
    unit = {"pt": 4 / 3, "em": outer, "rem": Look().size, "%": outer / 100}.get(found[2] or "", 1.0)
    return float(found[1]) * unit


def _color(value: str, outer: Color) -> Color:
    value = value.strip().lower()
    if value in {"inherit", "currentcolor", "unset", "initial"}:
        return outer
    if hexadecimal := re.fullmatch(r"#?([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", value):
        digits = hexadecimal[1]
        pairs = [d * 2 for d in digits] if len(digits) <= len("rgba") else re.findall("..", digits)
        red, green, blue = (int(pair, 16) for pair in pairs[:3])
        return (red, green, blue) if pairs[3:] != ["00"] else "transparent"
    if numbers := re.fullmatch(
        r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*([^)]*)\)", value
    ):
        alpha = _number(numbers[4].strip(" ,/"))
        if alpha is not None and alpha <= _FAINT:
            return "transparent"
        return (int(numbers[1]), int(numbers[2]), int(numbers[3]))
    return _COLORS.get(value, value)


def _ground(value: str, outer: Color) -> Color:
    """A background; where it is an image, no colour of text is like it."""
    value = value.strip().lower()
    if "url(" in value or "gradient" in value:
        return "an image"
    if value in {"transparent", "none", "0"}:
        return outer
    colors = [_color(value, outer), *(_color(part, outer) for part in value.split())]
    return next((color for color in colors if isinstance(color, tuple)), value)


def _alike(one: Color, other: Color) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return all(abs(a - b) <= _ALIKE for a, b in zip(one, other, strict=True))
