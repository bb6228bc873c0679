"""The Helm chart: no helm is needed to see that templates, values, schema and settings go together."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from ipqa import __version__
from ipqa.settings import Settings
from tests.parts import ROOT

CHART = ROOT / "deploy" / "helm" / "ipqa"
TEMPLATES = sorted((CHART / "templates").iterdir())
MANIFESTS = [path for path in TEMPLATES if path.suffix == ".yaml"]
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text("utf-8"))

USED_WHOLE = {"environment", "resources", "nodeSelector", "tolerations", "affinity"} | {
    "ingress.annotations"
}

each_manifest = pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)


def leaves(values: dict[str, Any], above: str = "") -> Iterator[str]:
    for name, value in values.items():
        path = f"{above}{name}"
        if isinstance(value, dict) and path not in USED_WHOLE:
            yield from leaves(value, f"{path}.")
        else:
            yield path


def skeleton(path: Path) -> Any:  # noqa: ANN401 - as YAML is
    """A manifest as YAML, with a word for each value and without what stands in a line of its own."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"^ *\{\{.*\}\} *$", "", text, flags=re.MULTILINE)
    return yaml.safe_load(re.sub(r"\{\{.*?\}\}", "value", text))


def test_templates_use_every_value_and_no_others() -> None:
    used = set(re.findall(r"\.Values\.([\w.]+)", SOURCE))
    assert used == set(leaves(VALUES))


def test_the_values_fit_the_schema_which_describes_each() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.validate(VALUES, SCHEMA)
    described = SCHEMA["properties"]
    assert set(described) == set(VALUES)
    for name, value in VALUES.items():
        if "properties" in described[name] and name != "resources":
            assert set(described[name]["properties"]) == set(value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"replicas": "two"},
        {"replica": 2},
        {"image": {"repository": "ipqa", "tag": "latest"}},
        {"environment": {"IPQA_DATABASE_URL": "postgresql://u:p@db/ipqa"}},
        {"environment": {"lower": "x"}},
        {"environment": {"IPQA_MAX_REPORT_BYTES": 50_000_000}},  # Helm would write 5e+07
        {"index": {"size": "much"}},
        {"database": {"secret": "", "key": "url"}},
    ],
)
def test_values_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(VALUES | wrong, SCHEMA)


@each_manifest
def test_a_manifest_is_one_object_of_its_kind(path: Path) -> None:
    found = skeleton(path)
    assert {"apiVersion", "kind", "metadata"} <= set(found)
    assert 'include "ipqa.labels"' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_what_is_opened_is_closed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    words = re.findall(r"\{\{-? *(if|with|range|define|end)\b", text)
    assert words.count("end") == len(words) - words.count("end")
    assert text.count("{{") == text.count("}}")


def test_what_is_included_is_defined_and_used() -> None:
    included = set(re.findall(r'include "([\w.]+)"', SOURCE))
    assert included == set(re.findall(r'define "([\w.]+)"', SOURCE))


def test_settings_and_probes_are_those_of_the_server() -> None:
    named = set(re.findall(r"\bIPQA_\w+", SOURCE + json.dumps(SCHEMA)))
    assert named <= {f"IPQA_{name.upper()}" for name in Settings.model_fields}
    (container,) = skeleton(CHART / "templates" / "deployment.yaml")["spec"]["template"]["spec"][
        "containers"
    ]
    probes = {
        name: probe["httpGet"]["path"] for name, probe in container.items() if "Probe" in name
    }
    assert probes == {
        "startupProbe": "/livez",
        "livenessProbe": "/livez",
        "readinessProbe": "/readyz",
    }
    assert container["ports"] == [{"name": "http", "containerPort": Settings().port}]


def test_pods_are_who_the_image_says_and_write_where_it_does() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    user = re.search(r"^USER (\d+):(\d+)$", dockerfile, re.MULTILINE)
    assert user
    assert f"runAsUser: {user[1]}\n" in SOURCE
    assert f"runAsGroup: {user[2]}\n" in SOURCE
    assert "readOnlyRootFilesystem: true" in SOURCE
    assert re.findall(r"mountPath: (\S+)", SOURCE) == ["/data", "/tmp"]  # noqa: S108


def test_the_chart_is_of_this_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert (chart["version"], chart["appVersion"]) == (__version__, __version__)
