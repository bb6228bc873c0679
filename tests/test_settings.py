from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from ipqa.errors import BadSetting, Language, SettingReplaced
from ipqa.settings import SHIPPED_MODEL, Settings, message_language, read_settings

LANGUAGES: tuple[Language, ...] = ("ja", "en")

GIVEN: dict[str, tuple[str, object]] = {
    "corpus": ("/srv/報告書", Path("/srv/報告書")),
    "index": ("/srv/索引", Path("/srv/索引")),
    "index_url": ("milvus://host:19530/default", "milvus://host:19530/default"),
    "database_url": (
        "postgresql://ipqa:秘密@db/ipqa",
        SecretStr("postgresql://ipqa:秘密@db/ipqa"),
    ),
    "keep_conversations": ("false", False),
    "runs": ("/srv/結果", Path("/srv/結果")),
    "embedding_model": ("/srv/model", "/srv/model"),
    "embedding_base_url": ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
    "embedding_api_key": ("秘密", SecretStr("秘密")),
    "reader": ("false", False),
    "passage_length": ("500", 500),
    "max_question_length": ("99", 99),
    "max_report_bytes": ("1000", 1000),
    "max_report_seconds": ("7.5", 7.5),
    "max_report_memory": ("3000000000", 3_000_000_000),
    "llm_base_url": ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"),
    "llm_model": ("llm-jp", "llm-jp"),
    "llm_api_key": ("秘密", SecretStr("秘密")),
    "llm_context": ("4096", 4096),
    "llm_seconds": ("5", 5.0),
    "language": ("en", "en"),
    "host": ("0.0.0.0", "0.0.0.0"),  # noqa: S104 - nothing listens here
    "allowed_hosts": ("bunko, reports.example.jp", ("bunko", "reports.example.jp")),
    "questions_per_minute": ("5", 5),
    "requests_per_minute": ("50", 50),
    "answers_at_once": ("3", 3),
    "answers_waiting": ("0", 0),
    "max_connections": ("50", 50),
    "client_seconds": ("5", 5),
    "log_format": ("json", "json"),
    "log_questions": ("true", True),
    "traces": ("questions", "questions"),
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
        ("max_report_seconds", "0"),
        ("max_report_memory", "499999999"),
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


@pytest.mark.parametrize(
    "url",
    ["", "records.sqlite3", "sqlite://records", "postgres://u:p@db/ipqa", "mysql://u:p@db/ipqa"],
)
def test_an_address_of_no_known_kind_of_database_is_refused_and_not_repeated(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPQA_DATABASE_URL", url)
    with pytest.raises(BadSetting, match="IPQA_DATABASE_URL") as caught:
        read_settings()
    assert "u:p" not in str(caught.value)


def test_records_are_kept_with_the_index_unless_told_otherwise() -> None:
    settings = Settings(index=Path("/srv/索引"))
    assert settings.database_url.get_secret_value() == "sqlite:////srv/索引/records.sqlite3"


def test_the_password_of_the_database_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPQA_DATABASE_URL", "postgresql://ipqa:秘密@db/ipqa")
    assert "秘密" not in repr(Settings()) + str(Settings())


def test_the_setting_that_another_took_the_place_of_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IPQA_RECORDS", "")
    assert Settings()
    monkeypatch.setenv("IPQA_RECORDS", "/srv/記録.sqlite3")
    for read in (Settings, read_settings):
        with pytest.raises(SettingReplaced) as caught:
            read()
        for language in LANGUAGES:
            told = caught.value.message(language)
            assert "IPQA_DATABASE_URL=sqlite:////srv/記録.sqlite3" in told


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


def test_a_value_given_on_the_command_line_goes_before_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IPQA_PORT", "9000")
    assert read_settings().port == 9000
    assert read_settings(port=9001).port == 9001


def test_all_values_that_cannot_be_used_are_told_by_the_names_of_their_variables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IPQA_PORT", "八千")
    monkeypatch.setenv("IPQA_PASSAGE_LENGTH", "1")
    with pytest.raises(BadSetting) as caught:
        read_settings()
    for language in LANGUAGES:
        message = caught.value.message(language)
        assert "IPQA_PORT" in message
        assert "IPQA_PASSAGE_LENGTH" in message


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "ja"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "ja"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}, "en"),
        ({"LANG": "ja_JP.UTF-8", "IPQA_LANGUAGE": "en"}, "en"),
        ({"LC_ALL": "en_US.UTF-8", "IPQA_LANGUAGE": "ja"}, "ja"),
        ({"LANG": "en_US.UTF-8", "IPQA_LANGUAGE": "auto"}, "en"),
    ],
)
def test_messages_follow_the_option_then_the_locale_and_else_are_japanese(
    variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    assert message_language() == language
