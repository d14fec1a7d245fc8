"""Templated conversations are many, reproducible and follow their rule."""

import random
from collections import Counter

import pytest

from bot.campaign.corpus import Corpus
from bot.campaign.grade import POLITE_WORDS, polite, relevant
from bot.campaign.templates import (
    FOLLOW_UPS,
    QUESTIONS,
    template_of,
    templated_follow_up,
    templated_prompt,
    templated_prompts,
    templated_reply,
)
from bot.campaign.topics import TOPICS, mentions, words_of


def conversations(seed: int, number: int) -> list[tuple[str, str, str, str]]:
    rng = random.Random(seed)
    told = []
    for _ in range(number):
        prompt = templated_prompt(rng)
        reply = templated_reply(prompt, rng)
        follow_up = templated_follow_up(prompt, rng)
        told.append((prompt, reply, follow_up, templated_reply(follow_up, rng)))
    return told


def test_there_are_prompts_for_more_than_six_hundred_trees() -> None:
    assert len(TOPICS) == 12
    assert len(set(templated_prompts())) == len(templated_prompts()) >= 600


def test_the_same_seed_tells_the_same_conversations() -> None:
    assert conversations(7, 50) == conversations(7, 50)
    assert conversations(7, 50) != conversations(8, 50)


def test_prompts_and_follow_ups_are_recognised_with_their_topic() -> None:
    for prompt, _, follow_up, _ in conversations(1, 200):
        topic = template_of(prompt)

        assert topic is not None
        assert topic in prompt.lower()
        assert template_of(f" {follow_up}\n") == topic


def test_other_texts_are_not_taken_for_templates() -> None:
    corpus_prompts = [prompt.text for prompt in Corpus.load().prompts("en")]

    assert [text for text in corpus_prompts if template_of(text)] == []
    assert template_of("") is None
    assert template_of("I like bread and chess.") is None
    assert [reply for _, reply, _, _ in conversations(2, 200) if template_of(reply)] == []


def test_replying_to_a_foreign_prompt_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match="What is love"):
        templated_reply("What is love?", random.Random(0))


def test_every_topic_has_one_name_in_its_own_words_alone() -> None:
    names = Counter(word for topic in TOPICS for word in topic.words)

    assert max(names.values()) == 1
    assert all(topic.name in words_of(topic.doing) for topic in TOPICS)


def test_facts_mention_their_own_topic_alone_and_take_no_side_on_politeness() -> None:
    for topic in TOPICS:
        for fact in topic.facts:
            words = words_of(fact)
            mentioned = {name for name, count in mentions(words).items() if count}

            assert mentioned == {topic.name}, fact
            assert not POLITE_WORDS & set(words), fact


def test_answers_hold_the_topic_and_no_politeness() -> None:
    for answer in (*QUESTIONS.values(), *FOLLOW_UPS.values()):
        assert "{doing}" in answer
        assert not POLITE_WORDS & set(words_of(answer))


def test_three_of_four_replies_are_relevant_and_half_are_polite() -> None:
    pairs = [
        pair
        for prompt, reply, follow_up, answer in conversations(3, 2_000)
        for pair in ((prompt, reply), (follow_up, answer))
    ]

    assert sum(relevant(*pair) for pair in pairs) / len(pairs) == pytest.approx(0.75, abs=0.03)
    assert sum(polite(reply) for _, reply in pairs) / len(pairs) == pytest.approx(0.5, abs=0.03)


def test_replies_are_short_enough_for_a_small_model() -> None:
    lengths = [len(words_of(reply)) for _, reply, _, _ in conversations(4, 1_000)]

    assert max(lengths) <= 36
    assert len(set(lengths)) > 12


def test_replies_vary() -> None:
    rng = random.Random(5)
    prompt = templated_prompts()[0]

    assert len({templated_reply(prompt, rng) for _ in range(200)}) > 100
