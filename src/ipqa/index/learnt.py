"""What is learnt of a report when it is read, so that opening an index need not read its reports again."""

import re
from dataclasses import dataclass

from ipqa.glossary import Names, names_in
from ipqa.japanese import content_words
from ipqa.reports.model import Report, titled
from ipqa.spelling import Spoken, names_of

_OPENING_BLOCKS = 3
_BYLINE = re.compile(
    r"^.{0,12}(?:会社|法人|研究所|研究機構|大学|協会|銀行|省|庁|Inc\.|Ltd\.).{0,20}$"
)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is learnt of one report, under whatever name.

    Attributes:
        title: its own; empty where the file has none.
        bylines: the lines of its opening that name an organisation.
        names: each full name that stands beside an abbreviation, with that and how often.
        spoken: how each name sounds, and how it is written.
    """

    title: str
    bylines: tuple[str, ...]
    names: tuple[tuple[str, str, int], ...]
    spoken: Spoken = ()  # which an index of before has not

    def counted_names(self) -> Names:
        """The names as a glossary takes them."""
        return {(name, short): count for name, short, count in self.names}

    def subject(self, source: str) -> str:
        """The names in the report's title, and the organisation that its title or byline names.

        Args:
            source: the name of its file, whose beginning stands for a title that it has not.
        """
        title = titled(self.title, source)
        names = [word.surface for word in content_words(title) if word.is_name]
        return " ".join(
            [*names, *(line for line in (title, *self.bylines) if _BYLINE.search(line))]
        )


def learnt_of(report: Report) -> Learnt:
    """What is learnt of a report that has no id and no source yet."""
    opening = [
        block.span.within(report.text)
        for block in report.blocks[:_OPENING_BLOCKS]
        if block.section == 0 or block.kind == "heading"
    ]
    return Learnt(
        title=report.title,
        bylines=tuple(line for line in opening if _BYLINE.search(line)),
        names=tuple((*pair, count) for pair, count in names_in(report.text).items()),
        spoken=names_of(report.text),
    )
