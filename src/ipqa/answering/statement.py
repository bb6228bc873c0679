"""What an answer is put together from, before it is cited and checked."""

import re
from dataclasses import dataclass

from ipqa.reports.model import Span

_HEDGE = re.compile(
    r"(?:推察|推測|推定|示唆)|と(?:も)?(?:みられ|見られ|考えられ|思われ|みる|見る|期待され|分析(?:され|でき))|可能性|おそれが|恐れが"
    r"|公算|だろう|でしょう|かもしれ|見込(?:み|ま)|見通し|らしい|ようだ|ようです|はずだ|うかがえ|解釈でき"
)
_END = 30


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing to say: its text, and the stretches of a report that it is taken from."""

    report: str
    text: str
    spans: tuple[Span, ...]
    list_item: bool = False

    @property
    def hedged(self) -> bool:
        """Whether its end says that it is inferred or expected (〜と推察される), not known."""
        return _HEDGE.search(self.text[-_END:]) is not None
