"""The endpoint that feedback on answers goes to."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from ipqa.records.feedback import Feedback, FeedbackStore

router = APIRouter(prefix="/api", tags=["feedback"])


def feedback_store_of(request: Request) -> FeedbackStore:
    """The store that the server was started with."""
    store: FeedbackStore = request.state.feedback
    return store


FeedbackStoreOf = Annotated[FeedbackStore, Depends(feedback_store_of)]


class FeedbackReceipt(BaseModel):
    """Under which id feedback was stored."""

    id: int


@router.post("/feedback", status_code=HTTPStatus.CREATED, summary="Say whether an answer helped")
def give_feedback(body: Feedback, store: FeedbackStoreOf) -> FeedbackReceipt:
    """Keep feedback on an answer; once this has answered, it is stored for good."""
    return FeedbackReceipt(id=store.add(body))
