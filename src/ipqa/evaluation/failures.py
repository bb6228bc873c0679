"""Every question that went wrong, to be opened and judged: what was wanted, and what came."""

from collections.abc import Iterable, Sequence
from typing import Final

from ipqa.answering.answer import Answer, Citation, Reason
from ipqa.evaluation.gold import GoldQuestion, QuestionType, places
from ipqa.evaluation.matching import holds
from ipqa.evaluation.run import Record
from ipqa.evaluation.wording import TYPES, Pair, shown
from ipqa.reports.inspection.markup import NOTHING, Html, escaped, joined, tag
from ipqa.reports.inspection.places import Say
from ipqa.reports.model import Span

_REASONS: Final[dict[Reason, Pair]] = {
    "not_in_reports": ("資料に記載なし", "not in the reports"),
    "off_topic": ("資料と無関係", "off topic"),
}


def failure_groups(records: Sequence[Record], say: Say) -> Html:
    """The failures by type of question, each group and each failure closed; empty if there are none."""
    types: dict[QuestionType, list[Record]] = {}
    for record in records:
        types.setdefault(record.gold.type, []).append(record)
    return joined(
        _group(kind, wrong, len(types[kind]), say)
        for kind in TYPES
        if (wrong := [r for r in types.get(kind, []) if not r.right])
    )


def _group(kind: QuestionType, wrong: Sequence[Record], asked: int, say: Say) -> Html:
    count = say(f"{asked}問中{len(wrong)}問が誤り", f"{len(wrong)} of {asked} wrong")
    summary = tag(
        "summary",
        tag("h3", escaped(say(*TYPES[kind]))),
        tag("span", escaped(count), class_="count"),
    )
    failures = joined(_failure(record, say) for record in wrong)
    return tag("details", summary, failures, class_="kind", data_type=kind)


def _failure(record: Record, say: Say) -> Html:
    gold, answer = record.gold, record.answer
    summary = tag(
        "summary",
        tag("span", escaped(gold.question), lang="ja"),
        tag("span", escaped(_outcome(record, say)), class_="outcome"),
    )
    rows = [
        (say("ID", "Id"), tag("p", escaped(" · ".join(filter(None, (gold.id, gold.section)))))),
        (say("正解の事実", "Facts wanted"), _facts(gold, answer, say)),
        (say("正解の根拠", "Expected evidence"), joined(map(_quotation, gold.evidence))),
        (say("回答", "Answer"), _answer(answer, say)),
        (
            say("引用", "Citations") if answer.answered else say("近い箇所", "Nearest passages"),
            joined(_citation(one, gold, say) for one in answer.citations),
        ),
    ]
    written = [tag("dt", escaped(name)) + tag("dd", content) for name, content in rows if content]
    table = tag("dl", *map(Html, written))
    return tag("details", summary, table, class_="failure", data_question=gold.id)


def _outcome(record: Record, say: Say) -> str:
    """What went wrong, in a word."""
    if not record.gold.answerable:
        return say("見送るべき質問に回答", "Answered, should have declined")
    if not record.answer.answered:
        return say("見送り", "Declined")
    missing = _missing(record.gold, record.answer)
    total = len(record.gold.facts)
    return say(
        f"事実 {total}件中{len(missing)}件が不足", f"{len(missing)} of {total} facts missing"
    )


def _missing(gold: GoldQuestion, answer: Answer) -> list[tuple[str, ...]]:
    said = answer.answer if answer.answered else ""
    return [fact for fact in gold.facts if not holds(said, fact)]


def _facts(gold: GoldQuestion, answer: Answer, say: Say) -> Html:
    if not gold.answerable:
        return tag("p", escaped(say("資料に答えがない質問", "The reports do not answer it")))
    missing = _missing(gold, answer)
    items = []
    for fact in gold.facts:
        is_missing = fact in missing
        state = say("不足", "Missing") if is_missing else say("あり", "Held")
        label = tag("span", escaped(state), class_="state")
        text = tag("span", escaped(" / ".join(fact)), lang="ja")
        items.append(tag("li", label, text, class_="missing" if is_missing else "held"))
    return tag("ul", *items, class_="facts")


def _answer(answer: Answer, say: Say) -> Html:
    if answer.answered:
        state = say("回答した", "Answered")
    else:
        state = say("回答を見送った", "Declined")
        if answer.reason:
            reason = say(*_REASONS[answer.reason])
            state += say(f"（{reason}）", f" ({reason})")
    confidence = say("確信度 ", "Confidence ") + shown(answer.confidence, "share")
    short = NOTHING
    if answer.short_answer:
        short = tag("p", escaped(say("短い回答: ", "In short: ") + answer.short_answer))
    return joined(
        [
            tag("p", escaped(f"{state} · {confidence}"), class_="place"),
            tag("p", escaped(answer.answer), class_="said", lang="ja"),
            short,
        ]
    )


def _quotation(text: str) -> Html:
    return tag("blockquote", escaped(text), lang="ja")


def _citation(citation: Citation, gold: GoldQuestion, say: Say) -> Html:
    place = [citation.title, *citation.section]
    if citation.page is not None:
        place.append(f"p.{citation.page}")
    spans = [span for snippet in gold.evidence for span in places(snippet, citation.quote)]
    holding = NOTHING
    if spans:
        words = say("正解の根拠を含む", "holds expected evidence")
        holding = tag("span", escaped(words), class_="holding")
    head = tag("p", escaped(f"[{citation.number}] {' › '.join(place)} "), holding, class_="place")
    quote = tag("blockquote", _highlighted(citation.quote, spans), lang="ja")
    return tag("div", head, quote, class_="citation")


def _highlighted(text: str, spans: Iterable[Span]) -> Html:
    """A text with the spans marked, those that overlap as one."""
    pieces = []
    at = 0
    for span in _merged(spans):
        pieces.append(escaped(text[at : span.start]))
        pieces.append(tag("mark", escaped(text[span.start : span.end])))
        at = span.end
    return joined([*pieces, escaped(text[at:])])


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if merged and span.start <= merged[-1].end:
            last = merged.pop()
            merged.append(Span(last.start, max(last.end, span.end)))
        else:
            merged.append(span)
    return merged
