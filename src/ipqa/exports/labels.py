"""The words that an export sets around questions and answers, in Japanese and in English.

Only headings and labels have two languages: what was asked, answered and quoted stays as it is.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from ipqa.errors import Language

_HIGH = 0.75
_MEDIUM = 0.5
"""The same steps as on the chat page (``web/answer.js``)."""


class Labels(BaseModel):
    """Headings and labels of one language; braces name what is filled in."""

    model_config = ConfigDict(frozen=True)

    question: str
    understood_as: str
    hedged: str
    confidence: str
    levels: dict[Literal["high", "medium", "low"], str]
    sources: str
    nearest: str
    source: str
    statuses: dict[Literal["resolved", "ambiguous", "missing"], str]
    page: str
    columns: str


LABELS: dict[Language, Labels] = {
    "ja": Labels(
        question="質問{number}：{question}",
        understood_as="「{question}」という質問として調べました。",
        hedged="（報告書の推察・見通し）",
        confidence="確信度：{level}（{value:.2f}）",
        levels={"high": "高", "medium": "中", "low": "低"},
        sources="出典",
        nearest="近い箇所",
        source="報告書の出典{mark}：",
        statuses={
            "resolved": "",
            "ambiguous": "（候補の一つ）",
            "missing": "（資料の一覧にありません）",
        },
        page="{page}ページ",
        columns="（列：{columns}）",
    ),
    "en": Labels(
        question="Question {number}: {question}",
        understood_as="Understood as: {question}",
        hedged=" (the report infers or expects this)",
        confidence="Confidence: {level} ({value:.2f})",
        levels={"high": "high", "medium": "medium", "low": "low"},
        sources="Sources",
        nearest="Nearest passages",
        source="The report's source {mark}: ",
        statuses={
            "resolved": "",
            "ambiguous": " (one of several candidates)",
            "missing": "(not in the report's source list)",
        },
        page=" page {page}",
        columns=" (columns: {columns})",
    ),
}


def confidence_line(confidence: float, labels: Labels) -> str:
    """How sure an answer is, in a word and as a number."""
    level: Literal["high", "medium", "low"] = "low"
    if confidence >= _MEDIUM:
        level = "high" if confidence >= _HIGH else "medium"
    return labels.confidence.format(level=labels.levels[level], value=confidence)
