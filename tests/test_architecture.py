"""The house: one direction of imports, and nothing heavy on the way to an answer."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from ipqa.settings import Settings
from tests.parts import ROOT
from training.check_data import corpus_names

ROOMS = [
    "errors",
    "settings",
    "telemetry",
    "japanese",
    "reports",
    "glossary",
    "spelling",
    "passages",
    "network",
    "embedding",
    "index",
    "reader",
    "retrieval",
    "answering",
    "llm",
    "generation",
    "assistant",
    "current",
    "records",
    "doctor",
    "exports",
    "evaluation",
    "mcp",
    "server",
    "integrations",
    "cli",
]
"""From the ground up: a room imports from itself and from those before it."""

SOURCES = sorted((ROOT / "src" / "ipqa").rglob("*.py"))
HEAVY = set(
    "torch transformers sentence_transformers langchain_text_splitters fastapi structlog "
    "prometheus_client opentelemetry pymilvus milvus_lite grpc pandas".split()
)
FOR_OTHERS = {
    *("docx", "pptx", "pdfminer", "lxml", "selectolax", "markdown_it"),
    *("ipqa.answering.verification", "ipqa.generation.gate"),
}
"""What only reading a file, checking a draft and a language model's words need."""


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "src" / "ipqa").parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("ipqa."):
            names.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            names |= {n.name.split(".")[1] for n in node.names if n.name.startswith("ipqa.")}
    return names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_go_one_way(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    assert {name for name in imported_rooms(path) if ROOMS.index(name) > ROOMS.index(room)} == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_outgrows_its_room(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_an_answer_needs_nothing_heavy(small_settings: Settings) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from ipqa.assistant import Assistant; from ipqa.settings import Settings\n"
        "answer = Assistant.open(Settings(index=Path(sys.argv[1]))).ask('出荷量は')\n"
        "print(answer.answered, *sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(small_settings.index)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answered, *modules = result.stdout.split()
    assert answered == "True"
    assert (HEAVY | FOR_OTHERS) & set(modules) == set()


def rules_of(path: Path) -> str:
    """The strings that a module works with: not its docstrings, and not the examples of the API."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {
        id(part)
        for node in ast.walk(tree)
        for part in (
            [node.value]
            if isinstance(node, ast.Expr)
            else ast.walk(node)
            if isinstance(node, ast.keyword) and node.arg == "examples"
            else []
        )
    }
    return "\n".join(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    )


@pytest.mark.parametrize(
    "room", ["answering", "retrieval", "glossary", "japanese", "assistant", "passages"]
)
def test_no_rule_knows_the_report_that_ships(room: str) -> None:
    names = corpus_names()
    assert names.search("日産のASSB")
    found = {
        (path.name, *names.findall(rules_of(path)))
        for path in SOURCES
        if room_of(path) == room and names.search(rules_of(path))
    }
    assert found == set()


def test_only_the_assistant_makes_answers() -> None:
    makers = [
        path.name
        for path in SOURCES
        if "compose(" in path.read_text(encoding="utf-8") and path.name != "composition.py"
    ]
    assert makers == ["telling.py"]
