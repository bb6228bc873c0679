"""Answers as Markdown, to be read raw or rendered.

Claims carry numbers, ``[1]``, and the list below each answer says what stands behind them; a line of
that list opens its place in the report. Whatever came from outside is escaped, so that it is read as
the text that it is.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from ipqa.answering.answer import Answer, Citation, CitedSource, Claim
from ipqa.errors import Language
from ipqa.exports.exchange import (
    Exchange,
    is_list_item,
    one_line,
    permalink,
    place,
    quotation,
    web_address,
)
from ipqa.exports.labels import LABELS, Labels, confidence_line

_MARKUP = re.compile(r"[\\`*_\[\]<|~$#]|&(?=#?\w+;)")
_MARKUP_AT_START = re.compile(r"^(\d*)(?=[-+>.)])")
_ENTITY = re.compile(r"&(?=#?\w+;)")


def markdown(title: str, exchanges: Sequence[Exchange], language: Language, address: str) -> str:
    """Exchanges under a title, in CommonMark.

    Args:
        title: what the whole is headed with.
        exchanges: questions and answers, in the order in which they are to stand.
        language: of headings and labels.
        address: the server's own, such as ``http://127.0.0.1:8000``, for links into the reports.
    """
    labels = LABELS[language]
    blocks = [f"# {_text(title)}"]
    for number, exchange in enumerate(exchanges, start=1):
        question = _text(exchange.question)
        blocks.append(f"## {labels.question.format(number=number, question=question)}")
        blocks += _answer(exchange.answer, labels, address)
    return "\n\n".join(block for block in blocks if block) + "\n"


def _answer(answer: Answer, labels: Labels, address: str) -> Iterator[str]:
    if answer.interpreted_as:
        yield labels.understood_as.format(question=_text(answer.interpreted_as))
    if answer.answered:
        if answer.short_answer:
            yield f"**{_text(answer.short_answer)}**"
        yield from _claims(answer, labels)
        yield from (_text(note) for note in answer.notes)
        yield confidence_line(answer.confidence, labels)
    else:
        yield _text(answer.answer)
    if answer.citations:
        yield f"### {labels.sources if answer.answered else labels.nearest}"
        yield "\n".join(_citation(citation, labels, address) for citation in answer.citations)


def _claims(answer: Answer, labels: Labels) -> Iterator[str]:
    for listed, claims in groupby(answer.claims, lambda claim: is_list_item(claim, answer)):
        if listed:
            yield "\n".join(f"- {_claim(claim, labels)}" for claim in claims)
        else:
            yield from (_claim(claim, labels) for claim in claims)


def _claim(claim: Claim, labels: Labels) -> str:
    numbers = "".join(f"[{number}]" for number in claim.citations)
    return _text(claim.text) + numbers + (labels.hedged if claim.hedged else "")


def _citation(citation: Citation, labels: Labels, address: str) -> str:
    where = _link(_text(place(citation, labels)), web_address(permalink(citation, address)))
    lines = [f"- [{citation.number}] {where} — {_text(quotation(citation, labels))}"]
    lines += [f"  - {_source(source, labels)}" for source in citation.sources]
    return "\n".join(lines)


def _source(source: CitedSource, labels: Labels) -> str:
    said = _link(_text(source.title or source.url or ""), web_address(source.url))
    return labels.source.format(mark=_text(source.mark)) + said + labels.statuses[source.status]


def _link(text: str, address: str | None) -> str:
    if not address:
        return text
    target = _ENTITY.sub(r"\&", address)
    return f"[{text}]({target})"


def _text(text: str) -> str:
    """A text from outside, on one line, of which nothing is read as markup."""
    escaped = _MARKUP.sub(lambda found: f"\\{found[0]}", one_line(text))
    return _MARKUP_AT_START.sub(r"\1\\", escaped)
