from pathlib import Path

import pytest
from pydantic import ValidationError

from ipqa.settings import SHIPPED_MODEL, Settings, message_language

GIVEN: dict[str, tuple[str, object]] = {
    "corpus": ("/srv/報告書", Path("/srv/報告書")),
    "index": ("/srv/索引", Path("/srv/索引")),
    "embedding_model": ("/srv/model", "/srv/model"),
    "passage_length": ("400", 400),
    "max_question_length": ("99", 99),
    "max_report_bytes": ("1000", 1000),
    "language": ("en", "en"),
    "host": ("0.0.0.0", "0.0.0.0"),  # noqa: S104 - nothing listens here
    "port": ("9000", 9000),
    "web": ("/srv/web", Path("/srv/web")),
}

each_option = pytest.mark.parametrize("name", list(Settings.model_fields))


@pytest.fixture(autouse=True)
def _no_options_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"IPQA_{name.upper()}", raising=False)


def test_every_option_is_tried_here() -> None:
    assert set(GIVEN) == set(Settings.model_fields)


@each_option
def test_an_option_says_what_it_is_for(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description
    assert description.endswith(".")


@each_option
def test_an_option_has_a_default(name: str) -> None:
    assert getattr(Settings(), name) != GIVEN[name][1]


@each_option
def test_an_option_is_read_from_its_environment_variable(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, meant = GIVEN[name]
    monkeypatch.setenv(f"IPQA_{name.upper()}", written)
    assert getattr(Settings(), name) == meant


@each_option
def test_a_value_given_in_code_goes_before_the_environment(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = getattr(Settings(), name)
    monkeypatch.setenv(f"IPQA_{name.upper()}", GIVEN[name][0])
    assert getattr(Settings.model_validate({name: default}), name) == default


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("passage_length", "79"),
        ("passage_length", "2001"),
        ("max_question_length", "0"),
        ("max_report_bytes", "0"),
        ("port", "-1"),
        ("port", "65536"),
        ("port", "八千"),
        ("language", "fr"),
        ("embedding_model", ""),
    ],
)
def test_a_value_out_of_range_is_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"IPQA_{name.upper()}", value)
    with pytest.raises(ValidationError, match=name):
        Settings()


def test_options_do_not_change_once_read() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]


def test_by_default_nothing_is_fetched_and_nobody_else_is_let_in() -> None:
    settings = Settings()
    assert settings.embedding_model == SHIPPED_MODEL
    assert settings.host == "127.0.0.1"


def test_the_page_is_where_the_settings_say() -> None:
    assert (Settings().web / "index.html").is_file()


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "ja"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}, "en"),
    ],
)
def test_messages_follow_the_locale_and_are_japanese_unless_it_is_english(
    variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    assert message_language("auto") == language


@pytest.mark.parametrize("locale", ["ja_JP.UTF-8", "en_US.UTF-8"])
def test_a_chosen_language_goes_before_the_locale(
    locale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert message_language("ja") == "ja"
    assert message_language("en") == "en"
