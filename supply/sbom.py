"""Writes a bill of materials (CycloneDX): what `pip install .` brings along, and the models that ship with ipqa.

    python -m supply.sbom dist/ipqa.cdx.json

cyclonedx-py describes the environment that it is run in; what only development needs is taken out.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from supply.installed import ROOT, needed

MODELS = ROOT / "src" / "ipqa" / "models"
_SCHEMA = SchemaVersion.V1_6
_LICENCE = re.compile(r"^\| licence \| ([A-Za-z0-9.-]+)", re.MULTILINE)


def bill_of_materials() -> dict[str, Any]:
    """The bill as CycloneDX has it in JSON.

    Raises:
        ValueError: it would not be valid.
    """
    bill = only(needed(), _environment())
    models = [model_component(name) for name in ("embedder", "reader")]
    bill["components"] += models
    root = bill["metadata"]["component"]["bom-ref"]
    bill["dependencies"] += [{"ref": model["bom-ref"]} for model in models]
    for entry in bill["dependencies"]:
        if entry["ref"] == root:
            entry["dependsOn"] += [model["bom-ref"] for model in models]
    fault = JsonStrictValidator(_SCHEMA).validate_str(json.dumps(bill))
    if fault is not None:
        raise ValueError(str(fault))
    return bill


def only(names: Collection[str], bill: dict[str, Any]) -> dict[str, Any]:
    """A bill without the packages that are not among the names, and without what depends on them."""
    kept = [part for part in bill["components"] if canonicalize_name(part["name"]) in names]
    refs = {part["bom-ref"] for part in kept} | {bill["metadata"]["component"]["bom-ref"]}
    dependencies = [
        {**entry, "dependsOn": [ref for ref in entry.get("dependsOn", ()) if ref in refs]}
        for entry in bill["dependencies"]
        if entry["ref"] in refs
    ]
    return {**bill, "components": kept, "dependencies": dependencies}


def model_component(name: str) -> dict[str, Any]:
    """A model that ships with ipqa, with the licence and the hashes that its cards name.

    Raises:
        ValueError: the card names no licence.
    """
    card = json.loads((MODELS / f"{name}.json").read_text("utf-8"))
    licence = _LICENCE.search((MODELS / f"{name}.md").read_text("utf-8"))
    if licence is None:
        raise ValueError(f"{name}.md names no licence")
    component: dict[str, Any] = {
        "type": "machine-learning-model",
        "bom-ref": card["name"],
        "name": card["name"],
        "licenses": [{"license": {"id": licence[1], "acknowledgement": "declared"}}],
        "hashes": [_hash(card["sha256"])],
        "properties": [{"name": "ipqa:hashed", "value": f"{name}.onnx and words.bin after it"}],
    }
    if "tokenizer_sha256" in card:
        component["components"] = [
            {"type": "file", "name": "tokenizer.json", "hashes": [_hash(card["tokenizer_sha256"])]}
        ]
    return component


def _hash(digest: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": digest}


def _environment() -> dict[str, Any]:
    """Everything that is installed here, as cyclonedx-py tells it."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    options = ["--sv", _SCHEMA.to_version(), "--pyproject", str(ROOT / "pyproject.toml")]
    told = subprocess.run([*command, *options], stdout=subprocess.PIPE, check=True)  # noqa: S603 - a program of ours
    bill: dict[str, Any] = json.loads(told.stdout)
    return bill


def main() -> None:
    """Write the bill where the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path)
    path = parser.parse_args().path
    bill = bill_of_materials()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(bill, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    models = sum(part["type"] == "machine-learning-model" for part in bill["components"])
    print(f"{path}: {len(bill['components']) - models} packages, {models} models")


if __name__ == "__main__":
    main()
