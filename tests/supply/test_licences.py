"""What ipqa needs may be used without conditions beyond a notice, or was judged by name."""

import pytest

from supply.installed import RUN_TIME_EXTRAS, needed
from supply.licences import JUDGED, is_permissive, judged, licence_of
from tests.parts import ROOT

PACKAGES = needed(RUN_TIME_EXTRAS)


def test_all_that_is_needed_is_found() -> None:
    assert {"numpy", "torch", "starlette", "certifi"} <= set(needed())
    assert {"openai", "mcp", "matplotlib", "opentelemetry-sdk"} <= set(PACKAGES) - set(needed())
    assert not {"pytest", "ruff", "mypy", "pip-audit", "datasets"} & set(PACKAGES)


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_a_package_has_a_permissive_licence_or_was_judged(name: str) -> None:
    licence = licence_of(PACKAGES[name])
    assert is_permissive(licence) != (judged(name, licence) is not None), licence


def test_no_judgement_is_kept_for_what_is_not_needed() -> None:
    assert {name for name in JUDGED if "*" not in name} <= set(PACKAGES)


@pytest.mark.parametrize(
    ("expression", "permissive"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("GPL-2.0-only OR MIT", True),
        ("MIT AND MPL-2.0", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", False),
        ("Apache-2.0 AND Apache-2.0 WITH LLVM-exception", True),
        ("Some words of their own", False),
        ("", False),
    ],
)
def test_all_that_a_licence_asks_for_counts(expression: str, *, permissive: bool) -> None:
    assert is_permissive(expression) == permissive


def test_a_judgement_is_of_one_licence() -> None:
    assert judged("certifi", "MPL-2.0") is not None
    assert judged("certifi", "GPL-3.0-only") is None
    assert judged("another", "MPL-2.0") is None


def test_everything_that_is_needed_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower().replace("_", "-")
    pinned = {line.partition("==")[0] for line in lines.splitlines()}
    of_builds = {"setuptools"}  # comes with the environment itself
    assert {
        n for n in PACKAGES if n.replace(".", "-") not in {p.replace(".", "-") for p in pinned}
    } <= of_builds
