"""Measures `Assistant.verify` on statements made from the training reports, by rule and without choosing.

    python -m eval.measure_verification --families held-out FOLDER

A statement is supported that repeats a sentence which answers a question, as it stands or in another
notation; contradicted where one thing in it is turned round; unsupported where it belongs to another report,
names another company, or states what a question asks in vain. FOLDER keeps the index for the next run.
"""

import argparse
import random
import re
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ipqa.answering.question import understand
from ipqa.assistant import Assistant
from ipqa.embedding import load_model
from ipqa.evaluation.matching import flat
from ipqa.index.build import build_index
from ipqa.settings import read_settings
from training.check_data import (
    WrittenQuestion,
    family_of,
    folders_of_data,
    held_out_families,
    read_folder,
)

FAMILIES = 12
REPORTS_OF_A_FAMILY = 2
SENTENCES_OF_A_REPORT = 12
SHORTEST = 12
CLASSES = ("supported", "contradicted", "unsupported")
OUTCOMES = (*CLASSES, "not_checked")

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
KANJI = "〇一二三四五六七八九"
POLITE = (
    ("した。", "しました。"),
    ("する。", "します。"),
    ("である。", "です。"),
    ("だった。", "でした。"),
    ("った。", "りました。"),
    ("いる。", "います。"),
    ("れる。", "れます。"),
    ("れた。", "れました。"),
    ("した。", "したのである。"),
)
OPPOSITES = (
    ("増え", "減っ"),
    ("増加", "減少"),
    ("増", "減"),
    ("上回", "下回"),
    ("上昇", "低下"),
    ("拡大", "縮小"),
    ("以上", "未満"),
    ("以内", "以上"),
    ("黒字", "赤字"),
    ("改善", "悪化"),
    ("高い", "低い"),
    ("多い", "少ない"),
    ("国内", "海外"),
    ("可決", "否決"),
    ("開始", "終了"),
    ("最大", "最小"),
)
NEGATED = (
    ("しました。", "しませんでした。"),
    ("します。", "しません。"),
    ("した。", "しなかった。"),
    ("する。", "しない。"),
    ("している。", "していない。"),
    ("目指す。", "目指さない。"),
    ("である。", "ではない。"),
    ("です。", "ではありません。"),
    ("められる。", "められない。"),
    ("れた。", "れなかった。"),
    ("れる。", "れない。"),
    ("ます。", "ません。"),
)
ANSWERS = (
    (r"何(件|人|名|社|台|回|か所|年|%)", r"147\1"),
    (r"いくら", "3億7,000万円"),
    (r"どの?(?:くらい|ぐらい|程度)", "47%"),
    (r"いつ", "2031年9月に"),
    (r"誰|だれ|どなた", "専務の氷室"),
    (r"なぜ|どうして|なんで", "規制の強化により"),
)


@dataclass(frozen=True)
class Case:
    """A statement, the report that it is held against, what is expected and how it was made."""

    text: str
    report: str
    expected: str
    made_by: str


def chosen_reports(*, held_out: bool) -> tuple[dict[str, Path], list[WrittenQuestion]]:
    """Two reports of each of a dozen families, evenly chosen by name, and the questions about them."""
    held = held_out_families()
    folders = [read_folder(folder) for folder in folders_of_data()]
    paths = {path.stem: path for folder in folders_of_data() for path in folder.glob("*.md")}
    families: dict[str, list[str]] = defaultdict(list)
    for name in sorted(paths):
        if (family_of(name) in held) == held_out:
            families[family_of(name)].append(name)
    step = max(1, len(families) // FAMILIES)
    names = [n for f in sorted(families)[::step][:FAMILIES] for n in families[f]]
    kept = [n for n in names if families[family_of(n)].index(n) < REPORTS_OF_A_FAMILY]
    questions = [q for folder in folders for q in folder.questions if q.report in kept]
    return {name: paths[name] for name in kept}, questions


def evidence_sentences(
    assistant: Assistant, questions: Sequence[WrittenQuestion]
) -> dict[str, list[str]]:
    """By report, whole sentences of running text that hold the evidence of a question."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    written: dict[str, list[str]] = defaultdict(list)
    for sentence in assistant.index.sentences:
        report = assistant.index.reports[assistant.index.passages[sentence.passage].report]
        text = sentence.span.within(report.text)
        if report.blocks[sentence.block].kind != "table_row" and text.endswith("。"):
            written[report.id].append(text)
    for question in questions:
        for snippet in question.evidence if question.answerable else ():
            for text in written[question.report]:
                if flat(snippet) in flat(text) and len(text) >= SHORTEST:
                    found[question.report][text] = None
    return {report: list(texts) for report, texts in found.items()}


def in_kanji(text: str) -> str:
    """Whole numbers of two to four digits with a counter, written in kanji by place value."""

    def spelt(match: re.Match[str]) -> str:
        units = ["", "十", "百", "千"]
        digits = match[0]
        parts = [
            ("" if d == "1" and unit else KANJI[int(d)]) + unit
            for d, unit in zip(digits, reversed(units[: len(digits)]), strict=True)
            if d != "0"
        ]
        return "".join(parts)

    return re.sub(r"(?<![\d.,A-Za-z])[1-9]\d{1,3}(?=[件人名社台回])", spelt, text)


def in_era(text: str) -> str:
    """Years from 2019 on as years of 令和."""
    return re.sub(
        r"(20(?:19|2\d|3\d))(?=年)",
        lambda m: f"令和{int(m[1]) - 2018}" if m[1] != "2019" else "令和元",
        text,
    )


def replaced_end(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    """The text with the first ending that fits replaced, or as it is."""
    for old, new in pairs:
        if text.endswith(old):
            return text.removesuffix(old) + new
    return text


def without_clause(text: str) -> str:
    """「Xは…し、…。」 without the first clause."""
    return re.sub(r"^([^、。]{2,20}?は)[^、。]+(?:し|して|ており|であり|で)、", r"\1", text)


def other_figure(text: str, rng: random.Random) -> str:
    """The text with one figure that counts something changed."""
    places = list(
        re.finditer(
            r"(?<![A-Za-z\d.,第-])\d[\d,]*(?:\.\d+)?(?=[年月日%件人名社台回億万円倍位か割トキ])",
            text,
        )
    )
    if not places:
        return text
    place = rng.choice(places)
    at = place.end() - 1
    digit = str((int(text[at]) + rng.randint(1, 8)) % 10)
    return text[:at] + digit + text[at + 1 :]


def turned(text: str) -> str:
    """The text with the first word that has an opposite turned round."""
    for one, other in OPPOSITES:
        for old, new in ((one, other), (other, one)):
            if text.count(old) == 1:
                return text.replace(old, new)
    return text


def with_other_name(text: str, report: str, names: dict[str, list[str]], rng: random.Random) -> str:
    """The text with an organisation that it names replaced by one of another report."""
    own = understand(text, len(text)).organisations
    others = [n for r, ns in names.items() if family_of(r) != family_of(report) for n in ns]
    strange = [n for n in others if n not in text and n not in names.get(report, [])]
    return text.replace(own[0], rng.choice(strange)) if own and strange else text


def asserted(question: str) -> str:
    """A question that is answered nowhere, as a statement with a made-up answer."""
    text = question
    for pattern, answer in ANSWERS:
        text = re.sub(pattern, answer, text)
    text = re.sub(r"(です|ます|でした|ました|だった)?か?[?？。]*$", r"\1", text)
    if re.search(r"[何誰]|どれ|どこ|どの|どう|どんな|教え|[?？]", text) or text == question:
        return ""
    return f"{text}。" if text.endswith(("す", "た", "る")) else f"{text}である。"


def cases(assistant: Assistant, questions: Sequence[WrittenQuestion]) -> Iterator[Case]:
    """Every statement that is to be verified; the same ones on every run."""
    rng = random.Random(20)
    found = evidence_sentences(assistant, questions)
    sampled = {r: rng.sample(t, min(len(t), SENTENCES_OF_A_REPORT)) for r, t in found.items()}
    names = {
        r: sorted({n for t in texts for n in understand(t, len(t)).organisations})
        for r, texts in found.items()
    }
    changes: tuple[tuple[str, str, Callable[[str], str]], ...] = (
        ("supported", "full width", lambda t: t.translate(WIDE)),
        ("supported", "kanji numerals", in_kanji),
        ("supported", "era", in_era),
        ("supported", "polite", lambda t: replaced_end(t, POLITE)),
        ("supported", "clause dropped", without_clause),
        ("contradicted", "other figure", lambda t: other_figure(t, rng)),
        ("contradicted", "turned", turned),
        ("contradicted", "negated", lambda t: replaced_end(t, NEGATED)),
    )
    for report, texts in sampled.items():
        strangers = [t for r, ts in found.items() if family_of(r) != family_of(report) for t in ts]
        for text in texts:
            yield Case(text, report, "supported", "as it stands")
            for expected, made_by, change in changes:
                if (changed := change(text)) != text:
                    yield Case(changed, report, expected, made_by)
            if (changed := with_other_name(text, report, names, rng)) != text:
                yield Case(changed, report, "unsupported", "other company")
            yield Case(rng.choice(strangers), report, "unsupported", "other report")
    for question in questions:
        if not question.answerable and (text := asserted(question.question)):
            yield Case(text, question.report, "unsupported", "asked in vain")


def main() -> None:
    """Build what is not built yet, verify every statement, print how it went."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--families", choices=("held-out", "tuning"), default="held-out")
    parser.add_argument("--wrong", action="store_true", help="print what went wrong")
    arguments = parser.parse_args()
    reports, questions = chosen_reports(held_out=arguments.families == "held-out")
    corpus = arguments.folder / arguments.families / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for path in reports.values():
        shutil.copy(path, corpus)
    settings = read_settings(corpus=corpus, index=corpus.parent / "index")
    build_index(settings, load_model(settings.embedding_model), lambda _: None)
    assistant = Assistant.open(settings)
    outcome: Counter[tuple[str, str, str]] = Counter()
    started = time.perf_counter()
    for case in cases(assistant, questions):
        verified = assistant.verify(case.text, [case.report])
        sentence = verified.sentences[0]
        outcome[case.expected, case.made_by, sentence.support] += 1
        if arguments.wrong and sentence.support != case.expected:
            quotes = " / ".join(c.quote for c in verified.citations)
            print(
                f"{case.made_by}: {sentence.support} ({sentence.reason} {sentence.figures}) {case.text} <- {quotes}"
            )
    took = time.perf_counter() - started
    tell(outcome)
    print(f"\n{1000 * took / outcome.total():.0f} ms a statement")


def tell(outcome: Counter[tuple[str, str, str]]) -> None:
    """Print the confusion table, by class and by how the statements were made, with precision and recall."""
    print(f"{'':<32}" + "".join(f"{name:>14}" for name in OUTCOMES))
    for expected in CLASSES:
        kinds = list(dict.fromkeys(m for e, m, _ in outcome if e == expected))
        row = [sum(outcome[expected, m, o] for m in kinds) for o in OUTCOMES]
        print(f"{expected:<32}" + "".join(f"{n:>14}" for n in row))
        for kind in kinds:
            counts = "".join(f"{outcome[expected, kind, o]:>14}" for o in OUTCOMES)
            print(f"  {kind:<30}{counts}")
    for name in CLASSES:
        right = sum(n for (e, _, o), n in outcome.items() if e == o == name)
        said = sum(n for (_, _, o), n in outcome.items() if o == name)
        there = sum(n for (e, _, _), n in outcome.items() if e == name)
        print(f"{name}: precision {right / max(said, 1):.3f}, recall {right / max(there, 1):.3f}")


if __name__ == "__main__":
    main()
