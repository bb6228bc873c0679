"""The one check that every answer passes: quotes stand in the report, figures stand in the quotes.

For every citation ``report.text[start:end] == quote``, and every number, date and percentage of a claim
occurs in one of its quotes. A claim that fails is not said.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from ipqa.answering.answer import Citation, Claim
from ipqa.reports.model import Report

_FIGURE = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def figures(text: str) -> set[str]:
    """The numbers of a text in one form: half width, without thousands separators."""
    normal = unicodedata.normalize("NFKC", text)
    return {match.replace(",", "") for match in _FIGURE.findall(normal)}


def is_verbatim(citation: Citation, reports: Mapping[str, Report]) -> bool:
    """Whether the quote is what stands in the report at the citation's offsets."""
    report = reports.get(citation.report)
    return (
        report is not None
        and 0 <= citation.start < citation.end <= len(report.text)
        and report.text[citation.start : citation.end] == citation.quote
    )


def grounded(
    claims: Sequence[Claim], citations: Sequence[Citation], reports: Mapping[str, Report]
) -> tuple[Claim, ...]:
    """The claims that their citations support, in order."""
    quotes = {c.number: c.quote for c in citations if is_verbatim(c, reports)}
    return tuple(
        claim
        for claim in claims
        if claim.citations
        and all(number in quotes for number in claim.citations)
        and figures(claim.text)
        <= set().union(*(figures(quotes[number]) for number in claim.citations))
    )
