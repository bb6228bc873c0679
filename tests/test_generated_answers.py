"""Answers that a model words: only what the reports say, and the extractive answer whatever goes wrong."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ipqa.answering.answer import Answer, ClaimVerified, Fault, Mode, Turn
from ipqa.answering.grounding import is_verbatim
from ipqa.assistant import Assistant
from ipqa.errors import ModeUnavailable
from ipqa.settings import Settings
from tests.llm_server import (
    DONE,
    ENDS,
    Head,
    Script,
    Server,
    Step,
    breaks_off_after,
    filtered_after,
    hangs,
    hangs_after,
    refuses,
    repeats,
    says,
    scripted,
    sends,
    status,
    trickles,
)
from tests.parts import build_small_index

QUESTION = "2024年の出荷量は"
SHIPPED = "2024年の出荷量は1,250トンで、前年より8%増えた。"
STARTED = "青海水産は2019年4月に海藻の養殖を始めた。"
GOOD = f"{SHIPPED}[1]"
WRONG = "2024年の出荷量は1,350トンで、前年より8%減った。[1]"

HARBOUR = """\
# 西浦港の報告

西浦港は2022年に冷凍倉庫を三棟増設した。2024年の水揚げ量は3,480トンである。
"""

UNTIMED = {"timings_ms"}
MADE_BY = {"model", "fallback", "dropped_claims"}


def assistant_with(settings: Settings, server: Server, seconds: float = 60.0) -> Assistant:
    """An assistant whose answers a scripted model words."""
    endpoint = {"llm_base_url": server.base_url, "llm_model": "scripted", "llm_seconds": seconds}
    return Assistant.open(settings.model_copy(update=endpoint))


def assert_verbatim(answer: Answer, assistant: Assistant) -> None:
    assert answer.citations
    assert all(is_verbatim(citation, assistant.index.reports) for citation in answer.citations)


def test_an_answer_in_a_models_words_says_who_wrote_it_and_what_was_left_out(
    small_settings: Settings,
) -> None:
    with scripted(says(f"ご質問ありがとうございます。{GOOD}{WRONG}Thank you.")) as server:
        assistant = assistant_with(small_settings, server)
        answer = assistant.ask(QUESTION, mode="generative")
    assert (answer.mode, answer.model, answer.fallback) == ("generative", "scripted", None)
    assert (answer.answered, answer.reason) == (True, None)
    assert [claim.text for claim in answer.claims] == [SHIPPED]
    assert answer.answer == f"{SHIPPED}[1]"
    assert answer.dropped_claims == {"nothing_stated": 1, "figures_differ": 1, "wrong_language": 1}
    assert_verbatim(answer, assistant)


def test_only_what_was_checked_is_in_the_text_of_an_answer(small_settings: Settings) -> None:
    with scripted(says(f"{WRONG}{GOOD}海藻の輸出額は30億円である。[1]")) as server:
        answer = assistant_with(small_settings, server).ask(QUESTION)
    assert "1,350" not in answer.model_dump_json()
    assert "30億円" not in answer.model_dump_json()


def test_a_model_that_tells_its_instructions_is_not_shown(small_settings: Settings) -> None:
    def repeats_what_it_was_told(body: dict[str, Any]) -> Iterable[Step]:
        return says("".join(message["content"] for message in body["messages"]))(body)

    with scripted(repeats_what_it_was_told) as server:
        answer = assistant_with(small_settings, server).ask(QUESTION)
        instructions = server.requests[0]["messages"][0]["content"]
    lines = [line.strip("- ") for line in instructions.splitlines() if line]
    assert len(lines) > 5
    assert not any(line in answer.model_dump_json() for line in lines)


def test_a_model_is_shown_nothing_of_reports_that_may_not_be_read(
    small_settings: Settings, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    shutil.copytree(small_settings.corpus, corpus)
    (corpus / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    settings = build_small_index(corpus, tmp_path / "index")
    asked = "2024年の水揚げ量と出荷量は"
    with scripted(says(GOOD)) as server:
        whole = assistant_with(settings, server)
        for assistant in (whole, whole.limited_to({"seaweed"})):
            assistant.ask(asked)
        of_whole, of_part = (str(request["messages"]) for request in server.requests)
    assert "西浦港" in of_whole
    assert "1,250トン" in of_part
    assert "西浦港" not in of_part
    assert "3,480" not in of_part


def test_generative_is_refused_without_a_model_and_says_how_to_name_one(
    small_assistant: Assistant,
) -> None:
    with pytest.raises(ModeUnavailable) as refused:
        next(iter(small_assistant.stream(QUESTION, mode="generative")))
    for language in ("ja", "en"):
        message = refused.value.message(language)
        assert "IPQA_LLM_BASE_URL" in message
        assert "IPQA_LLM_MODEL" in message


def test_without_a_model_auto_is_extractive(small_assistant: Assistant) -> None:
    answer = small_assistant.ask(QUESTION, mode="auto")
    assert (answer.mode, answer.model, answer.fallback) == ("extractive", None, None)
    assert answer.dropped_claims == {}


@pytest.mark.parametrize("mode", ["auto", "generative"])
def test_a_model_that_is_configured_is_asked_once(small_settings: Settings, mode: Mode) -> None:
    with scripted(says(GOOD)) as server:
        answer = assistant_with(small_settings, server).ask(QUESTION, mode=mode)
        assert len(server.requests) == 1
    assert answer.mode == "generative"


def test_an_extractive_answer_does_not_concern_the_model(
    small_settings: Settings, small_assistant: Assistant
) -> None:
    with scripted(says(GOOD)) as server:
        answer = assistant_with(small_settings, server).ask(QUESTION, mode="extractive")
        assert not server.connected.is_set()
    assert answer.model_dump(exclude=UNTIMED) == small_assistant.ask(QUESTION).model_dump(
        exclude=UNTIMED
    )


def test_suggestions_do_not_concern_the_model(
    small_settings: Settings, small_assistant: Assistant
) -> None:
    with scripted(says(GOOD)) as server:
        suggested = assistant_with(small_settings, server).suggestions()
        assert not server.connected.is_set()
    assert suggested == small_assistant.suggestions() != ()


@pytest.mark.parametrize("question", ["白波水産の出荷量は？", "今日の天気は？"])
def test_what_no_report_mentions_is_declined_without_asking_the_model(
    small_settings: Settings, question: str
) -> None:
    with scripted(says(GOOD)) as server:
        answer = assistant_with(small_settings, server).ask(question, mode="generative")
        assert not server.connected.is_set()
    assert not answer.answered
    assert (answer.mode, answer.model, answer.fallback) == ("extractive", None, None)


FAULTS: dict[str, tuple[Script, Fault]] = {
    "hangs": (hangs(), "llm_timeout"),
    "hangs in the middle": (hangs_after(f"{GOOD}出荷"), "llm_timeout"),
    "trickles": (trickles(GOOD * 9, every=0.1), "llm_timeout"),
    "asks for less": (status(429), "llm_rate_limited"),
    "fails": (status(500), "llm_unreachable"),
    "knows no key": (status(401), "llm_refused"),
    "fails without a word": (sends(Head(502, "text/html")), "llm_unreachable"),
    "cut off at once": (breaks_off_after(""), "llm_unreachable"),
    "cut off after a good sentence": (breaks_off_after(f"{GOOD}出荷量が伸び"), "llm_interrupted"),
    "malformed": (sends(b"data: {not json\n\n"), "llm_nonsense"),
    "malformed after a good sentence": (
        sends(f"{GOOD}出荷", b'data: {"choices": 7}\n\n'),
        "llm_nonsense",
    ),
    "no stream": (
        sends(Head(content_type="text/html"), b"<html><body>login</body></html>"),
        "llm_nonsense",
    ),
    "refuses": (refuses("お答えできません。"), "llm_refused"),
    "filtered": (filtered_after(f"{GOOD}出荷"), "llm_refused"),
    "other language": (says("Shipments came to 1,250 tons in 2024.[1]"), "llm_unsupported"),
    "chatter": (says("承知しました。お答えします。よろしくお願いします。"), "llm_unsupported"),
    "garbage": (says("\ufffd\x00@@##$%^ {}[]()"), "llm_unsupported"),
    "nothing": (sends(ENDS, DONE), "llm_unsupported"),
    "repeats itself": (repeats(WRONG), "llm_unsupported"),
    "says what is not so": (
        says(f"{WRONG}白波水産は2018年に海藻の養殖を始めた。[1]"),
        "llm_unsupported",
    ),
}
FASTEST = 1.0


@pytest.mark.parametrize(("script", "fault"), FAULTS.values(), ids=FAULTS.keys())
def test_whatever_goes_wrong_the_reports_own_words_are_the_answer(
    small_settings: Settings, small_assistant: Assistant, script: Script, fault: Fault
) -> None:
    seconds = FASTEST if fault == "llm_timeout" else 60.0
    with scripted(script) as server:
        assistant = assistant_with(small_settings, server, seconds)
        answer = assistant.ask(QUESTION, mode="generative")
    assert (answer.model, answer.fallback) == ("scripted", fault)
    without = small_assistant.ask(QUESTION).model_dump(exclude=UNTIMED | MADE_BY)
    assert answer.model_dump(exclude=UNTIMED | MADE_BY) == without
    assert answer.claims
    assert_verbatim(answer, assistant)


def test_a_server_that_is_down_leaves_the_reports_own_words(
    small_settings: Settings, small_assistant: Assistant
) -> None:
    with scripted(says(GOOD)) as server:
        assistant = assistant_with(small_settings, server)
    answer = assistant.ask(QUESTION)
    assert (answer.mode, answer.fallback) == ("extractive", "llm_unreachable")
    assert answer.claims == small_assistant.ask(QUESTION).claims


def test_after_an_answer_that_broke_off_the_claims_told_last_are_those_of_the_answer(
    small_settings: Settings,
) -> None:
    with scripted(breaks_off_after(f"{STARTED}[1]出荷量が")) as server:
        *events, answer = assistant_with(small_settings, server).stream(QUESTION)
    assert isinstance(answer, Answer)
    told = [event.claim for event in events if isinstance(event, ClaimVerified)]
    assert told[0].text == STARTED
    assert tuple(told[1:]) == answer.claims
    assert answer.dropped_claims == {}


def test_what_was_left_out_is_counted_when_the_model_is_not_believed(
    small_settings: Settings,
) -> None:
    with scripted(says(WRONG)) as server:
        answer = assistant_with(small_settings, server).ask(QUESTION)
    assert (answer.fallback, answer.dropped_claims) == ("llm_unsupported", {"figures_differ": 1})


def test_a_model_that_failed_is_asked_again_for_the_next_question(small_settings: Settings) -> None:
    with scripted(status(401)) as server:
        assistant = assistant_with(small_settings, server)
        assert assistant.ask(QUESTION).fallback == "llm_refused"
        server.script = says(GOOD)
        assert assistant.ask(QUESTION).fallback is None


def test_a_follow_up_is_sent_as_it_was_understood(small_settings: Settings) -> None:
    with scripted(says(f"{STARTED}[1]")) as server:
        answer = assistant_with(small_settings, server).ask(
            "それはいつ始まりましたか",
            history=[Turn(question="海藻の養殖について教えてください", answer="秘密の答え")],
        )
        (request,) = server.requests
    sent = request["messages"][1]["content"]
    assert answer.interpreted_as is not None
    assert sent.endswith(f"質問: {answer.interpreted_as}")
    assert "海藻の養殖" in answer.interpreted_as
    assert "秘密の答え" not in str(request)
    assert (answer.question, answer.mode) == ("それはいつ始まりましたか", "generative")


def test_a_model_is_shown_only_the_reports_that_are_asked(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    inland = HARBOUR.replace("西浦港", "東谷市場").replace("3,480", "2,910")
    (corpus / "market.md").write_text(inland, encoding="utf-8")
    settings = build_small_index(corpus, tmp_path / "index")
    said = "2024年の水揚げ量は3,480トンである。[1]"
    with scripted(says(said)) as server:
        assistant = assistant_with(settings, server)
        asked = assistant.ask("2024年の水揚げ量は", reports=["harbour"])
        other = assistant.ask("2024年の水揚げ量は", reports=["market"])
        sent, sent_other = (request["messages"][1]["content"] for request in server.requests)
    assert "3,480" in sent
    assert "東谷市場" not in sent
    assert "2,910" not in sent
    assert "西浦港" not in sent_other
    assert {citation.report for citation in asked.citations} == {"harbour"}
    assert asked.mode == "generative"
    assert {citation.report for citation in other.citations} == {"market"}
    assert (other.fallback, other.dropped_claims) == ("llm_unsupported", {"figures_differ": 1})


def test_a_reopened_assistant_asks_the_same_model(small_settings: Settings) -> None:
    with scripted(says(GOOD)) as server:
        answer = assistant_with(small_settings, server).reopened().ask(QUESTION)
    assert (answer.mode, answer.model) == ("generative", "scripted")


def test_a_question_that_leaves_no_room_for_passages_is_answered_without_the_model(
    small_settings: Settings,
) -> None:
    settings = small_settings.model_copy(update={"llm_context": 2048})
    question = f"2024年の出荷量は何トンですか。{'出荷量を詳しく知りたいと考えています。' * 100}"
    with scripted(says(GOOD)) as server:
        answer = assistant_with(settings, server).ask(question[:2000])
        assert not server.connected.is_set()
    assert (answer.mode, answer.fallback) == ("extractive", "llm_unsupported")
    assert answer.claims
