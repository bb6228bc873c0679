"""What answers can do without: the file of records, and the language model's endpoint."""

from pathlib import Path

from ipqa.doctor.checkup import EndpointState, Fault, RecordsState, fault_of
from ipqa.doctor.installation import shown_address
from ipqa.errors import IpqaError, RecordsUnavailable
from ipqa.llm.reaching import require_endpoint
from ipqa.records.integrity import require_whole
from ipqa.settings import Settings


def examine_records(path: Path) -> tuple[RecordsState, list[Fault]]:
    """The file of records, where there is one yet."""
    state = RecordsState(path=str(path), there=path.exists())
    try:
        if state.there:
            require_whole(path)
    except RecordsUnavailable as error:
        return state, [fault_of(path, error)]
    return state, []


def examine_endpoint(settings: Settings) -> tuple[EndpointState, list[Fault]]:
    """The language model's endpoint, which is asked for its models only where one is configured."""
    if not (settings.llm_base_url and settings.llm_model):
        return EndpointState(address=None, model=None, reachable=None), []
    address = shown_address(settings.llm_base_url)
    state = EndpointState(address=address, model=settings.llm_model, reachable=True)
    try:
        require_endpoint(settings)
    except IpqaError as error:
        return state.model_copy(update={"reachable": False}), [fault_of(address, error)]
    return state, []
