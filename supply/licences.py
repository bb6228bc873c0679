"""Whether what ipqa needs at run time may be used without conditions beyond a notice, by its own metadata."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.metadata import Distribution

from license_expression import LicenseExpression, get_spdx_licensing

PERMISSIVE = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0"),
        *("CNRI-Python", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "Zlib"),
        "Apache-2.0 WITH LLVM-exception",
    }
)
"""Licences that ask for a notice at most, by their SPDX names."""

_NAMES: Mapping[str, str] = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""What metadata of before SPDX call them; BSD has several forms, none of which asks for more than a notice."""


@dataclass(frozen=True)
class Judged:
    """A licence that is not on the list above, and why the package may be used all the same."""

    licence: str
    why: str


JUDGED: Mapping[str, Judged] = {
    "certifi": Judged("MPL-2.0", "a list of certificates, which ipqa uses and does not change"),
    "orjson": Judged(
        "MPL-2.0 AND (Apache-2.0 OR MIT)",
        "of the extra langchain: a library, which ipqa uses and does not change",
    ),
    "tqdm": Judged(
        "MPL-2.0 AND MIT",
        "of sentence-transformers: bars of progress, which ipqa does not change or show",
    ),
    "nvidia-*": Judged(
        "*",
        "NVIDIA's own, which come where pip takes PyTorch with CUDA and may be passed on with it; PyTorch for "
        "processors needs none of them, nor does ipqa as installed, which does not import PyTorch",
    ),
    "cuda-*": Judged("*", "as nvidia-*"),
}
"""Licences that were looked at one by one; names may be patterns."""


def licence_of(package: Distribution) -> str:
    """The licence that a package's metadata name, as an SPDX expression; empty where they name none."""
    told = package.metadata
    if "License-Expression" in told:
        return told["License-Expression"]
    classifiers = [c.split(" :: ") for c in told.get_all("Classifier") or ()]
    names = [parts[-1] for parts in classifiers if parts[0] == "License" and len(parts) > 1]
    if not names and "License" in told:
        names = told["License"].strip().splitlines()[:1]
    return " OR ".join(_NAMES.get(name, name) for name in names)


def is_permissive(expression: str) -> bool:
    """Whether all of what a licence asks for, or one of what may be chosen, is on the list."""
    if not expression:
        return False
    return _holds(get_spdx_licensing().parse(expression))


def judged(name: str, expression: str) -> Judged | None:
    """The judgement on a package under this very licence, if there is one."""
    for pattern, judgement in JUDGED.items():
        if fnmatch(name, pattern) and fnmatch(expression, judgement.licence):
            return judgement
    return None


def _holds(expression: LicenseExpression) -> bool:
    if expression.isliteral:
        return expression.render("{symbol.key}") in PERMISSIVE
    parts = [_holds(part) for part in expression.args]
    return all(parts) if expression.operator.strip() == "AND" else any(parts)
