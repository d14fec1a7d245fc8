"""The corpus holds what the campaign promises, in the languages it promises."""

import re
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import FrozenInstanceError

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from bot.campaign.corpus import Corpus, Prompt, Reply, SpamKind, one_line

PROMISED = {"en": 50, "es": 25, "de": 20, "fr": 20, "zh": 15, "ar": 15, "ru": 15}
SCRIPTS = {"zh": "CJK", "ar": "ARABIC", "ru": "CYRILLIC"}
FOREIGN = ["fa", "it", "ja", "ko", "nl", "pl", "pt", "sv", "tr", "uk"]
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus.load()


def detector(languages: list[str]) -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(languages)
    return identifier


def every_prompt(corpus: Corpus) -> Iterator[Prompt]:
    for language in corpus.languages():
        yield from corpus.prompts(language)


def every_reply_list(corpus: Corpus) -> Iterator[tuple[Reply, ...]]:
    for prompt in every_prompt(corpus):
        yield from (asked.replies for asked in prompt.asked)


def texts_of(prompt: Prompt) -> Iterator[str]:
    for asked in prompt.asked:
        yield asked.text
        yield from (reply.text for reply in asked.replies)


def every_text(corpus: Corpus) -> Iterator[str]:
    for prompt in every_prompt(corpus):
        yield from texts_of(prompt)
    for language in corpus.languages():
        yield from (spam.text for spam in corpus.spam(language))


def test_each_language_holds_as_many_prompts_as_promised(corpus: Corpus) -> None:
    counts = {language: len(corpus.prompts(language)) for language in corpus.languages()}

    assert counts.keys() == PROMISED.keys()
    assert all(counts[language] >= least for language, least in PROMISED.items())
    assert sum(counts.values()) >= 160


def test_every_prompt_has_four_replies_of_at_least_three_qualities(corpus: Corpus) -> None:
    for prompt in every_prompt(corpus):
        qualities = [reply.quality for reply in prompt.replies]

        assert len(qualities) >= 4, prompt.text
        assert len({round(quality, 1) for quality in qualities}) >= 3, prompt.text
        assert qualities[0] >= 0.85, prompt.text
        assert qualities[-1] <= 0.2, prompt.text


def test_three_of_five_prompts_go_on_with_a_follow_up_and_three_replies(corpus: Corpus) -> None:
    prompts = list(every_prompt(corpus))
    followed = [prompt for prompt in prompts if prompt.follow_ups]

    assert len(followed) >= 0.6 * len(prompts)
    for prompt in followed:
        for follow_up in prompt.follow_ups:
            assert len({reply.quality for reply in follow_up.replies}) >= 3, follow_up.text


def test_every_language_has_spam_of_every_kind(corpus: Corpus) -> None:
    for language in corpus.languages():
        kinds = Counter(spam.kind for spam in corpus.spam(language))

        assert kinds.keys() == set(SpamKind)
        assert kinds[SpamKind.WRONG_LANGUAGE] >= 8
        assert kinds.total() - kinds[SpamKind.WRONG_LANGUAGE] >= 8


def test_no_text_occurs_twice(corpus: Corpus) -> None:
    counts = Counter(one_line(text).casefold() for text in every_text(corpus))

    assert [text for text, count in counts.items() if count > 1] == []


def test_texts_are_clean_and_of_readable_length(corpus: Corpus) -> None:
    for text in every_text(corpus):
        controls = [sign for sign in text if unicodedata.category(sign) in {"Cc", "Cs"}]

        assert set(controls) <= {"\n", "\t"}, text
        assert text == text.strip()
        assert 0 < len(text) <= 2_000
        assert text.count("```") % 2 == 0, text


def test_qualities_lie_between_zero_and_one_best_first(corpus: Corpus) -> None:
    for replies in every_reply_list(corpus):
        qualities = [reply.quality for reply in replies]

        assert qualities == sorted(qualities, reverse=True)
        assert all(0 <= quality <= 1 for quality in qualities)


def test_texts_are_written_in_their_language(corpus: Corpus) -> None:
    identifier = detector(list(PROMISED))
    strays = []
    seen = 0
    for language in PROMISED:
        for text in (text for prompt in corpus.prompts(language) for text in texts_of(prompt)):
            words = CODE.sub(" ", text)
            if len(words) >= 20:
                seen += 1
                guess, _ = identifier.classify(words)
                strays += [(language, guess, text)] if guess != language else []

    assert seen > 900
    assert len(strays) <= 3, strays


def test_wrong_language_texts_are_in_another_language(corpus: Corpus) -> None:
    identifier = detector([*PROMISED, *FOREIGN])
    for language in corpus.languages():
        wrong = [s.text for s in corpus.spam(language) if s.kind is SpamKind.WRONG_LANGUAGE]

        assert [text for text in wrong if identifier.classify(text)[0] == language] == []


@pytest.mark.parametrize("language", SCRIPTS)
def test_prompts_use_the_script_of_their_language(corpus: Corpus, language: str) -> None:
    for prompt in corpus.prompts(language):
        names = [unicodedata.name(sign) for sign in prompt.text if sign.isalpha()]
        own = sum(name.startswith(SCRIPTS[language]) for name in names)

        assert own > len(names) / 2, prompt.text


def test_some_replies_hold_code_and_some_hold_lists(corpus: Corpus) -> None:
    texts = [reply.text for replies in every_reply_list(corpus) for reply in replies]

    assert sum("```" in text for text in texts) >= 20
    assert sum(bool(re.search(r"^(- |1\. )", text, re.MULTILINE)) for text in texts) >= 40


def test_a_good_reply_is_followed_up_and_a_poor_one_is_not(corpus: Corpus) -> None:
    prompt = next(prompt for prompt in every_prompt(corpus) if prompt.follow_ups)

    assert corpus.follow_ups(prompt.text, prompt.replies[0].text) == prompt.follow_ups
    assert corpus.follow_ups(prompt.text, prompt.replies[-1].text) == ()
    assert corpus.follow_ups("What is this?", prompt.replies[0].text) == ()


def test_replies_are_found_for_prompts_and_follow_ups_whatever_the_white_space(
    corpus: Corpus,
) -> None:
    prompt = next(prompt for prompt in every_prompt(corpus) if prompt.follow_ups)
    follow_up = prompt.follow_ups[0]

    assert corpus.replies(f"  {prompt.text}\n") == prompt.replies
    assert corpus.replies(follow_up.text) == follow_up.replies
    assert corpus.replies("Never written") == ()


def test_an_unknown_language_has_nothing(corpus: Corpus) -> None:
    assert corpus.prompts("tlh") == ()
    assert corpus.spam("tlh") == ()


def test_texts_cannot_be_changed(corpus: Corpus) -> None:
    with pytest.raises(FrozenInstanceError):
        corpus.prompts("en")[0].text = "another"  # type: ignore[misc]


def test_loading_waits_for_the_first_call_and_is_quick() -> None:
    script = (
        "import time, bot.campaign.corpus as c;"
        "idle = c._shipped.cache_info().currsize; start = time.process_time();"
        "c.Corpus.load(); print(idle, time.process_time() - start)"
    )

    runs = [
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(3)
    ]

    assert {idle for idle, _ in runs} == {"0"}
    assert min(float(seconds) for _, seconds in runs) < 0.05


def test_loading_again_costs_nothing(corpus: Corpus) -> None:
    start = time.process_time()

    assert Corpus.load() is corpus
    assert time.process_time() - start < 0.01
