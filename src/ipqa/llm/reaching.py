"""Whether the endpoint of a language model answers, without asking the model anything."""

from http import HTTPStatus

import httpx

from ipqa.errors import EndpointUnreachable
from ipqa.llm.openai_compatible import is_this_machine, language_model
from ipqa.settings import Settings

_SECONDS = 3.0


def require_endpoint(settings: Settings) -> None:
    """Ask the endpoint that the settings name for its list of models, and wait no longer than a moment.

    Raises:
        EndpointUnreachable: it does not answer, refuses the key, or says that it is broken.
        ExtraMissing: the client for it is not installed.
        BadSetting: the address is none, or the key has characters that no key has.
    """
    if language_model(settings) is None:
        return
    key = settings.llm_api_key
    url = httpx.URL(str(settings.llm_base_url))
    url = url.copy_with(path=url.path.rstrip("/") + "/models")
    try:
        with httpx.Client(timeout=_SECONDS, trust_env=not is_this_machine(str(url))) as client:
            status = client.get(
                url, headers={"authorization": f"Bearer {key.get_secret_value()}"} if key else {}
            ).status_code
    except httpx.HTTPError as error:
        raise EndpointUnreachable(url=_shown(url), reason=str(error)) from error
    refused = status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    if (
        refused or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    ):  # an endpoint need not list its models
        raise EndpointUnreachable(url=_shown(url), reason=f"HTTP {status}")


def _shown(url: httpx.URL) -> str:
    """An address without what may be secret in it."""
    return str(url.copy_with(userinfo=b"", query=None))
