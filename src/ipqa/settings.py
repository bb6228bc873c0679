"""Every option of ipqa, its default and its environment variable, in one place."""

import os
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ipqa.errors import BadSetting, Language, SettingReplaced

SHIPPED_MODEL = "ipqa-embedder"
"""The name of the embedding model that is installed with ipqa."""

_DATABASE = re.compile(r"sqlite:///.+|postgresql://.+/.+")


@cache
def _web_folder() -> Path:
    """The page's files: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "web"
    return installed if installed.is_dir() else package.parents[1] / "web"


def _names(given: object) -> object:
    """Names that are separated by commas, one by one."""
    if not isinstance(given, str):
        return given
    return tuple(name.strip() for name in given.split(",") if name.strip())


def _database(given: SecretStr) -> SecretStr:
    """The address of a database of a kind that records are kept in."""
    if not _DATABASE.fullmatch(given.get_secret_value()):
        raise ValueError(
            "Input should be sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
        )
    return given


class Settings(BaseSettings):
    """The options, read from the environment as ``IPQA_`` and the name in capitals."""

    model_config = SettingsConfigDict(env_prefix="IPQA_", frozen=True)

    corpus: Path = Field(Path("corpus"), description="Folder or file of reports that are indexed.")
    index: Path = Field(Path("index"), description="Folder that holds the built index.")
    index_url: str = Field(
        "faiss:",
        description="What searches the index: faiss: (files in its folder), milvus://host:19530/database, or "
        "milvus-lite:///file.db.",
    )
    database_url: Annotated[SecretStr, AfterValidator(_database)] = Field(
        default_factory=lambda given: SecretStr(f"sqlite:///{given['index'] / 'records.sqlite3'}"),
        description="Database that keeps conversations, what people say about answers, API keys and uploads: "
        "a file, sqlite:///FILE, or PostgreSQL, postgresql://USER:PASSWORD@HOST:PORT/DATABASE.",
    )
    keep_conversations: bool = Field(
        default=True,
        description="Whether the server keeps conversations; off, they end with the page.",
    )
    runs: Path = Field(
        Path("runs"), description="Folder of evaluation runs, of which the page shows the latest."
    )
    embedding_model: str = Field(
        SHIPPED_MODEL,
        min_length=1,
        description=f"Embedding model: {SHIPPED_MODEL} (installed with ipqa, needs no PyTorch), or "
        "the name or folder of a sentence-transformers model.",
    )
    embedding_base_url: str | None = Field(
        None,
        description="Address of an OpenAI-compatible server of that model, up to its version; texts are embedded "
        "there. Here without.",
    )
    embedding_api_key: SecretStr | None = Field(
        None, description="Key for that server, where it wants one."
    )
    reader: bool = Field(
        default=True,
        description="Whether the best sentences are read again together with the question by the reader, "
        "a model that is installed with ipqa: surer, and some tenths of a second slower.",
    )
    passage_length: int = Field(
        400, ge=80, le=2000, description="Longest passage, in characters, list items aside."
    )
    max_question_length: int = Field(
        2000, ge=1, description="Longest question that is accepted, in characters."
    )
    max_report_bytes: int = Field(
        50_000_000, ge=1, description="Largest file that is read as a report, in bytes."
    )
    max_report_seconds: float = Field(
        300.0, gt=0, description="Longest time for reading one file, in seconds."
    )
    max_report_memory: int = Field(
        2_000_000_000,
        ge=500_000_000,
        description="Most memory that the process may take that reads one file, in bytes of address space; "
        "held to on Linux. A quarter of a gigabyte of it is ipqa and its dictionary.",
    )
    llm_base_url: str | None = Field(
        None,
        description="Address of an OpenAI-compatible endpoint, up to its version; nothing is sent without.",
    )
    llm_model: str | None = Field(None, description="Name of the language model at that endpoint.")
    llm_api_key: SecretStr | None = Field(
        None, description="Key for the endpoint, where it wants one."
    )
    llm_context: int = Field(
        8192, ge=2048, description="Tokens that the language model can read and write at once."
    )
    llm_seconds: float = Field(
        60.0, gt=0, description="Longest time for one answer of the language model, in seconds."
    )
    language: Literal["auto", "ja", "en"] = Field(
        "auto", description="Language of messages on the command line; auto follows the locale."
    )
    host: str = Field("127.0.0.1", description="Address on which the server listens.")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)] = Field(
        (),
        description="Names under which the server answers, separated by commas, besides localhost and "
        "its addresses.",
    )
    questions_per_minute: int = Field(
        60,
        ge=1,
        description="How often one API key may ask, upload or change something, in a minute.",
    )
    requests_per_minute: int = Field(
        1200,
        ge=1,
        description="How many requests one address may send in a minute, where API keys are wanted.",
    )
    answers_at_once: int = Field(
        8, ge=1, description="How many questions and drafts the server works on at once."
    )
    answers_waiting: int = Field(
        32,
        ge=0,
        description="How many more wait for their turn; those on top are told to come again.",
    )
    max_connections: int = Field(
        500, ge=1, description="How many connections the server holds open at once."
    )
    client_seconds: int = Field(
        20,
        ge=1,
        description="How long a client may keep the server waiting: for a request, for the rest of one, and "
        "with an answer that it does not read; in seconds.",
    )
    log_format: Literal["console", "json"] = Field(
        "console",
        description="What the server's log is written as: lines to read, or one JSON object each.",
    )
    log_questions: bool = Field(
        default=False,
        description="Whether the server's log holds the questions that were answered.",
    )
    traces: Literal["off", "on", "questions"] = Field(
        "off",
        description="Whether spans of each question go to an OpenTelemetry collector, and whether they hold the "
        "question.",
    )
    port: int = Field(8000, ge=0, le=65535, description="Port on which the server listens.")
    web: Path = Field(default_factory=_web_folder, description="Folder with the chat page.")

    @model_validator(mode="before")
    @classmethod
    def _without_settings_of_before(cls, given: Any) -> Any:  # noqa: ANN401 - as pydantic has it
        """Refuse ``IPQA_RECORDS``: who sets it would find other records than those that it names."""
        file = os.environ.get("IPQA_RECORDS")
        if file:
            new = f"IPQA_DATABASE_URL=sqlite:///{file}"
            raise SettingReplaced(old="IPQA_RECORDS", new=new)
        return given


def read_settings(**given: object) -> Settings:
    """Settings from the environment, and over them what was given.

    Raises:
        BadSetting: a value cannot be used.
        SettingReplaced: a setting is set that is no more.
    """
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        names = ", ".join(f"IPQA_{'_'.join(map(str, e['loc'])).upper()}" for e in error.errors())
        reason = "; ".join(e["msg"] for e in error.errors())
        raise BadSetting(names=names, reason=reason) from error


def message_language() -> Language:
    """The language for messages on the command line; Japanese unless English is asked for.

    Read straight from the environment: it must be known before the settings are.
    """
    for variable in ("IPQA_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value and value != "auto":
            return "en" if value.lower().startswith("en") else "ja"
    return "ja"
