"""What answers can do without: the records, and the language model's endpoint."""

from contextlib import closing

from ipqa.doctor.checkup import EndpointState, Fault, RecordsState, fault_of
from ipqa.doctor.installation import shown_address
from ipqa.errors import IpqaError, RecordsUnavailable
from ipqa.llm.reaching import require_endpoint
from ipqa.records.database import Database
from ipqa.settings import Settings


def examine_records(settings: Settings) -> tuple[RecordsState, list[Fault]]:
    """The records, where there are any yet; the file or database itself is left as it is."""
    with closing(Database.of(settings)) as database:
        state = RecordsState(place=database.place, there=False)
        try:
            return state.model_copy(update={"there": database.examine()}), []
        except RecordsUnavailable as error:
            return state, [fault_of(database.place, error)]


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
