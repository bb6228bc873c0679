"""Text as records keep it: without half characters, and folded so that it can be searched."""

import unicodedata
from typing import Annotated

from pydantic import BeforeValidator


def without_halves(given: str) -> str:
    """Text with U+FFFD for half characters, which a browser leaves where it cuts an emoji."""
    return given.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _text_without_halves(given: object) -> object:
    return without_halves(given) if isinstance(given, str) else given


Text = Annotated[str, BeforeValidator(_text_without_halves)]
"""A string of a record; half characters in what is given do not lose the rest of it."""


def folded(text: str) -> str:
    """Text for searching: full and half width alike (NFKC), and capital and small letters.

    It has no offsets in common with the original, and no NUL, which some databases cannot hold.
    """
    composed = unicodedata.normalize("NFKC", without_halves(text)).casefold()
    return unicodedata.normalize("NFKC", composed).replace("\0", "")
