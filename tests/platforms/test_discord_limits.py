"""No text, in any language, makes a message or a form that Discord refuses, and none is cut."""

import re
from dataclasses import replace

from fakes.discord_rules import broken_rules
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogs.forms import form_count, label_form
from cogs.pages import contents, packed
from cogs.render import MOST_MESSAGES, messages, reader_page
from cogs.writing import text_form
from core.dialogue import (
    AskChoice,
    AskLabels,
    AskOrder,
    AskText,
    Attachment,
    Button,
    Emphasis,
    LabelQuestion,
    Passage,
    Say,
    Screen,
    Table,
    Widget,
    press,
)
from core.labels import LABELS
from core.languages import LANGUAGES
from core.model import TaskKind
from core.text import N_, Text
from locales import PSEUDO, PSEUDO_RTL

FLAG_V2 = 1 << 15
ISOLATES = re.compile("[\u2066-\u2069]")

languages = st.sampled_from([*LANGUAGES, PSEUDO, PSEUDO_RTL])
signs = st.one_of(
    st.sampled_from("*_`\\|<#@-1.\n 😀\u05d0\u0627\u2067\u2069\u202e中"),
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
)
short = st.text(signs, min_size=1, max_size=30)


@st.composite
def long_texts(draw: st.DrawFn) -> str:
    """Texts up to the longest that is stored, without drawing every sign of them."""
    seed = draw(st.text(signs, min_size=1, max_size=60))
    return (seed * (draw(st.integers(1, 4000)) // len(seed) + 1))[:4000]


def passages(most: int) -> st.SearchStrategy[tuple[Passage, ...]]:
    one = st.builds(
        Passage,
        text=long_texts(),
        heading=st.one_of(st.none(), st.just(N_("Assistant")), sentences()),
        in_focus=st.booleans(),
        sensitive=st.booleans(),
    )
    return st.lists(one, max_size=most).map(tuple)


def sentences() -> st.SearchStrategy[Text]:
    return st.builds(lambda words: N_("Say “{words}” again.", words=words), words=long_texts())


def buttons(most: int) -> st.SearchStrategy[tuple[Button, ...]]:
    labels = st.one_of(st.just(N_("Skip")), sentences())
    one = st.builds(lambda label, how: (label, how), labels, st.sampled_from(Emphasis))
    return st.lists(one, max_size=most).map(
        lambda pairs: tuple(
            Button(press("skip", 2**62, number), label, how)
            for number, (label, how) in enumerate(pairs)
        )
    )


common = {
    "title": st.one_of(st.none(), sentences()),
    "body": st.lists(sentences(), max_size=3).map(tuple),
    "notes": st.lists(sentences(), max_size=2).map(tuple),
    "language": languages,
    "refused": st.booleans(),
    "error_id": st.one_of(st.none(), st.just("4f2a")),
}
tables = st.builds(
    lambda rows: Table((N_("Place"), N_("Name")), tuple(rows), own_row=0 if rows else None),
    st.lists(st.tuples(short, sentences()), max_size=20),
)
tasks = {"task_id": st.integers(1, 2**62), "kind": st.sampled_from(TaskKind)}
saying = st.one_of(
    st.builds(Say, passages=passages(3), buttons=buttons(45),
              table=st.one_of(st.none(), tables), **common),
    st.builds(AskChoice, passages=passages(2), buttons=buttons(45), **common),
)  # fmt: skip
asking = st.one_of(
    st.builds(AskText, passages=passages(5), buttons=buttons(3), field_label=sentences(),
              draft=st.one_of(st.just(""), long_texts()), again=st.just(press("edit", 2**62)),
              placeholder=st.one_of(st.none(), sentences()),
              min_length=st.integers(0, 20), max_length=st.integers(1, 4000),
              **common, **tasks),
    st.builds(AskLabels, passages=passages(4), buttons=buttons(4),
              questions=st.just(tuple(
                  LabelQuestion(label.name, label.widget, label.question, label.ends)
                  for label in LABELS.values())),
              **common, **tasks),
)  # fmt: skip
ranking = st.builds(
    AskOrder, passages=passages(2), buttons=buttons(4),
    candidates=st.lists(
        st.builds(Passage, text=long_texts(), heading=st.one_of(st.none(), sentences())),
        min_size=2, max_size=10,
    ).map(tuple),
    **common, **tasks,
)  # fmt: skip
reading = st.one_of(asking, ranking)
screens = st.one_of(saying, reading)
slow = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))


def payload(card) -> dict:
    return {
        "components": card.to_components(),
        "flags": FLAG_V2,
        "allowed_mentions": {"parse": []},
    }


def shown(parts) -> str:
    """The foreign text on some messages, put together again."""
    quoted = ""
    for part in parts:
        for block in part.page:
            quote = block.markdown.partition(">>> ")[2]
            quoted += re.sub(r"\\([^0-9A-Za-z\s])", r"\1", quote)
    return ISOLATES.sub("", quoted)


def meant(screen: Screen) -> str:
    candidates = screen.candidates if isinstance(screen, AskOrder) else ()
    whole = "".join(p.text for p in (*screen.passages, *candidates))
    return ISOLATES.sub("", re.sub("[\x80-\x9f]", "\ufffd", re.sub("\r\n?", "\n", whole)))


@slow
@given(screens)
def test_every_screen_makes_messages_that_discord_takes(screen):
    for message in messages(screen):
        assert broken_rules("message", payload(message.card())) == []


@slow
@given(reading)
def test_a_screen_shows_every_text_whole_or_offers_to_read_it_page_by_page(screen):
    parts = messages(screen)
    ids = [part.get("custom_id") for part in walked(parts[-1].card().to_components())]
    reader = [raw for raw in ids if raw and raw.startswith("g1:r:")]
    if reader:
        assert len(parts) <= MOST_MESSAGES
        parts = [reader_page(screen, number) for number in range(page_count(screen))]

    assert shown(parts) == meant(screen)


@slow
@given(reading)
def test_every_page_of_the_reader_is_a_message_that_discord_takes(screen):
    count = page_count(screen)
    for number in range(min(count, 3)):
        card = reader_page(screen, number).card()
        assert broken_rules("message", payload(card)) == []


@slow
@given(asking)
def test_every_form_is_one_that_discord_takes(screen):
    if isinstance(screen, AskText):
        assert broken_rules("form", text_form(screen).to_dict()) == []
    if isinstance(screen, AskLabels):
        for number in range(form_count(screen)):
            assert broken_rules("form", label_form(screen, number).to_dict()) == []


def test_a_screen_with_a_file_shows_it():
    file = Attachment("my-data.json", b"{}", N_("Everything about you"))

    (message,) = messages(Say(body=(N_("Here it is."),), attachment=file))

    assert [part for part in message.card().to_components() if part["type"] == 13]
    assert message.files()[0].filename == "my-data.json"


def test_a_thread_too_long_for_a_few_messages_is_read_page_by_page():
    screen = AskText(
        passages=tuple(Passage(f"{number} " + "long " * 790, N_("User")) for number in range(8)),
        task_id=7,
        kind=TaskKind.ASSISTANT_REPLY,
    )

    (card,) = messages(screen)

    assert "g1:r:7:0:n" in str(card.card().to_components())
    everything = [reader_page(screen, number) for number in range(page_count(screen))]
    assert shown(everything) == meant(screen)


def test_all_42_languages_are_menus_rather_than_buttons():
    choices = tuple(
        Button(press("lang", None, entry.code), N_("{language}", language=entry.own_name))
        for entry in LANGUAGES.values()
    )

    (message,) = messages(AskChoice(buttons=choices))

    menus = [part for part in walked(message.card().to_components()) if part["type"] == 3]
    assert [len(menu["options"]) for menu in menus] == [25, 17]


def test_only_questions_of_the_task_are_in_the_forms():
    questions = (
        LabelQuestion("spam", Widget.YES_NO, N_("Spam?"), value=0.0),
        LabelQuestion("quality", Widget.SCALE, N_("Good?"), value=0.5),
    )
    screen = AskLabels(questions=questions, task_id=3)

    form = label_form(screen, 0).to_dict()

    assert form_count(screen) == 1
    assert [part["component"]["custom_id"] for part in form["components"]] == ["v:quality"]
    assert "Done" in str(messages(screen)[0].card().to_components())
    fresh = replace(screen, questions=(replace(questions[0], value=None), questions[1]))
    assert "Not spam" in str(messages(fresh)[0].card().to_components())


def page_count(screen: Screen) -> int:
    """How many pages the reader has."""
    candidates = screen.candidates if isinstance(screen, AskOrder) else ()
    return len(packed(contents(screen, candidates)))


def walked(components: list[dict]) -> list[dict]:
    return [inner for part in components for inner in (part, *walked(part.get("components", [])))]
