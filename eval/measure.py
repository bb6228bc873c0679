"""Measures the gold sets, keeps the scores, and writes them into the READMEs (`make eval`).

Those are the dev and test sets of the report that ships, and `documents/` of other domains.

The times of day of a run and of its machine are left out of what is kept: the rest is the same on every
machine.
"""

import json
import tempfile
from pathlib import Path

from eval.pages import write_between
from ipqa.assistant import Assistant
from ipqa.embedding import load_model
from ipqa.evaluation.gold import GoldQuestion, check_against, read_conversations, read_gold
from ipqa.evaluation.run import Scores, ask_all, scores_of
from ipqa.index.build import build_index
from ipqa.settings import read_settings

ROOT = Path(__file__).resolve().parents[1]
GOLD = ROOT / "eval" / "gold"
DOCUMENTS = ROOT / "eval" / "documents"
BASELINES = ROOT / "eval" / "baselines"
GOLD_SETS = ("dev", "test")
SETS = (*GOLD_SETS, "documents")
READMES = (ROOT / "README.md", ROOT / "README.ja.md")
BEGIN, END = "<!-- scores: written by make eval -->", "<!-- end of scores -->"

SHOWN = (
    "evidence_recall@1",
    "evidence_recall@5",
    "all_facts",
    "declined_right",
    "declined_wrong",
    "auroc",
    "expected_evidence",
    "citation_precision",
    "quote_fidelity",
    "number_support",
    "answer_chars",
)


def measured(assistant: Assistant, name: str) -> Scores:
    """The scores of one set of the report that ships, without the time that it took."""
    conversations: list[list[GoldQuestion]] = []
    for path in (GOLD / f"{name}.jsonl", GOLD / f"{name}-dialogues.jsonl"):
        check_against(path, read_gold(path), assistant.index.reports)
        conversations += read_conversations(path)
    return _timeless(scores_of(ask_all(assistant, conversations, workers=2)))


def measured_documents() -> Scores:
    """The scores of the documents of other domains, all in one index, each question asked of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(corpus=DOCUMENTS, index=Path(folder))
        build_index(settings, load_model(settings.embedding_model), lambda _: None)
        assistant = Assistant.open(settings)
        questions = [
            question.model_copy(update={"report": path.stem})
            for path in sorted(DOCUMENTS.glob("*.jsonl"))
            for question in read_gold(path)
        ]
        check_against(DOCUMENTS, questions, assistant.index.reports)
        return _timeless(scores_of(ask_all(assistant, [[q] for q in questions], workers=2)))


def _timeless(scores: Scores) -> Scores:
    overall = {k: v for k, v in scores.overall.items() if not k.startswith("ms_")}
    return scores.model_copy(update={"overall": overall})


def kept(name: str) -> Scores:
    """The scores that are committed."""
    return Scores.model_validate_json((BASELINES / f"{name}.json").read_text(encoding="utf-8"))


def table(scores: dict[str, Scores]) -> str:
    """The scores that the READMEs show, as a Markdown table."""
    lines = [f"| | {' | '.join(scores)} |", "|---|" + "---|" * len(scores)]
    for measure in SHOWN:
        cells = [_cell(measure, found) for found in scores.values()]
        lines.append(f"| `{measure}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(measure: str, scores: Scores) -> str:
    score = scores.overall[measure]
    digits = 0 if measure == "answer_chars" else 2
    return f"{score.value:.{digits}f} ({score.low:.{digits}f}–{score.high:.{digits}f})"


def main() -> None:
    """Measure every set, keep the scores, and rewrite the tables."""
    assistant = Assistant.open(read_settings())
    scores = {name: measured(assistant, name) for name in GOLD_SETS}
    scores["documents"] = measured_documents()
    BASELINES.mkdir(exist_ok=True)
    for name, found in scores.items():
        text = json.dumps(found.model_dump(), ensure_ascii=False, indent=1)
        (BASELINES / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    for readme in READMES:
        write_between(readme, BEGIN, END, table(scores))
    print(table(scores))


if __name__ == "__main__":
    main()
