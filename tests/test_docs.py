"""What the documents say is so."""

import os
import re
import subprocess
import sys
from types import ModuleType
from typing import get_args

import pytest

from eval import bench_milvus, bench_scale, measure
from eval.pages import table_of_sizes
from ipqa.assistant import Assistant
from ipqa.reports.warnings import WarningCode
from ipqa.settings import Settings
from tests import tally
from tests.parts import ROOT

README = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ja.md")}


def test_every_setting_is_documented_with_its_default() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `IPQA_{name.upper()}`")]
        if field.default_factory is None:
            assert f"| `{field.default}` |" in row


@pytest.mark.parametrize("name", README)
def test_the_readme_has_the_two_commands(name: str) -> None:
    assert "make run" in README[name]
    assert "make test" in README[name]


def test_the_programs_of_the_makefile_can_be_begun_where_it_begins_them() -> None:
    run = re.findall(r"\$\(BIN\)/python (.+)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    named = {command.split()[1] for command in run if command.startswith("-m ")}
    assert len(run) == sum(command.startswith(("-m ", "-c ")) for command in run)
    of_this_project = [m for m in sorted(named) if (ROOT / m.replace(".", "/")).exists()]
    of_this_project += [m for m in sorted(named) if (ROOT / f"{m.replace('.', '/')}.py").exists()]
    assert "eval.measure" in of_this_project
    command = [sys.executable, "-c", f"import {', '.join(of_this_project)}"]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("name", README)
def test_the_answer_in_the_readme_is_the_answer(name: str, corpus_assistant: Assistant) -> None:
    asked = re.search(r'ipqa ask "([^"]+)"', README[name])
    assert asked is not None
    answer = corpus_assistant.ask(asked[1])
    for line in answer.answer.splitlines():
        assert line in README[name]
    for citation in answer.citations:
        assert citation.quote in README[name]
    assert f"\n[{len(answer.citations) + 1}] " not in README[name]


@pytest.mark.parametrize("name", README)
def test_the_figures_in_the_readme_are_those_that_are_kept(name: str) -> None:
    scores = {gold: measure.kept(gold) for gold in measure.SETS}
    shown = README[name].partition(measure.BEGIN)[2].partition(measure.END)[0]
    assert shown.strip() == measure.table(scores)


@pytest.mark.parametrize("name", tally.PAGES)
def test_the_trials_in_a_page_are_those_that_are_kept(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    shown = page.partition(tally.BEGIN)[2].partition(tally.END)[0]
    rows = tally.kept()
    assert shown.strip() == tally.table(rows, tally.PAGES[name])
    assert rows
    assert all(row.survived == row.tried > 0 for row in rows)


@pytest.mark.parametrize("measured", [bench_milvus, bench_scale], ids=["milvus", "scale"])
def test_the_sizes_in_the_page_are_those_that_are_kept(measured: ModuleType) -> None:
    page = measured.PAGE.read_text(encoding="utf-8")
    shown = page.partition(measured.BEGIN)[2].partition(measured.END)[0]
    assert shown.strip() == table_of_sizes(measured.kept(), measured.ROWS)


@pytest.mark.slow
@pytest.mark.parametrize("gold", measure.SETS)
def test_the_figures_that_are_kept_are_measured_again(
    gold: str, corpus_assistant: Assistant
) -> None:
    """Another processor may round a score the other way; what is further off than half an interval is a change.

    An interval need not hold its score: resampling only adds to a calibration error.
    """
    of_the_corpus = gold in measure.GOLD_SETS
    kept = measure.kept(gold)
    found = (
        measure.measured(corpus_assistant, gold) if of_the_corpus else measure.measured_documents()
    )
    for name, score in kept.overall.items():
        assert abs(found.overall[name].value - score.value) <= (score.high - score.low) / 2, name


def test_the_rooms_in_the_architecture_page_are_those_that_are_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {path.stem for path in (ROOT / "src" / "ipqa").iterdir() if path.suffix == ".py"}
    rooms |= {path.parent.name for path in (ROOT / "src" / "ipqa").glob("*/__init__.py")}
    assert {room for room in rooms - {"__init__"} if not re.search(rf"`{room}/?`", page)} == set()


def test_every_kind_of_warning_and_every_format_is_explained() -> None:
    page = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    assert [code for code in get_args(WarningCode) if f"| `{code}` |" not in page] == []
    assert [
        ending
        for ending in (".md", ".txt", ".html", ".pdf", ".docx", ".pptx")
        if f"`{ending}`" not in page
    ] == []


def test_each_item_of_owasps_list_has_tests_that_exist_or_a_limit() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (LLM\d\d) [^|]+\|([^|]*)\|([^|]*)\|$", page, re.MULTILINE)
    assert [name for name, _, _ in rows] == [f"LLM{number:02}" for number in range(1, 11)]
    for name, shown, limit in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", shown)
        assert named or limit.strip(), name
        assert shown.count("`") == 2 * len(named), name
        for path, test in named:
            assert re.search(rf"^def {test}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE), (
                test
            )


def test_links_between_documents_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), (page.name, target)
