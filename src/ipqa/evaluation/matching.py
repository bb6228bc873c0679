"""When an answer holds a fact, and how near a short answer is to the gold one.

Texts are compared without white space and in NFKC, after reference marks are dropped. Exact match and
character F1 are those of JGLUE's JSQuAD: the best over the alternatives.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

_MARK = re.compile(r"\[\d{1,3}\]|[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_ENDS = "。、．，.,「」『』（）() "


def flat(text: str) -> str:
    """A text as it is compared: no reference marks, NFKC, no white space."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", _MARK.sub("", text)))


def holds(text: str, alternatives: Iterable[str]) -> bool:
    """Whether a text holds one of the alternatives of a fact."""
    said = flat(text)
    return any(_stands_in(said, flat(one)) for one in alternatives)


def _stands_in(said: str, wanted: str) -> bool:
    """Whether a text holds another, and no figure goes on beyond its ends (1件 is not in 421件)."""
    before = r"(?<![\d.,])" if wanted[:1].isdigit() else ""
    after = r"(?![\d]|[.,]\d)" if wanted[-1:].isdigit() else ""
    return re.search(before + re.escape(wanted) + after, said) is not None


def exact_match(short: str, facts: Sequence[Sequence[str]]) -> float:
    """1 where the short answer is one of the alternatives of the only fact, else 0."""
    said = flat(short).strip(_ENDS)
    return float(any(said == flat(one).strip(_ENDS) for fact in facts for one in fact))


def character_f1(short: str, facts: Sequence[Sequence[str]]) -> float:
    """Overlap of characters of the short answer with the nearest alternative, 0 to 1."""
    return max((_f1(flat(short), flat(one)) for fact in facts for one in fact), default=0.0)


def _f1(said: str, wanted: str) -> float:
    common = sum((Counter(said) & Counter(wanted)).values())
    if not common:
        return 0.0
    precision, recall = common / len(said), common / len(wanted)
    return 2 * precision * recall / (precision + recall)
