"""The LangChain retriever, over a real index."""

import asyncio
import json
import sys

import pytest
from langchain_core.runnables import RunnableLambda
from pydantic import ValidationError

from ipqa.assistant import Assistant
from ipqa.errors import ExtraMissing, UnknownReport
from ipqa.integrations.langchain import IpqaExcerptRetriever, IpqaRetriever


def test_documents_are_the_passages_word_for_word_with_all_that_a_citation_needs(
    small_assistant: Assistant,
) -> None:
    report = small_assistant.report("seaweed")
    documents = IpqaRetriever(assistant=small_assistant, k=3).invoke("2024年の出荷量")
    assert len(documents) == 3
    for document in documents:
        place = document.metadata
        assert report.text[place["start"] : place["end"]] == document.page_content
        assert (place["report"], place["title"]) == ("seaweed", "海藻事業の報告")
        assert (place["edition"], place["page"]) == (report.edition, None)
    best = documents[0].metadata
    assert best["section"] == ["第2章 販売"]
    assert {
        "mark": "2",
        "title": "青海水産「年報2024」",
        "url": "https://example.com/report-2024",
        "status": "resolved",
    } in best["sources"]


def test_the_order_and_the_scores_are_those_of_the_search(small_assistant: Assistant) -> None:
    hits = small_assistant.search("南浜の水温", 4)
    documents = IpqaRetriever(assistant=small_assistant, k=4).invoke("南浜の水温")
    assert [(d.id, d.metadata["score"]) for d in documents] == [
        (hit.passage.id, hit.score) for hit in hits
    ]


def test_asked_asynchronously_it_finds_the_same(small_assistant: Assistant) -> None:
    retriever = IpqaRetriever(assistant=small_assistant)

    async def found() -> list[list[str | None]]:
        questions = ("品質管理委員会の構成", "種苗槽の容量")
        results = await asyncio.gather(*(retriever.ainvoke(question) for question in questions))
        return [[document.id for document in documents] for documents in results]

    assert asyncio.run(found()) == [
        [document.id for document in retriever.invoke(question)]
        for question in ("品質管理委員会の構成", "種苗槽の容量")
    ]


def test_metadata_can_be_written_as_json(small_assistant: Assistant) -> None:
    (document,) = IpqaRetriever(assistant=small_assistant, k=1).invoke("出荷量")
    assert json.loads(json.dumps(document.metadata)) == document.metadata


def test_it_stands_in_a_chain(small_assistant: Assistant) -> None:
    retriever = IpqaRetriever(assistant=small_assistant, k=1)
    chain = retriever | RunnableLambda(lambda documents: documents[0].page_content)
    assert "800リットル" in chain.invoke("種苗槽の容量")


def test_only_the_named_reports_are_searched(small_assistant: Assistant) -> None:
    assert IpqaRetriever(assistant=small_assistant, reports=("seaweed",)).invoke("出荷量")
    with pytest.raises(UnknownReport):
        IpqaRetriever(assistant=small_assistant, reports=("無い報告書",)).invoke("出荷量")


def test_it_must_look_for_something(small_assistant: Assistant) -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        IpqaRetriever(assistant=small_assistant, k=0)


def test_without_langchain_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "ipqa.integrations.langchain")
    monkeypatch.setitem(sys.modules, "langchain_core.retrievers", None)
    with pytest.raises(ExtraMissing) as missing:
        __import__("ipqa.integrations.langchain")
    assert "ipqa[langchain]" in missing.value.message("ja")


def test_excerpts_are_what_fits_word_for_word(small_assistant: Assistant) -> None:
    report = small_assistant.report("seaweed")
    retriever = IpqaExcerptRetriever(assistant=small_assistant, characters=200)
    documents = retriever.invoke("2024年の出荷量")
    assert sum(len(document.page_content) + 1 for document in documents) <= 200
    for document in documents:
        place = document.metadata
        assert report.text[place["start"] : place["end"]] == document.page_content
    found = small_assistant.excerpts("2024年の出荷量", 200)
    assert [d.metadata["score"] for d in documents] == [excerpt.score for excerpt in found]
