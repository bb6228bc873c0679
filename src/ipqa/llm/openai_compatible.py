"""A language model behind an OpenAI-compatible endpoint, asked with OpenAI's own client."""

import ipaddress
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from ipqa.answering.answer import Fault
from ipqa.errors import BadSetting, ExtraMissing
from ipqa.llm.model import LanguageModel, Message, ModelFailed
from ipqa.llm.time_limit import TimeLimit
from ipqa.settings import Settings
from ipqa.telemetry import OFF, Call, Chat, Tracing

if TYPE_CHECKING:
    import httpx2
    import openai
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

_CONNECT_SECONDS = 5.0
"""An endpoint that takes longer to accept a connection is not there."""

_PAUSE = 0.5
_LONGEST_PAUSE = 2.0
"""Seconds before a request is repeated, and how many more an endpoint may ask for."""

_NO_KEY = "none"
"""Sent where no key is set: the client insists on one, many local servers need none."""

_USAGE_SECONDS = 2.0
"""So long an endpoint may take to tell the tokens that it used, once it has answered."""

_TEMPERATURE = 0
_SEED = 0

_SENT = frozenset(
    "accept accept-encoding authorization connection content-length content-type host user-agent".split()
)
"""The only headers that are sent: none about this machine, none from the variables of other programs."""

_THOUGHT = "<think>"
_THOUGHT_ENDS = "</think>"


def language_model(settings: Settings, tracing: Tracing = OFF) -> LanguageModel | None:
    """The language model that the settings name, not asked anything yet; None where they name none.

    Args:
        settings: name it.
        tracing: is told of each call.

    Raises:
        ExtraMissing: the client is not installed.
        BadSetting: the address is none, or the key has characters that no key has.
    """
    if not (settings.llm_base_url and settings.llm_model):
        return None
    try:
        import openai  # noqa: F401, PLC0415 - an optional extra
    except ImportError as error:
        raise ExtraMissing(packages="openai", extra="llm") from error
    if not _is_address(settings.llm_base_url):
        raise BadSetting(names="IPQA_LLM_BASE_URL", reason="not an http:// or https:// address")
    key = settings.llm_api_key
    if key and not (key.get_secret_value().isascii() and key.get_secret_value().isprintable()):
        raise BadSetting(names="IPQA_LLM_API_KEY", reason="holds a line break or what is not ASCII")
    return OpenAICompatible(
        settings.llm_base_url,
        settings.llm_model,
        key=key,
        seconds=settings.llm_seconds,
        tracing=tracing,
    )


class OpenAICompatible:
    """A model that is asked by OpenAI's chat completions, wherever it runs."""

    def __init__(
        self,
        base_url: str,
        name: str,
        *,
        key: SecretStr | None = None,
        seconds: float = 60.0,
        tracing: Tracing = OFF,
    ) -> None:
        """Remember where the model is; nothing is sent yet.

        Args:
            base_url: of the endpoint, up to and with its version (http://127.0.0.1:11434/v1).
            name: of the model, at that endpoint.
            key: where the endpoint wants one.
            seconds: for one whole answer, from the request to the last piece.
            tracing: is told of each call; the endpoint is asked for the tokens used only where it wants them.
        """
        self._base_url = base_url
        self._name = name
        self._key = key
        self._seconds = seconds
        self._tracing = tracing

    @property
    def name(self) -> str:
        """The model's name at its endpoint."""
        return self._name

    def stream(self, messages: Sequence[Message], longest: int) -> Generator[str, None, None]:
        """The model's text, in pieces as they come; closing the iterator closes the connection.

        What a reasoning model thinks is left out.

        Args:
            messages: the chat so far.
            longest: tokens to write at the most.

        Raises:
            ModelFailed: there is no answer, or it broke off.
        """
        with (
            self._tracing.chat(self._chat(longest)) as call,
            TimeLimit(self._seconds) as limit,
            self._client(limit) as client,
            self._opened(client, messages, longest, limit, call) as chunks,
        ):
            yield from _without_thoughts(_texts(chunks, limit, call))

    def _chat(self, longest: int) -> Chat:
        parts = urlsplit(self._base_url)
        return Chat(self._name, parts.hostname, parts.port, longest, _TEMPERATURE, _SEED)

    def _client(self, limit: TimeLimit) -> "openai.OpenAI":
        """A client for one answer, which talks to the endpoint alone."""
        import httpx2  # noqa: PLC0415 - an optional extra
        import openai  # noqa: PLC0415 - an optional extra

        connect = min(self._seconds, _CONNECT_SECONDS)
        parts = urlsplit(self._base_url)
        return openai.OpenAI(
            base_url=urlunsplit(parts._replace(query="")),
            default_query=dict(parse_qsl(parts.query)),
            api_key=self._key.get_secret_value() if self._key else _NO_KEY,
            max_retries=0,
            http_client=httpx2.Client(
                trust_env=not is_this_machine(self._base_url),
                follow_redirects=False,
                timeout=httpx2.Timeout(self._seconds, connect=connect),
                event_hooks={"request": [_only_what_is_needed, limit.guard]},
            ),
        )

    def _opened(
        self,
        client: "openai.OpenAI",
        messages: Sequence[Message],
        longest: int,
        limit: TimeLimit,
        call: Call,
    ) -> "openai.Stream[ChatCompletionChunk]":
        """The stream of an answer, asked for a second time where that may help."""
        try:
            return self._asked(client, messages, longest, call)
        except _failures() as error:
            pause = _pause(error)
            if pause is None or pause >= limit.left():
                raise ModelFailed(_fault(error, limit)) from None
        time.sleep(pause)
        try:
            return self._asked(client, messages, longest, call)
        except _failures() as error:
            raise ModelFailed(_fault(error, limit)) from None

    def _asked(
        self, client: "openai.OpenAI", messages: Sequence[Message], longest: int, call: Call
    ) -> "openai.Stream[ChatCompletionChunk]":
        import openai  # noqa: PLC0415 - an optional extra

        chat = [{"role": message.role, "content": message.content} for message in messages]
        return client.chat.completions.create(
            model=self._name,
            messages=cast("list[ChatCompletionMessageParam]", chat),
            max_tokens=longest,
            temperature=_TEMPERATURE,
            seed=_SEED,
            stream=True,
            stream_options={"include_usage": True} if call.wants_usage else openai.omit,
        )


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class _Delta(_Read):
    content: str | None = None
    refusal: str | None = None


class _Choice(_Read):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(_Read):
    """What is read of a chunk; the client's own type is built without a check."""

    choices: list[_Choice]


class _Usage(_Read):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Told(_Read):
    """What an endpoint may tell of itself in a chunk."""

    model: str | None = None
    usage: _Usage | None = None


def _texts(
    chunks: "openai.Stream[ChatCompletionChunk]", limit: TimeLimit, call: Call
) -> Iterator[str]:
    """The text in the chunks of one answer, up to where it says that it has ended."""
    fault: Fault = "llm_nonsense"
    try:
        for chunk in chunks:
            if limit.left() <= 0:
                raise ModelFailed("llm_timeout")
            _note(chunk, call)
            for choice in _Chunk.model_validate(chunk).choices[:1]:
                if choice.finish_reason == "content_filter" or (
                    choice.delta and choice.delta.refusal
                ):
                    raise ModelFailed("llm_refused")
                if choice.delta and choice.delta.content:
                    yield choice.delta.content
                if choice.finish_reason:
                    call.told(finish_reason=choice.finish_reason)
                    _note_usage(chunks, limit, call)
                    return
            fault = "llm_interrupted"
    except ValueError:
        fault = "llm_nonsense"
    except _failures() as error:
        filtered = getattr(error, "code", None) == "content_filter"
        fault = "llm_refused" if filtered else "llm_interrupted"
    raise ModelFailed("llm_timeout" if limit.left() <= 0 else fault)


def _note(chunk: object, call: Call) -> None:
    """Tell a call what its endpoint tells of itself; nonsense about that spoils no answer."""
    if not call.wants_usage:
        return
    with suppress(ValueError):
        told = _Told.model_validate(chunk)
        usage = told.usage or _Usage()
        call.told(
            model=told.model,
            input_tokens=usage.prompt_tokens,
            output_tokens=usage.completion_tokens,
        )


def _note_usage(chunks: "openai.Stream[ChatCompletionChunk]", limit: TimeLimit, call: Call) -> None:
    """Read what comes after an answer that has ended: the tokens used. Nothing there can spoil the answer."""
    if not call.wants_usage:
        return
    limit.end_within(_USAGE_SECONDS)
    with suppress(ValueError, *_failures()):
        for chunk in chunks:
            _note(chunk, call)


def _without_thoughts(pieces: Iterator[str]) -> Iterator[str]:
    """The text without the thoughts before it, wherever the pieces are cut."""
    held = ""
    for piece in pieces:
        held = (held + piece).lstrip()
        while held.startswith(_THOUGHT) and _THOUGHT_ENDS in held:
            held = held.partition(_THOUGHT_ENDS)[2].lstrip()
        if not _THOUGHT.startswith(held[: len(_THOUGHT)]):
            yield held
            yield from pieces
            return
    if held and not held.startswith(_THOUGHT):
        yield held


def _failures() -> tuple[type[Exception], ...]:
    """What the client raises; beside its own errors those of a broken connection, some unwrapped."""
    import httpx2  # noqa: PLC0415 - an optional extra
    import openai  # noqa: PLC0415 - an optional extra

    return openai.OpenAIError, httpx2.HTTPError, OSError, UnicodeError


def _fault(error: Exception, limit: TimeLimit) -> Fault:
    """Why a request brought no stream."""
    if limit.left() <= 0:
        return "llm_timeout"
    status = getattr(error, "status_code", None)
    if status == 429:  # noqa: PLR2004 - HTTP's own number
        return "llm_rate_limited"
    if status in range(400, 500) and status != 404:  # noqa: PLR2004 - HTTP's own numbers
        return "llm_refused"
    return "llm_unreachable"


def _pause(error: Exception) -> float | None:
    """Seconds after which the same request may well succeed; None where it will not."""
    import openai  # noqa: PLC0415 - an optional extra

    if isinstance(error, openai.APIStatusError):
        if error.status_code != 429 and error.status_code < 500:  # noqa: PLR2004 - HTTP's numbers
            return None
        return _asked_pause(error.response.headers.get("retry-after"))
    if isinstance(error, openai.APITimeoutError):
        return None
    cause: BaseException | None = error
    while cause is not None:
        # no such host, or no trust in it
        if isinstance(cause, OSError) and not isinstance(cause, ConnectionError):
            return None
        cause = cause.__cause__
    return _PAUSE if isinstance(error, openai.APIConnectionError) else None


def _asked_pause(retry_after: str | None) -> float | None:
    """The pause that an endpoint asks for, None where it is too long or not in seconds."""
    if retry_after is None:
        return _PAUSE
    try:
        pause = float(retry_after)
    except ValueError:
        return None
    return pause if 0 <= pause <= _LONGEST_PAUSE else None


def _only_what_is_needed(request: "httpx2.Request") -> None:
    for name in set(request.headers) - _SENT:
        del request.headers[name]


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_this_machine(url: str) -> bool:
    """Whether an address leads to this machine, past any proxy."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
