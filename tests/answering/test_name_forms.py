"""What is named is told by its form, where no dictionary lists it as a name."""

import pytest

from ipqa.answering.name_forms import names_by_form


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("白波水産の出荷量は", ("白波",)),
        ("2024年の青海県の人口", ("青海",)),
        ("銀行の役割は", ()),
    ],
)
def test_what_stands_before_the_ending_of_a_company_or_town(
    text: str, named: tuple[str, ...]
) -> None:
    assert names_by_form(text) == named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Waymoと比べてどうか", ("Waymo",)),
        ("日産とQuantumScapeの差", ("QuantumScape",)),
        ("ドライ電極(Dry Electrode)の利点は", ()),
        ("NTTCの収入は", ()),
        ("Patentの件数は", ()),
        ("roadmapはありますか", ()),
        ("e-POWERの特徴は", ()),
        ("How does Waymo compare?", ()),
    ],
)
def test_a_capitalised_word_that_the_dictionary_does_not_know(
    text: str, named: tuple[str, ...]
) -> None:
    assert names_by_form(text) == named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("リビアンとの提携はありますか", ("リビアン",)),
        ("スバルと比べて日産の特許は多いですか", ("スバル",)),
        ("スバル社と違うところは", ("スバル",)),
        ("アップルとの訴訟とアップルとの契約", ("アップル",)),
        ("リビアンの件数は", ()),
        ("ピークのころと比べて", ()),
        ("ガソリンエンジンと比べて", ()),
        ("競合と比べて", ()),
    ],
)
def test_a_counterpart_in_katakana(text: str, named: tuple[str, ...]) -> None:
    assert names_by_form(text) == named
