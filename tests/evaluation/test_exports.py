"""A run can be handed to other evaluation tools."""

import json
from pathlib import Path

import ir_measures
import pytest

from ipqa.assistant import Assistant
from ipqa.errors import FileNotWritable
from ipqa.evaluation.exports import to_ragas, to_trec_run, write_exports
from ipqa.evaluation.gold import GoldQuestion
from ipqa.evaluation.run import Record, ask_all
from tests.parts import SMALL_REPORT, assistant_for

QUESTIONS = [
    GoldQuestion(
        id="harvest 2024",
        type="number",
        question="2024年の出荷量は何トンですか。",
        facts=(("1,250トン", "1250t"), ("8%",)),
        evidence=("2024年の出荷量は1,250トンで",),
        answerable=True,
    ),
    GoldQuestion(
        id="president",
        type="unanswerable",
        question="月面基地の責任者は誰ですか。",
        answerable=False,
    ),
]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return assistant_for(tmp_path_factory.mktemp("small"), "small.md", SMALL_REPORT)


@pytest.fixture(scope="module")
def records(assistant: Assistant) -> list[Record]:
    return ask_all(assistant, [[question] for question in QUESTIONS])


def test_an_answer_is_a_sample_of_ragas(records: list[Record]) -> None:
    sample = to_ragas(records)[0]
    assert sample["user_input"] == "2024年の出荷量は何トンですか。"
    assert "1,250トン" in sample["response"]
    assert any("1,250トン" in context for context in sample["retrieved_contexts"])
    assert sample["reference"] == "1,250トン、8%"
    assert sample["reference_contexts"] == ["2024年の出荷量は1,250トンで"]


def test_a_question_without_an_answer_has_declining_as_its_reference(records: list[Record]) -> None:
    sample = to_ragas(records)[1]
    assert not records[1].answer.answered
    assert sample["reference"] == "資料に記載がありません。"
    assert sample["reference_contexts"] == []


def test_the_samples_are_written_one_a_line(tmp_path: Path, records: list[Record]) -> None:
    write_exports(tmp_path / "new" / "folder", records, [])
    text = (tmp_path / "new" / "folder" / "ragas.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in text.splitlines()] == to_ragas(records)
    assert "出荷量" in text


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, records: list[Record]) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileNotWritable):
        write_exports(tmp_path / "file", records, [])


def test_a_ranking_is_read_by_ir_measures_as_it_was_written(assistant: Assistant) -> None:
    ranked = [(q.id, assistant.search(q.question, 5)) for q in QUESTIONS]
    lines = list(to_trec_run(ranked))
    assert lines[0].split()[:4] == ["harvest_2024", "Q0", ranked[0][1][0].passage.id, "1"]
    assert {line.split()[5] for line in lines} == {"ipqa"}
    assert [int(line.split()[3]) for line in lines] == [
        rank for _, hits in ranked for rank in range(1, len(hits) + 1)
    ]
    found = ir_measures.read_trec_run("\n".join(lines))  # type: ignore[no-untyped-call]
    read = [(document.query_id, document.doc_id, document.score) for document in found]
    assert read == [
        (name.replace(" ", "_"), hit.passage.id, hit.score) for name, hits in ranked for hit in hits
    ]


def test_the_tag_names_the_run(assistant: Assistant) -> None:
    hits = assistant.search("出荷量", 1)
    [line] = to_trec_run([("q", hits)], "lexical only")
    assert line.endswith(" lexical_only")
