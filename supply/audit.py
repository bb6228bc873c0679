"""Asks an advisory service for known vulnerabilities of what ipqa needs at run time, and never passes in silence.

    python -m supply.audit [options of pip-audit]

Exit code 0: everything was looked up, and nothing is known; 1: something is; 2: not everything could be looked up,
because the service was not reached or does not know a package.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supply.installed import RUN_TIME_EXTRAS, needed, pin

VULNERABLE = 1
NOT_AUDITED = 2


@dataclass(frozen=True)
class Audit:
    """What an audit came to.

    Attributes:
        looked_up: how many packages the service knows.
        skipped: those that it did not tell of.
        vulnerable: package, version, id of the advisory and versions that mend it, one text each.
    """

    looked_up: int
    skipped: tuple[str, ...]
    vulnerable: tuple[str, ...]

    @property
    def code(self) -> int:
        """The exit code."""
        if self.vulnerable:
            return VULNERABLE
        return NOT_AUDITED if self.skipped or not self.looked_up else 0

    def lines(self) -> Iterable[str]:
        """What it came to, in words."""
        yield from self.vulnerable
        if not self.looked_up:
            yield (
                "NOT AUDITED: the advisory service could not be reached, or knows none of "
                f"{len(self.skipped)} packages. Run this where there is a network."
            )
        else:
            yield f"{self.looked_up} packages looked up, {len(self.vulnerable)} advisories"
            if self.skipped:
                yield f"NOT AUDITED: {', '.join(self.skipped)}"


def audited(pins: Sequence[str], options: Sequence[str] = ()) -> Audit:
    """Have pip-audit look packages up.

    Args:
        pins: the packages, as requirements of one version each.
        options: of pip-audit.
    """
    with tempfile.TemporaryDirectory() as scratch:
        listed = Path(scratch) / "requirements.txt"
        listed.write_text("\n".join(pins) + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "-r", str(listed), "--no-deps"]
        command += ["--disable-pip", "--progress-spinner", "off", "-f", "json", *options]
        told = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a program of ours
    try:
        return audit_of(json.loads(told.stdout))
    except ValueError:  # it broke off without a report
        sys.stderr.write(told.stderr[-2000:])
        return Audit(0, tuple(pins), ())


def audit_of(report: dict[str, Any]) -> Audit:
    """What a report of pip-audit says."""
    packages = report["dependencies"]
    found = [
        f"{p['name']} {p['version']}: {v['id']}, mended in {', '.join(v['fix_versions']) or '-'}"
        for p in packages
        for v in p.get("vulns", ())
    ]
    skipped = [p["name"] for p in packages if "skip_reason" in p]
    return Audit(len(packages) - len(skipped), tuple(skipped), tuple(found))


def main() -> None:
    """Print what is known of the packages that ipqa needs, with every extra that users install."""
    audit = audited([pin(package) for package in needed(RUN_TIME_EXTRAS).values()], sys.argv[1:])
    for line in audit.lines():
        print(line)
    sys.exit(audit.code)


if __name__ == "__main__":
    main()
