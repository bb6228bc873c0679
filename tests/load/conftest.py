"""What load tests are run for: only where IPQA_LOAD says for how many seconds."""

from pathlib import Path

import pytest

_MARKS = (
    pytest.mark.load,
    pytest.mark.skipif("'IPQA_LOAD' not in os.environ", reason="IPQA_LOAD names no seconds"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            for mark in _MARKS:
                item.add_marker(mark)
