import inspect
import pickle
import re
from string import Formatter

import pytest

from ipqa import errors
from ipqa.errors import IpqaError, Language

LANGUAGES: tuple[Language, ...] = ("ja", "en")


def below(error: type[IpqaError]) -> list[type[IpqaError]]:
    return [one for child in error.__subclasses__() for one in (child, *below(child))]


# ModelUnavailable and the like may be subclassed elsewhere; those of this room are the specification
FAMILY = [error for error in below(IpqaError) if error.__module__.startswith(errors.__name__)]
CONCRETE = [error for error in FAMILY if "ja" in vars(error)]
concrete = pytest.mark.parametrize("error", CONCRETE, ids=[error.__name__ for error in CONCRETE])


def fields(template: str) -> dict[str, str]:
    """Names of a template's fields and how each is formatted."""
    return {name: spec or "" for _, name, spec, _ in Formatter().parse(template) if name}


def details(error: type[IpqaError]) -> dict[str, object]:
    """A value for each field: a number where digits are grouped, else a word of its own."""
    every = fields(error.ja) | fields(error.en)
    return {name: 1234567 if spec == "," else f"«{name}»" for name, spec in every.items()}


@concrete
def test_both_languages_name_the_same_details(error: type[IpqaError]) -> None:
    # reason_ja is the Japanese wording of the detail that the English message calls reason
    japanese = {name.removesuffix("_ja"): spec for name, spec in fields(error.ja).items()}
    assert japanese == fields(error.en)


@concrete
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_holds_every_detail_and_no_open_field(
    error: type[IpqaError], language: Language
) -> None:
    given = details(error)
    message = error(**given).message(language)
    for name in fields(getattr(error, language)):
        value = given[name]
        assert (f"{value:,}" if isinstance(value, int) else str(value)) in message
    assert "{" not in message
    assert "}" not in message


@concrete
def test_the_japanese_message_is_japanese_and_the_english_one_is_not(
    error: type[IpqaError],
) -> None:
    kana = re.compile(r"[ぁ-んァ-ヶ]")
    assert kana.search(error.ja)
    assert not kana.search(error.en)


@concrete
def test_a_message_says_what_happened_and_what_to_do_next(error: type[IpqaError]) -> None:
    assert error.ja.endswith("。")
    assert error.en.endswith(".")
    assert error.ja.count("。") >= 2
    assert len(re.findall(r"[.:] ?", error.en)) >= 2


@concrete
def test_an_error_is_listed_in_the_tree_on_its_page(error: type[IpqaError]) -> None:
    assert re.search(rf"\b{error.__name__}\b", inspect.getdoc(errors) or "")


def test_the_tree_lists_no_error_that_does_not_exist() -> None:
    named: tuple[type[IpqaError], ...] = (IpqaError, *FAMILY)
    tree = re.findall(r"\b[A-Z]\w*[a-z][A-Z]\w+", (inspect.getdoc(errors) or "").split("\n\n")[1])
    assert set(tree) == {error.__name__ for error in named}


@concrete
def test_an_error_can_be_caught_by_its_family(error: type[IpqaError]) -> None:
    raised = error(**details(error))
    with pytest.raises(error.__bases__[0]) as caught:
        raise raised
    assert caught.value is raised


@concrete
def test_an_error_keeps_its_details_on_the_way_from_another_process(
    error: type[IpqaError],
) -> None:
    raised = error(**details(error))
    again = pickle.loads(pickle.dumps(raised))  # noqa: S301 - of what was made here
    assert (type(again), again.details, str(again)) == (error, raised.details, str(raised))


@concrete
def test_a_traceback_shows_the_english_message(error: type[IpqaError]) -> None:
    raised = error(**details(error))
    assert str(raised) == raised.message("en")
