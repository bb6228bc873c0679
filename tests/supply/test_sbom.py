"""The bill of materials names what users get, and nothing else."""

import hashlib

import pytest

from supply.installed import needed
from supply.sbom import MODELS, bill_of_materials, model_component, only


def test_a_model_is_named_with_its_licence_and_the_hash_of_its_files() -> None:
    component = model_component("embedder")
    files = [(MODELS / name).read_bytes() for name in ("embedder.onnx", "words.bin")]
    assert component["type"] == "machine-learning-model"
    assert component["licenses"][0]["license"]["id"] == "MIT"
    assert component["hashes"][0]["content"] == hashlib.sha256(b"".join(files)).hexdigest()
    (tokenizer,) = component["components"]
    content = (MODELS / "tokenizer.json").read_bytes()
    assert tokenizer["hashes"][0]["content"] == hashlib.sha256(content).hexdigest()


def test_what_only_development_needs_is_left_out() -> None:
    bill = {
        "metadata": {"component": {"bom-ref": "root"}},
        "components": [{"name": "Num_Py", "bom-ref": "a"}, {"name": "pytest", "bom-ref": "b"}],
        "dependencies": [
            {"ref": "root", "dependsOn": ["a", "b"]},
            {"ref": "a"},
            {"ref": "b", "dependsOn": ["a"]},
        ],
    }
    left = only({"num-py"}, bill)
    assert [part["bom-ref"] for part in left["components"]] == ["a"]
    assert left["dependencies"] == [
        {"ref": "root", "dependsOn": ["a"]},
        {"ref": "a", "dependsOn": []},
    ]


@pytest.mark.slow
def test_the_bill_names_every_package_that_is_needed_and_both_models() -> None:
    bill = bill_of_materials()
    by_type = {
        kind: {
            part["name"].lower().replace("_", "-")
            for part in bill["components"]
            if part["type"] == kind
        }
        for kind in ("library", "machine-learning-model")
    }
    assert {name.replace(".", "-") for name in by_type["library"]} == set(needed())
    assert by_type["machine-learning-model"] == {"ipqa-embedder", "ipqa-reader"}
    assert bill["metadata"]["component"]["name"] == "ipqa"
    (root,) = (entry for entry in bill["dependencies"] if entry["ref"] == "root-component")
    assert "ipqa-reader" in root["dependsOn"]
