"""The grade orders texts as a fair reader would."""

import random
from collections.abc import Iterator
from itertools import combinations

import pytest

from bot.campaign.corpus import Corpus, FollowUp, Prompt
from bot.campaign.grade import grade, polite, relevant
from bot.campaign.templates import templated_follow_up, templated_prompts, templated_reply

BREAD = "How do I start baking bread?"
GOOD = "I am happy to help with bread. Good bread needs time more than work. I hope this helps!"
CURT = "So, bread. Good bread needs time more than work. That is all."
STRAY = "I am happy to help. In chess, look before you move. I hope this helps!"
STRAY_CURT = "Well. In chess, look at what your opponent wants. That is all."
ACCEPTABLE = 0.35


def asked_texts(corpus: Corpus) -> Iterator[Prompt | FollowUp]:
    for language in corpus.languages():
        for prompt in corpus.prompts(language):
            yield from prompt.asked


def unmarked(text: str) -> str:
    """The same words as a text that the corpus does not know."""
    return f"{text} …"


def test_corpus_replies_are_graded_as_marked() -> None:
    for asked in asked_texts(Corpus.load()):
        for reply in asked.replies:
            assert grade(asked.text, f"  {reply.text}\n\n") == reply.quality


def test_a_good_reply_under_another_prompt_is_poor() -> None:
    first, second = Corpus.load().prompts("en")[:2]

    assert grade(second.text, first.replies[0].text) < ACCEPTABLE
    assert grade(BREAD, first.replies[0].text) < ACCEPTABLE


def test_prompts_and_follow_ups_are_good_where_they_belong() -> None:
    for prompt in (p for lang in Corpus.load().languages() for p in Corpus.load().prompts(lang)):
        assert grade("", prompt.text) > 0.8
        for follow_up in prompt.follow_ups:
            assert grade(prompt.replies[0].text, follow_up.text) > 0.8


def test_spam_is_below_everything_acceptable() -> None:
    corpus = Corpus.load()
    worst = min(
        reply.quality
        for asked in asked_texts(corpus)
        for reply in asked.replies
        if reply.quality >= ACCEPTABLE
    )
    for language in corpus.languages():
        prompt = corpus.prompts(language)[0].text
        for spam in corpus.spam(language):
            for place in ("", prompt, BREAD):
                assert grade(place, spam.text) < 0.05 < worst


def test_templated_replies_are_ordered_by_the_rule() -> None:
    grades = [grade(BREAD, text) for text in (GOOD, CURT, STRAY, STRAY_CURT)]

    assert grades == pytest.approx([1.0, 0.7, 0.4, 0.1])


def test_generated_replies_get_two_points_for_relevance_and_one_for_politeness() -> None:
    rng = random.Random(0)
    for prompt in rng.sample(templated_prompts(), 300):
        for asked in (prompt, templated_follow_up(prompt, rng)):
            reply = templated_reply(asked, rng)
            points = 2 * relevant(asked, reply) + polite(reply)

            assert grade(asked, reply) <= 0.1 + 0.3 * points + 1e-9
            assert grade(asked, reply) >= 0.6 * (0.1 + 0.3 * points)


@pytest.mark.parametrize(
    "worse",
    [
        "",
        "  \n ",
        "…!?",
        BREAD,
        "bread",
        "bread bread bread bread bread bread bread bread bread bread bread bread.",
        "I am happy to help with bread. I hope this helps! I hope this helps! I hope this helps! "
        "I hope this helps! I hope this helps! I hope this helps!",
        "I am happy to help with bread. Good bread needs time more than",
        "So, bread, chess, tea, guitar, knitting, camping and chess, tea, guitar. Chess!",
        "Hello! Is baking bread expensive?",
    ],
)
def test_empty_short_repeated_unended_or_parroted_texts_lose(worse: str) -> None:
    assert grade(BREAD, worse) < grade(BREAD, CURT) < grade(BREAD, GOOD)


def test_repeating_more_costs_more() -> None:
    grades = [grade(BREAD, GOOD + " Good luck with bread!" * times) for times in (0, 3, 8, 20)]

    assert grades == sorted(grades, reverse=True)
    assert grades[-1] < 0.1


def test_a_model_that_garbles_some_words_is_still_judged() -> None:
    text = "Thank you for asking about bread! Bread is a chain of the dough small work. Good luck!"

    assert grade(BREAD, text) == pytest.approx(1.0)
    assert relevant(BREAD, text)
    assert polite(text)


def test_rude_words_spoil_politeness() -> None:
    assert polite("Thank you for asking.")
    assert not polite("Thank you, lazy idiot.")
    assert not polite("Do what you like.")
    assert not polite("The hopeless thankless thing.")


def test_naming_other_topics_more_often_is_not_relevant() -> None:
    assert relevant(BREAD, "A loaf is a loaf.")
    assert not relevant(BREAD, "Bread? Chess, chess puzzles and chess games.")
    assert not relevant("How do I start brewing tea?", "The team will teach you steam.")


def test_templated_questions_begin_trees_and_follow_replies_on_their_topic() -> None:
    follow_up = "Is there a risk in baking bread?"

    assert grade("", BREAD) > 0.8
    assert grade(GOOD, follow_up) > 0.8
    assert grade(STRAY, follow_up) < 0.5


@pytest.mark.parametrize("language", Corpus.load().languages())
def test_unmarked_texts_are_guessed_better_than_chance_in_every_language(language: str) -> None:
    right = total = 0
    for asked in Corpus.load().prompts(language):
        for better, worse in combinations(asked.replies, 2):
            total += 1
            guess = (
                grade(asked.text, unmarked(better.text)),
                grade(asked.text, unmarked(worse.text)),
            )
            right += guess[0] > guess[1]

    assert right / total > 0.7


def test_unmarked_texts_fit_their_own_prompt_better_than_another() -> None:
    asked = list(asked_texts(Corpus.load()))
    right = 0
    for one, other in zip(asked, asked[5:] + asked[:5], strict=True):
        fits = grade(one.text, unmarked(one.replies[0].text))
        stray = grade(one.text, unmarked(other.replies[0].text))
        right += fits > stray

    assert right / len(asked) > 0.7


def test_unmarked_texts_are_neither_damned_nor_praised() -> None:
    text = "Bake it longer with a lid, then let the loaf cool for an hour before you cut it."
    advert = "Buy cheap bread now!!! www.bread.example"

    assert 0.2 < grade("Why is my loaf so dense?", text) < 0.8
    assert grade("Why is my loaf so dense?", advert) < 0.05
    assert grade("", "How do I mend a bicycle tyre on the road?") > 0.2


def test_every_grade_lies_between_zero_and_one() -> None:
    hostile = ["\x00", "a" * 100_000, "👍" * 50, "{doing}", "'; DROP TABLE message; --", "\ud800"]
    for prompt in ("", BREAD, "Why?"):
        for text in hostile:
            assert 0 <= grade(prompt, text) <= 1
