"""Answers as plain text, for a mail or any editor."""

from collections.abc import Iterator, Sequence

from ipqa.answering.answer import Answer, Citation, CitedSource, Claim
from ipqa.errors import Language
from ipqa.exports.exchange import Exchange, is_list_item, one_line, permalink, place, quotation
from ipqa.exports.labels import LABELS, Labels, confidence_line

_UNDER_TITLE = "=" * 60
_BETWEEN = "-" * 60
_INDENT = "    "


def plain_text(title: str, exchanges: Sequence[Exchange], language: Language, address: str) -> str:
    """Exchanges under a title, as lines of text.

    Args:
        title: what the whole is headed with.
        exchanges: questions and answers, in the order in which they are to stand.
        language: of headings and labels.
        address: the server's own, such as ``http://127.0.0.1:8000``, for links into the reports.
    """
    labels = LABELS[language]
    told = [
        "\n\n".join(block for block in _blocks(number, exchange, labels, address) if block)
        for number, exchange in enumerate(exchanges, start=1)
    ]
    return f"{one_line(title)}\n{_UNDER_TITLE}\n\n" + f"\n\n{_BETWEEN}\n\n".join(told) + "\n"


def _blocks(number: int, exchange: Exchange, labels: Labels, address: str) -> Iterator[str]:
    answer = exchange.answer
    yield labels.question.format(number=number, question=one_line(exchange.question))
    if answer.interpreted_as:
        yield labels.understood_as.format(question=one_line(answer.interpreted_as))
    if answer.answered:
        yield one_line(answer.short_answer or "")
        yield "\n".join(_claim(claim, answer, labels) for claim in answer.claims)
        yield "\n".join(one_line(note) for note in answer.notes)
        yield confidence_line(answer.confidence, labels)
    else:
        yield one_line(answer.answer)
    if answer.citations:
        yield labels.sources if answer.answered else labels.nearest
        yield from (_citation(citation, labels, address) for citation in answer.citations)


def _claim(claim: Claim, answer: Answer, labels: Labels) -> str:
    bullet = "・" if is_list_item(claim, answer) else ""
    numbers = "".join(f"[{number}]" for number in claim.citations)
    return bullet + one_line(claim.text) + numbers + (labels.hedged if claim.hedged else "")


def _citation(citation: Citation, labels: Labels, address: str) -> str:
    below = [permalink(citation, address), *(_source(s, labels) for s in citation.sources)]
    said = f"[{citation.number}] {place(citation, labels)} — {quotation(citation, labels)}"
    return "\n".join([said, *(_INDENT + line for line in below)])


def _source(source: CitedSource, labels: Labels) -> str:
    mark = labels.source.format(mark=one_line(source.mark))
    said = " ".join(part for part in (one_line(source.title), one_line(source.url or "")) if part)
    return mark + said + labels.statuses[source.status]
