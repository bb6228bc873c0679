"""What an answer is put together from, before it is cited and checked."""

from dataclasses import dataclass

from ipqa.reports.model import Span


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing to say: its text, and the stretches of a report that it is taken from."""

    report: str
    text: str
    spans: tuple[Span, ...]
    list_item: bool = False
