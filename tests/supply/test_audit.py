"""An audit says what it found, and never passes where it could not look."""

import pytest

from supply.audit import NOT_AUDITED, VULNERABLE, audit_of, audited


def test_an_advisory_is_told_with_what_mends_it() -> None:
    found = {"id": "PYSEC-2026-1", "fix_versions": ["1.3"]}
    report = {
        "dependencies": [
            {"name": "good", "version": "1.0", "vulns": []},
            {"name": "bad", "version": "1.2", "vulns": [found]},
            {"name": "unknown", "skip_reason": "not found"},
        ]
    }
    audit = audit_of(report)
    assert audit.code == VULNERABLE
    said = "\n".join(audit.lines())
    for words in ("bad 1.2: PYSEC-2026-1", "1.3", "2 packages looked up", "NOT AUDITED: unknown"):
        assert words in said


@pytest.mark.parametrize(
    ("packages", "code"),
    [
        ([{"name": "good", "version": "1.0", "vulns": []}], 0),
        ([{"name": "a", "skip_reason": "-"}], NOT_AUDITED),
        (
            [{"name": "good", "version": "1", "vulns": []}, {"name": "a", "skip_reason": "-"}],
            NOT_AUDITED,
        ),
        ([], NOT_AUDITED),
    ],
)
def test_only_what_was_looked_up_passes(packages: list[dict[str, object]], code: int) -> None:
    assert audit_of({"dependencies": packages}).code == code


@pytest.mark.slow
def test_a_service_that_is_not_reached_is_told() -> None:
    nowhere = ["-s", "osv", "--osv-url", "http://127.0.0.1:1/v1/query", "--timeout", "2"]
    audit = audited(["numpy==2.4.6"], nowhere)
    assert audit.code == NOT_AUDITED
    assert "could not be reached" in "\n".join(audit.lines())
