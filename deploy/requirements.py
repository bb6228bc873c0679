"""What the image installs: the requirements of pyproject.toml and of the extras named, without PyTorch.

    python deploy/requirements.py EXTRA ... >requirements.txt

The models that ship run without sentence-transformers and PyTorch, which are for other models
(`IPQA_EMBEDDING_MODEL`) and would make the image twice as large.
"""

import re
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
LEFT_OUT = frozenset({"sentence-transformers", "torch"})

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def requirements(extras: list[str]) -> list[str]:
    """The requirements of ipqa and of some of its extras, without those that are left out.

    Raises:
        KeyError: an extra is not there.
    """
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    wanted: list[str] = [*project["dependencies"], *(r for name in extras for r in optional[name])]
    return [each for each in wanted if _name(each) not in LEFT_OUT]


def _name(requirement: str) -> str:
    found = _NAME.match(requirement)
    return found[0] if found else ""


if __name__ == "__main__":
    print(*requirements(sys.argv[1:]), sep="\n")
