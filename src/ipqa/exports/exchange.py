"""A question with its answer, and what every format reads from it.

All that is exported came from outside: questions from users, quotes and addresses from reports. What
is read here is cleared of line breaks and of characters that no file format holds; what would be
markup in a format is that format's own concern.
"""

import re
from collections.abc import Sequence
from typing import Self
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, HttpUrl, TypeAdapter, ValidationError, model_validator

from ipqa.answering.answer import Answer, Citation, Claim
from ipqa.exports.labels import Labels

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile("[ \t\n\r\x85\u2028\u2029]+")
_ADDRESS_CHARACTERS = "%:/?#[]@!$&'*+,;=~"
"""What stays as it is in an address besides letters, digits and ``_.-``."""

_http_url = TypeAdapter(HttpUrl)


class Exchange(BaseModel):
    """One question, as it was asked, and the answer that was given."""

    model_config = ConfigDict(frozen=True)

    question: str
    answer: Answer

    @model_validator(mode="after")
    def _claims_name_citations(self) -> Self:
        numbers = [citation.number for citation in self.answer.citations]
        if len(numbers) != len(set(numbers)):
            raise ValueError("two citations have the same number")
        if {number for claim in self.answer.claims for number in claim.citations} - {*numbers}:
            raise ValueError("a claim names a citation that is not there")
        return self


def one_line(text: str) -> str:
    """A text on one line, without the characters that XML cannot hold."""
    return _BREAK.sub(" ", _NOT_IN_XML.sub("", text)).strip()


def is_list_item(claim: Claim, answer: Answer) -> bool:
    """Whether the answer's text sets a claim as a list item."""
    return f"\n・{claim.text}" in f"\n{answer.answer}"


def place(citation: Citation, labels: Labels) -> str:
    """Where a citation stands: report, section path and page, as far as there are any."""
    section = " › ".join(citation.section)
    page = "" if citation.page is None else labels.page.format(page=citation.page)
    return one_line(citation.title + (f"「{section}」" if section else "") + page)


def quotation(citation: Citation, labels: Labels) -> str:
    """What a citation quotes; of a table row the cells, and what their columns are headed."""
    cells = citation.quote.split("\t")
    quoted = f"「{_cells(cells)}」"
    if not any(citation.columns):
        return quoted
    return quoted + labels.columns.format(columns=_cells(citation.columns))


def permalink(citation: Citation, address: str) -> str:
    """The address, on the server at ``address``, that opens a citation in its report."""
    report, edition = quote(citation.report, safe=""), quote(citation.edition, safe="")
    return f"{address}/r/{report}#s={citation.start}-{citation.end}&e={edition}"


def web_address(address: str | None) -> str | None:
    """An http or https address in a form that can be linked everywhere; None for any other."""
    try:
        valid = _http_url.validate_python(address)
    except ValidationError:
        return None
    return quote(str(valid), safe=_ADDRESS_CHARACTERS)


def _cells(cells: Sequence[str]) -> str:
    return one_line("｜".join(cells))
