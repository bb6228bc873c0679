"""The bench: what it compares, what it says of what is not there, and what stands in the page."""

import asyncio
import re
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from eval.bench import __main__ as command
from eval.bench import answers, changes, charts, floor, page, peers, retrieval
from eval.bench.made_up import MadeUpVectors, report_text
from eval.bench.parts import Bench, Figures, Skipped, paired, spread, table
from eval.bench.peers import Leg
from eval.bench.serving import serving
from ipqa.evaluation.gold import read_gold
from ipqa.settings import Settings


@pytest.fixture
def bench(small_settings: Settings, tmp_path: Path) -> Bench:
    gold = tmp_path / "gold.jsonl"
    lines = [
        f'{{"id": "q{n}", "type": "offtopic", "question": "{n}年の水温は", "answerable": false}}'
        for n in range(answers.WARM_UP + 4)
    ]
    gold.write_text("\n".join([*lines, lines[0].replace("q0", "again")]), encoding="utf-8")
    missing = tmp_path / "missing"
    return Bench(
        corpus=small_settings.corpus,
        gold=(gold,),
        environments=missing,
        jaquad=missing,
        index=small_settings.index,
        work=tmp_path,
        rounds=1,
    )


def test_pairs_are_compared_one_by_one() -> None:
    slow_machine_in_the_middle = [1.0, 10.0, 1.0]
    assert paired([2.0, 20.0, 2.2], slow_machine_in_the_middle) == 2.0
    assert statistics.median([2.0, 20.0, 2.2]) != 2.0


def test_a_spread_tells_the_middle_and_the_slow() -> None:
    found = spread([float(value) for value in range(101)])
    assert (found["p50"], found["p95"], found["p99"], found["n"]) == (50, 95, 99, 101)


def test_what_is_missing_is_skipped_and_said(bench: Bench) -> None:
    with pytest.raises(Skipped):
        retrieval.PART.measure(bench)
    shown = page.sections({"retrieval": {"skipped": "JaQuAD is not there"}})
    assert shown["retrieval"] == "Not measured: JaQuAD is not there."
    assert shown["answers"] == "Not measured yet."


def test_no_question_is_asked_twice(bench: Bench) -> None:
    first, others = answers._questions(bench)  # noqa: SLF001 - the rule itself
    assert len(first) == answers.WARM_UP
    assert len({*first, *others}) == len(first) + len(others) == len(read_gold(bench.gold[0])) - 1


def test_a_server_is_asked_by_several_clients_and_gone_afterwards(bench: Bench) -> None:
    _, others = answers._questions(bench)  # noqa: SLF001
    with serving(bench.index, bench.work, reader=False) as server:
        taken, failures = asyncio.run(answers._all_asked(server, [*others, " "], 2))  # noqa: SLF001
        assert server.memory["memory_mb"] > server.memory["of_files_mb"] > 10
    assert len(taken) == len(others) + 1
    assert failures == 1  # a question of white space is refused
    assert not Path(f"/proc/{server.process}").exists()


def test_the_operations_of_a_text_grow_faster_than_its_length() -> None:
    assert 2 * floor.operations(20) < floor.operations(40) < 2.1 * floor.operations(20)


def test_made_up_reports_differ_and_their_vectors_too() -> None:
    first, second = report_text("甲水産", 2), report_text("乙水産", 2)
    assert first != second
    one, other = MadeUpVectors(16).embed_passages([first, second])
    assert one @ one == pytest.approx(1)
    assert one @ other < 0.99


def test_a_changed_report_is_read_again_and_a_filter_gives_all_it_can(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, small in (("REPORTS", 3), ("FILTERED", 3), ("WANTED", 4)):
        monkeypatch.setattr(changes, name, small)
    rebuilt = changes.measure_rebuild(bench)
    assert rebuilt["seconds"]["n"] == bench.rounds
    assert changes.measure_filter(bench) == {"reports": 3, "wanted": 4, "least": 4, "most": 4}


ROWS = {
    ("LangChain", 0, "dense, FAISS"): Leg(
        "LangChain",
        "pieces",
        "dense, FAISS",
        [True, False],
        [1.0, 9.0],
        [100.0],
        [8.0, 8.0],
        [1.0, 1.0],
    ),
    ("ipqa", 0, "fused"): Leg(
        "ipqa", "passages", "fused", [True, True], [0.5, 4.5], [110.0], [4.0, 6.0], [0.2, 0.4]
    ),
}


def figures() -> Figures:
    rows = [peers._row(leg, ROWS) for leg in ROWS.values()]  # noqa: SLF001 - the rule itself
    return {"questions": 2, "rows": rows, "failed": {"Haystack": "ERROR: no disk"}, "packages": {}}


def test_times_are_told_as_multiples_of_what_a_user_would_pick() -> None:
    told = peers.told(figures())
    assert "| LangChain: pieces | dense, FAISS | 0.50 | 1.00 × | 1.00 × | 1.0 | 100 |" in told
    assert "| ipqa: passages | fused | 1.00 | 0.50 × | 0.62 × | 0.3 | 110 |" in told
    assert told.endswith("Haystack was not measured: ERROR: no disk")


def test_without_langchain_nothing_is_told_as_a_multiple() -> None:
    ours = {key: leg for key, leg in ROWS.items() if key[0] == "ipqa"}
    row = peers._row(ours["ipqa", 0, "fused"], ours)  # noqa: SLF001
    assert row["fresh_ratio"] is None
    assert row["evidence"] == 1


def test_charts_stand_by_themselves_in_light_and_dark() -> None:
    for svg in charts.charts(figures()).values():
        parsed = LexborHTMLParser(svg)
        assert "prefers-color-scheme: dark" in svg
        assert set(re.findall(r"var\((--\w+)\)", svg)) <= set(re.findall(r"(--\w+):", svg))
        drawing = parsed.css_first("svg")
        assert drawing is not None
        assert "LangChain · pieces · dense, FAISS" in (drawing.attributes["aria-label"] or "")


def test_every_part_has_its_place_in_the_page() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    for name in page.sections({}):
        assert text.count(f"<!-- {name}: written by make bench -->") == 1
        assert page.written(text, name, "そう") != text


def test_the_figures_in_the_page_are_those_that_are_kept() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    for name, shown in page.sections(page.kept()).items():
        assert page.written(text, name, shown) == text, name


def test_an_unknown_part_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "everything"])
    with pytest.raises(SystemExit):
        command.main()
    assert "everything" in capsys.readouterr().err


def test_a_table_has_a_line_for_each_row() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


TOLD: dict[str, Callable[[Figures], str]] = {name: part.told for name, part in page.PARTS.items()}


@pytest.mark.parametrize("name", TOLD)
def test_what_is_kept_can_be_told(name: str) -> None:
    kept = page.kept().get(name)
    if kept is None or "skipped" in kept:
        pytest.skip("not measured yet")
    assert TOLD[name](kept)
