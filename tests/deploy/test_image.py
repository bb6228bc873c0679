"""The image cannot be built here; what it is made of is held against the package."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.requirements import LEFT_OUT, requirements
from ipqa import __version__
from ipqa.settings import Settings
from tests.parts import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
EXTRAS = ["postgres", "telemetry"]

WITHOUT = """
import json, sys
for name in json.loads(sys.argv.pop(1)):
    sys.modules[name] = None
from ipqa.cli import main
main()
"""
"""The command line in a process that finds none of some packages."""


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} +(.+)$", DOCKERFILE, re.MULTILINE)


def closure(wanted: Iterable[str]) -> set[str]:
    """The distributions that are installed with some requirements, those of requirements included."""
    found: dict[str, set[str]] = {}
    left = [Requirement(each) for each in wanted]
    while left:
        requirement = left.pop()
        name = canonicalize_name(requirement.name)
        if name in found and requirement.extras <= found[name]:
            continue
        extras = found.setdefault(name, set())
        extras |= requirement.extras
        try:
            own = map(Requirement, distribution(name).requires or [])
        except PackageNotFoundError:  # for another system
            continue
        left += [
            each
            for each in own
            if each.marker is None
            or any(each.marker.evaluate({"extra": extra}) for extra in ("", *extras))
        ]
    return set(found)


def megabytes(names: Iterable[str]) -> float:
    """What distributions take on the disk."""
    paths = [Path(str(f.locate())) for name in names for f in distribution(name).files or ()]
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def test_all_that_is_copied_is_there_and_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    copied = [shlex.split(line) for line in instructions("COPY")]
    sources = [s for line in copied if not line[0].startswith("--") for s in line[:-1]]
    assert sources
    for source in sources:
        assert (ROOT / source).exists()
        assert f"!{source}" in ignored


def test_the_settings_of_the_image_exist() -> None:
    (given,) = (line for line in instructions("ENV") if "IPQA_" in line)
    values = dict(word.split("=", 1) for word in shlex.split(given))
    for name in values:
        if name.startswith("IPQA_"):
            assert name.removeprefix("IPQA_").lower() in Settings.model_fields
    assert instructions("EXPOSE") == [values["IPQA_PORT"]]
    assert values["IPQA_INDEX"].startswith("/data/")
    assert values["HOME"] == "/tmp"  # noqa: S108 - of the container


def test_nobody_runs_it_as_root_and_every_image_has_a_version() -> None:
    (user,) = instructions("USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    for image in instructions("FROM"):
        assert re.match(r"python:3\.11-slim-\w+", image)
    assert f'image.version="{__version__}"' in DOCKERFILE


def test_it_has_the_extras_that_are_said_and_all_that_is_required_but_pytorch() -> None:
    assert f'EXTRAS="{" ".join(EXTRAS)}"' in instructions("ARG")
    named = {Requirement(each).name for each in requirements(EXTRAS)}
    assert {"pg8000", "opentelemetry-sdk", "faiss-cpu"} <= named
    everything = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert all(re.search(rf'"{name}\W', everything) for name in LEFT_OUT)
    assert not closure(requirements(EXTRAS)) & LEFT_OUT
    with pytest.raises(KeyError):
        requirements(["of-nobody"])


@pytest.mark.slow
def test_without_what_is_left_out_reports_are_read_and_questions_answered(tmp_path: Path) -> None:
    own = closure(requirements(EXTRAS))
    packages = packages_distributions()
    missing = [
        package
        for package, owners in packages.items()
        if not {canonicalize_name(owner) for owner in owners} & (own | {"ipqa"})
    ]
    assert {"torch", "sentence_transformers"} <= set(missing)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("IPQA_")} | {
        "IPQA_CORPUS": str(ROOT / "tests" / "fixtures"),
        "IPQA_INDEX": str(tmp_path / "index"),
    }

    def ipqa(*arguments: str) -> str:
        command = [sys.executable, "-c", WITHOUT, json.dumps(missing), *arguments]
        return subprocess.run(
            command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout

    (tmp_path / "seaweed.md").write_text("# 海藻\n\n2024年の出荷量は1,250トンである。\n", "utf-8")
    ipqa("add", str(tmp_path / "seaweed.md"))
    assert "1,250トン" in ipqa("ask", "2024年の出荷量は？")


def test_it_is_as_large_as_the_page_says() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    said = re.search(r"installed is about ([\d.]+) GB so, and ([\d.]+) GB with both", page)
    assert said
    models = sum(p.stat().st_size for p in (ROOT / "src/ipqa").rglob("*") if p.is_file()) / 1e6
    without = models + megabytes(closure(requirements(EXTRAS)))
    assert without / 1000 == pytest.approx(float(said[1]), rel=0.1)
    if distribution("torch").version.endswith("+cpu"):
        whole = closure([*requirements(EXTRAS), *LEFT_OUT])
        assert (models + megabytes(whole)) / 1000 == pytest.approx(float(said[2]), rel=0.1)
