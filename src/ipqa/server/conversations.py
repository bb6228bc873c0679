"""The endpoints of the conversations that the server keeps; each caller has their own."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict

from ipqa.errors import ConversationsOff
from ipqa.records.conversations import (
    Conversation,
    ConversationStore,
    ConversationSummary,
    Title,
)
from ipqa.server.callers import CallerOf
from ipqa.server.current import SettingsOf

router = APIRouter(prefix="/api/conversations", tags=["conversations"])


def kept_of(request: Request, settings: SettingsOf, caller: CallerOf) -> ConversationStore | None:
    """The conversations of whoever asks; None where the server keeps none."""
    if not settings.keep_conversations:
        return None
    return ConversationStore(request.state.records, caller.name)


KeptOf = Annotated[ConversationStore | None, Depends(kept_of)]


def conversations_of(kept: KeptOf) -> ConversationStore:
    """The store, where there is one.

    Raises:
        ConversationsOff: the server keeps no conversations.
    """
    if kept is None:
        raise ConversationsOff
    return kept


ConversationsOf = Annotated[ConversationStore, Depends(conversations_of)]


class Titled(BaseModel):
    """What a conversation is to be called."""

    model_config = ConfigDict(extra="forbid")

    title: Title


class ConversationList(BaseModel):
    """Conversations, the one that was last asked in first."""

    conversations: list[ConversationSummary]


@router.get("", summary="List the conversations, or those that hold given words")
def list_conversations(
    store: ConversationsOf,
    search: Annotated[
        str | None,
        Query(
            max_length=200,
            description="Words; each must stand in the title, a question or an answer.",
        ),
    ] = None,
) -> ConversationList:
    """What was said in them is left out."""
    return ConversationList(conversations=store.all(search))


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Start a conversation",
    responses={
        HTTPStatus.CREATED.value: {
            "links": {
                name: {"operationId": name, "parameters": {"conversation_id": "$response.body#/id"}}
                for name in ("show_conversation", "rename_conversation", "delete_conversation")
            }
        }
    },
)
def start_conversation(body: Titled, store: ConversationsOf) -> ConversationSummary:
    """Its id is what questions name in ``conversation`` to be kept in it."""
    return store.start(body.title)


@router.get("/{conversation_id}", summary="Show a conversation", operation_id="show_conversation")
def show_conversation(conversation_id: str, store: ConversationsOf) -> Conversation:
    """All that was said, oldest first."""
    return store.get(conversation_id)


@router.patch(
    "/{conversation_id}",
    summary="Give a conversation another title",
    operation_id="rename_conversation",
)
def rename_conversation(
    conversation_id: str, body: Titled, store: ConversationsOf
) -> ConversationSummary:
    """What was said in it, and its place in the list, stay."""
    return store.rename(conversation_id, body.title)


@router.delete(
    "/{conversation_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Delete a conversation",
    operation_id="delete_conversation",
)
def delete_conversation(conversation_id: str, store: ConversationsOf) -> None:
    """With all that was said in it, for good."""
    store.delete(conversation_id)
