"""HTML put together from small pieces, in which text and markup cannot be taken for each other.

``Html`` is a type of its own, so that the type checker refuses text that has not been escaped.
"""

import html
from collections.abc import Iterable
from typing import NewType

Html = NewType("Html", str)
"""Markup. Text becomes markup through ``escaped`` alone."""

NOTHING = Html("")


def escaped(text: str) -> Html:
    """Text as markup that shows it; a carriage return survives the parser's clean-up of line ends."""
    return Html(html.escape(text).replace("\r", "&#13;"))


def joined(pieces: Iterable[Html]) -> Html:
    """Pieces of markup, one after another."""
    return Html("".join(pieces))


def tag(name: str, *content: Html, **attributes: str | int | None) -> Html:
    """An element; ``class_`` is written as class, ``data_block`` as data-block, None not at all."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{written}>{joined(content)}</{name}>")


def nested_list(items: Iterable[tuple[int, Html]], class_: str) -> Html:
    """A list of lists, of the items and their depths, 0 for the outermost."""
    pieces: list[str] = []
    is_open = 0
    for depth, item in items:
        while is_open > depth + 1:
            pieces.append("</li></ul>")
            is_open -= 1
        if is_open == depth + 1:
            pieces.append("</li>")
        while is_open <= depth:
            pieces.append("<ul>" if is_open else f'<ul class="{class_}">')
            is_open += 1
        pieces.append(f"<li>{item}")
    return Html("".join(pieces) + "</li></ul>" * is_open)
