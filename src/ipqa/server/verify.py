"""The endpoint that drafts go to."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from ipqa.answering.verification import Verification
from ipqa.server.current import AssistantOf
from ipqa.server.turns import TURN

router = APIRouter(prefix="/api", tags=["verify"])


class VerifyRequest(BaseModel):
    """A draft, and the reports to hold it against."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(
        description="The draft; offsets of sentences count its Unicode code points.",
        examples=["全固体電池を搭載したEVは2028年度までに発売される計画です。"],
    )
    reports: list[str] | None = Field(None, description="Ids of the reports; all where left out.")


@router.post(
    "/verify",
    summary="Check a draft against the reports, sentence by sentence",
    dependencies=[TURN],
)
def verify(body: VerifyRequest, assistant: AssistantOf) -> Verification:
    """Say of each sentence whether the reports support or contradict it, with exact quotes."""
    return assistant.verify(body.text, body.reports)
