"""A question, its answer, and each sentence of it in the report."""

import pytest
from playwright.sync_api import Page, expect

from ipqa.assistant import Assistant
from tests.browser.watching import ask

QUESTIONS = [
    "ASSBはいつ実用化しますか",
    "トヨタの公開件数は？",
    "表2のリスクを教えて",
    "知的財産専門支援委員会のメンバーは？",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_citation_opens_the_sentence_that_it_quotes(
    page: Page, question: str, corpus_assistant: Assistant
) -> None:
    answer = corpus_assistant.ask(question)
    turn = ask(page, question)
    opened = turn.locator(".citation-open")
    expect(opened).to_have_count(len(answer.citations))
    for citation, button in zip(answer.citations, opened.all(), strict=True):
        button.click()
        marks = page.locator("report-reader mark")
        expect(marks.first).to_be_in_viewport()
        highlighted = marks.evaluate_all("marks => marks.map(mark => mark.textContent).join('')")
        assert highlighted.strip() == citation.quote.strip()
