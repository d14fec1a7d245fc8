"""What is typed becomes the event that was meant, or one sentence that says what to type."""

from dataclasses import replace

import pytest

from bot.platforms.terminal.entry import Entry, next_entry
from bot.platforms.terminal.keys import keys_of
from bot.platforms.terminal.meaning import (
    Become,
    Hint,
    Leave,
    Send,
    Show,
    Step,
    View,
    meaning,
    seen,
)
from core.dialogue import (
    AskChoice,
    AskLabels,
    AskOrder,
    AskText,
    Button,
    Command,
    Event,
    Labelled,
    LabelQuestion,
    Ordered,
    Passage,
    Press,
    Say,
    Typed,
    Widget,
)
from core.text import N_

SUBMIT, SKIP = Button("submit:4f:2", N_("Submit")), Button("skip:4f", N_("Skip"))
TEXT = View(AskText(buttons=(SKIP,), task_id=7))
PREVIEW = View(AskChoice(buttons=(SUBMIT, SKIP), task_id=7))
ORDER = View(AskOrder(buttons=(SKIP,), task_id=7, candidates=(Passage("a"),) * 3))
PAIR = View(AskOrder(buttons=(SKIP,), task_id=7, candidates=(Passage("a"),) * 2))
FORM = View(
    AskLabels(
        buttons=(SKIP,),
        task_id=7,
        questions=(
            LabelQuestion("spam", Widget.YES_NO, N_("Spam?"), mandatory=True),
            LabelQuestion("quality", Widget.SCALE, N_("Good?"), (N_("Bad"), N_("Good"))),
            LabelQuestion("pii", Widget.FLAG, N_("Personal data")),
        ),
    )
)


def sent(line: str, view: View) -> Event:
    meant = meaning(line, view)
    assert isinstance(meant, Send)
    return meant.event


def hint(line: str, view: View) -> str:
    meant = meaning(line, view)
    assert isinstance(meant, Hint)
    return str(meant.text)


def stepped(line: str, view: View) -> View:
    meant = meaning(line, view)
    assert isinstance(meant, Step)
    return meant.view


def answered(view: View, **values: float) -> View:
    assert isinstance(view.screen, AskLabels)
    questions = tuple(
        replace(question, value=values.get(question.name)) for question in view.screen.questions
    )
    return replace(view, screen=replace(view.screen, questions=questions))


# ---------------------------------------------------------------- lines that are the same anywhere


@pytest.mark.parametrize("view", [TEXT, PREVIEW, ORDER, FORM, View(Say())])
def test_slash_begins_a_command_on_every_screen(view: View) -> None:
    assert sent("/work", view) == Command("work")
    assert meaning("/quit", view) == Leave()
    assert meaning("/as Ana María", view) == Become("Ana María")
    assert sent("/press submit:1:1", view) == Press("submit:1:1")
    assert meaning("/show", view) == Show(replace(view, revealed=True))


def test_as_without_a_name_is_explained() -> None:
    assert "/as ANNA" in hint("/as", TEXT)


def test_words_after_a_command_are_its_arguments() -> None:
    assert sent("/work  de", TEXT) == Command("work", {"language": "de"})


# ---------------------------------------------------------------- buttons


@pytest.mark.parametrize("line", ["1", "s", "S", " submit:4f:2 "])
def test_a_button_is_pressed_by_number_letter_or_id(line: str) -> None:
    assert sent(line, PREVIEW) == Press("submit:4f:2")


def test_letters_of_buttons_never_clash() -> None:
    letters = [key.letter for key in keys_of(PREVIEW.screen)]

    assert letters == ["s", "k"]


def test_a_button_whose_words_have_no_latin_letter_borrows_one_from_its_verb() -> None:
    (key,) = keys_of(Say(buttons=(Button("submit:1", N_("提交")),)))

    assert key.letter == "s"


def test_more_buttons_than_letters_are_numbered_on() -> None:
    keys = keys_of(Say(buttons=tuple(Button(f"lang:1:{n}", N_("Language")) for n in range(42))))

    assert [key.number for key in keys] == list(range(1, 43))
    assert len({key.letter for key in keys if key.letter}) == 26


@pytest.mark.parametrize("view", [ORDER, FORM])
def test_numbers_press_nothing_where_they_are_answers(view: View) -> None:
    assert all(key.number is None for key in keys_of(view.screen))
    assert sent("s", view) == Press("skip:4f")


# ---------------------------------------------------------------- texts


def test_other_text_is_meant_for_the_task_in_front() -> None:
    assert sent("What is rain?", TEXT) == Typed("What is rain?", 7)
    assert sent("  kept  as it is ", TEXT) == Typed("  kept  as it is ", 7)
    assert sent("hello", View(Say())) == Typed("hello", None)


def test_two_slashes_begin_a_text_that_begins_with_one() -> None:
    assert sent("//etc/passwd is a file", TEXT) == Typed("/etc/passwd is a file", 7)


def test_an_empty_line_asks_again_and_sends_nothing() -> None:
    assert meaning("   ", TEXT) == Step(TEXT)


async def entries(*lines: str) -> list[Entry | None]:
    left = list(lines)

    async def next_line(prompt: str) -> str | None:
        return left.pop(0) if left else None

    found = [await next_entry(next_line, "")]
    while found[-1] is not None:
        found.append(await next_entry(next_line, ""))
    return found[:-1]


async def test_a_backslash_at_the_end_goes_on_in_the_next_line() -> None:
    assert await entries("one\\", "two\\", "three", "next") == [
        Entry("one\ntwo\nthree", is_block=True),
        Entry("next"),
    ]


@pytest.mark.parametrize("lines", [('"""', "/one", "", " two", '"""'), ('"""/one', "", ' two"""')])
async def test_lines_between_three_quotes_are_taken_as_they_are(lines: tuple[str, ...]) -> None:
    assert await entries(*lines, "next") == [Entry("/one\n\n two", is_block=True), Entry("next")]


async def test_one_line_in_three_quotes_is_a_text_whatever_it_looks_like() -> None:
    assert await entries('"""/work"""') == [Entry("/work", is_block=True)]


async def test_a_block_cut_short_by_the_end_is_entered_as_far_as_it_goes() -> None:
    assert await entries('"""', "one") == [Entry("one", is_block=True, is_last=True)]
    assert await entries("one\\") == [Entry("one", is_block=True, is_last=True)]


# ---------------------------------------------------------------- orders


@pytest.mark.parametrize(
    ("line", "groups"),
    [
        ("2 1=3", ((1,), (0, 2))),
        ("2 1 3", ((1,), (0,), (2,))),
        ("2, 1, 3", ((1,), (0,), (2,))),
        ("2>1 = 3", ((1,), (0, 2))),
        ("2 1", ((1,), (0,), (2,))),
        ("1=2", ((0, 1), (2,))),
        ("=", ((0, 1, 2),)),
        ("1=2=3", ((0, 1, 2),)),
    ],
)
def test_an_order_is_typed_best_first_with_ties(
    line: str, groups: tuple[tuple[int, ...], ...]
) -> None:
    assert sent(line, ORDER) == Ordered(7, groups)


def test_all_bad_needs_no_order_but_may_have_one() -> None:
    assert sent("bad", ORDER) == Ordered(7, (), all_bad=True)
    assert sent("2 1=3 bad", ORDER) == Ordered(7, ((1,), (0, 2)), all_bad=True)


def test_of_two_replies_the_better_one_is_enough() -> None:
    assert sent("2", PAIR) == Ordered(7, ((1,), (0,)))
    assert sent("=", PAIR) == Ordered(7, ((0, 1),))


def test_an_order_can_be_given_step_by_step_and_begun_again() -> None:
    first = stepped("3", ORDER)

    assert sent("1", first) == Ordered(7, ((2,), (0,), (1,)))
    assert stepped("0", first) == ORDER


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("4", "There is no reply 4 here."),
        ("0 1", "There is no reply 0 here."),
        ("2 2", "Reply 2 is named twice."),
        ("best is two", "I did not understand this order."),
        ("1==2", "I did not understand this order."),
        ("²", "I did not understand this order."),
        ("99999999999999999999999", "I did not understand this order."),
    ],
)
def test_a_wrong_order_is_explained_in_one_sentence(line: str, said: str) -> None:
    assert said in hint(line, ORDER)


# ---------------------------------------------------------------- labels


def test_each_label_is_asked_in_turn_and_sent_at_once() -> None:
    assert sent("n", FORM) == Labelled(7, {"spam": 0.0}, done=False)
    assert sent("4", answered(FORM, spam=0.0)) == Labelled(7, {"quality": 0.75}, done=False)
    assert sent("y", answered(FORM, spam=0.0, quality=0.75)) == Labelled(7, {"pii": 1.0})


def test_a_verdict_of_spam_needs_no_more() -> None:
    assert sent("y", FORM) == Labelled(7, {"spam": 1.0})
    assert sent("spam", FORM) == Labelled(7, {"spam": 1.0})


def test_a_question_left_open_is_absent_from_the_answer() -> None:
    at_pii = stepped("", answered(FORM, spam=0.0))

    assert at_pii.question is not None
    assert at_pii.question.name == "pii"
    assert sent("", at_pii) == Labelled(7, {})


def test_a_mandatory_question_cannot_be_left_open() -> None:
    assert hint("", FORM) == "This question needs an answer."
    assert "Spam?" in hint("done", FORM)


def test_a_whole_form_goes_into_one_line() -> None:
    assert sent("spam=0 quality=4", FORM) == Labelled(7, {"spam": 0.0, "quality": 0.75})
    assert sent("spam=n qual=1 pii", FORM) == Labelled(7, {"spam": 0.0, "quality": 0.0, "pii": 1.0})


def test_a_line_without_the_mandatory_labels_is_a_part() -> None:
    assert sent("quality=5", FORM) == Labelled(7, {"quality": 1.0}, done=False)


def test_an_answer_can_be_taken_back() -> None:
    assert sent("<", answered(FORM, spam=0.0)) == Labelled(7, {"spam": None}, done=False)
    assert sent("spam=n quality=-", FORM) == Labelled(7, {"spam": 0.0, "quality": None})
    assert stepped("<", stepped("", answered(FORM, spam=0.0))) == answered(FORM, spam=0.0)
    assert hint("<", FORM) == "This is the first question."


@pytest.mark.parametrize(
    ("line", "view", "said"),
    [
        ("maybe", FORM, "spam is answered with y or n."),
        ("7", answered(FORM, spam=0.0), "quality is answered with 1 to 5."),
        ("y", answered(FORM, spam=0.0), "quality is answered with 1 to 5."),
        ("spam=n quality=0.5", FORM, "quality is answered with 1 to 5."),
        ("quality", FORM, "quality is answered with 1 to 5."),
        ("length=3", FORM, "does not ask about length, only about spam, quality, pii."),
        ("=", FORM, "spam is answered with y or n."),
    ],
)
def test_a_wrong_label_is_explained_in_one_sentence(line: str, view: View, said: str) -> None:
    assert said in hint(line, view)


def test_questions_passed_over_stay_so_while_the_form_goes_on() -> None:
    passed = stepped("", answered(FORM, spam=0.0))
    again = seen(passed, answered(FORM, spam=0.0, pii=1.0).screen)
    other = seen(passed, replace(FORM.screen, task_id=8))

    assert again.question is None
    assert other.question is not None
    assert other.question.name == "spam"


def test_what_is_typed_of_an_order_does_not_leak_into_the_next() -> None:
    begun = stepped("3", ORDER)

    assert seen(begun, ORDER.screen) == ORDER
