"""A model's text as it comes: sentences, each as soon as it has ended."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipqa.generation.sentences import WrittenSentence, written_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "出荷は増えた。[1]用途は食用である。[2]",
            [("出荷は増えた。", (1,)), ("用途は食用である。", (2,))],
        ),
        (
            "出荷は増えた[1]。用途は食用である[2][3]。",
            [("出荷は増えた。", (1,)), ("用途は食用である。", (2, 3))],
        ),
        ("出荷は増えた。［１］", [("出荷は増えた。", (1,))]),
        ("出荷は増えた。[1, 3]", [("出荷は増えた。", (1, 3))]),
        ("出荷は増えた。[1][1]", [("出荷は増えた。", (1,))]),
        (
            "・出荷は増えた。[1]\n- 用途は食用。[2]",
            [("出荷は増えた。", (1,)), ("用途は食用。", (2,))],
        ),
        ("**出荷**は増えた。", [("出荷は増えた。", ())]),
        (
            "「増えた。」と述べた。[1]次の文。",
            [("「増えた。」と述べた。", (1,)), ("次の文。", ())],
        ),
        ("「増えた。\n次の行。", [("「増えた。", ()), ("次の行。", ())]),
        ("増えた。 [1] 減った。 [2]", [("増えた。", (1,)), ("減った。", (2,))]),
        ("終わりの印がない", [("終わりの印がない", ())]),
        ("\n\n", []),
    ],
)
def test_a_text_is_cut_into_sentences_with_what_each_cites(
    text: str, sentences: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert [(s.text, s.numbers) for s in written_sentences([text])] == sentences


@given(st.lists(st.sampled_from(list("増減は。[]12１［］・\n a"))).map("".join), st.integers(1, 5))
def test_it_does_not_matter_how_a_text_is_cut_into_pieces(text: str, size: int) -> None:
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    assert list(written_sentences(pieces)) == list(written_sentences(list(text)))


def test_a_sentence_is_given_before_the_next_one_has_ended() -> None:
    given = iter(["一つ目。[1]", "二つ", "目。[2]"])
    first = next(written_sentences(given))
    assert first == WrittenSentence("一つ目。", (1,))
    assert list(given) == ["目。[2]"]
