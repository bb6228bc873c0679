"""What is tried is told in both languages, with the command that tries it again."""

import pytest

from tests.tally import Tally
from tests.trials import KINDS, told_in


def test_what_differs_from_run_to_run_is_told_in_both_languages() -> None:
    test = "load (50 users, 1,800 seconds, with the reader): requests"
    assert told_in(test, "en") == (test, "make load")
    assert told_in(test, "ja")[0] == "負荷(50人、1,800秒、読解モデルあり): リクエスト"


def test_no_two_kinds_are_told_alike() -> None:
    assert len({kind.en for kind in KINDS}) == len({kind.ja for kind in KINDS}) == len(KINDS)


def test_what_cannot_be_told_is_not_tried() -> None:
    with pytest.raises(LookupError, match="both languages"), Tally().trial("something", "first"):
        pytest.fail("it was tried")
