"""An answer as a chat shows it: the text, and below a rule what it was asked as and what it cites."""

from collections.abc import Iterator

from ipqa.answering.answer import Answer, Citation
from ipqa.exports.exchange import one_line, permalink, place, quotation
from ipqa.exports.labels import Labels

RULE = "\n\n---\n\n"
"""Between an answer and its citations; where Markdown is shown, a line is drawn for it."""


class ChatText:
    """An answer as text for a chat, in one language, with links to the server at ``address``."""

    def __init__(self, labels: Labels, address: str) -> None:
        self._labels, self._address = labels, address

    def content(self, answer: Answer) -> str:
        """The answer, and below the rule how the question was understood and what is cited."""
        below = "\n\n".join(self._below(answer))
        return f"{answer.answer}{RULE}{below}" if below else answer.answer

    def annotations(self, answer: Answer) -> list[dict[str, object]]:
        """Where each marker of a citation stands in the content, and what it opens."""
        citations = {citation.number: citation for citation in answer.citations}
        found: list[dict[str, object]] = []
        end = 0
        for claim in answer.claims:
            end = answer.answer.index(claim.text, end) + len(claim.text)
            for number in claim.citations:
                start, end = end, end + len(f"[{number}]")
                cited = {
                    "start_index": start,
                    "end_index": end,
                    "title": place(citations[number], self._labels),
                    "url": permalink(citations[number], self._address),
                }
                found.append({"type": "url_citation", "url_citation": cited})
        return found

    def _below(self, answer: Answer) -> Iterator[str]:
        if answer.interpreted_as:
            yield self._labels.understood_as.format(question=one_line(answer.interpreted_as))
        if answer.citations:
            yield self._labels.sources if answer.answered else self._labels.nearest
            yield from map(self._footnote, answer.citations)

    def _footnote(self, citation: Citation) -> str:
        where = f"[{citation.number}] {place(citation, self._labels)}"
        lines = [f"{where} — {quotation(citation, self._labels)}"]
        lines.append(permalink(citation, self._address))
        for source in citation.sources:
            mark = self._labels.source.format(mark=one_line(source.mark))
            said = " ".join(filter(None, (one_line(source.title), one_line(source.url or ""))))
            lines.append(mark + said + self._labels.statuses[source.status])
        return "\n".join(lines)
