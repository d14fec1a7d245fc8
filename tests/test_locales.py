"""Words reach people in their language; the linter catches what would spoil them on the way."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.messages.catalog import Catalog

from core.commands import COMMANDS
from core.languages import LANGUAGES
from core.text import N_, P_, Nn_, Text, placeholders
from locales import PSEUDO, PSEUDO_RTL, command_name, is_rtl, say, say_all
from locales.__main__ import main
from locales.catalogues import catalogue_file, translations, write_catalogue
from locales.extract import COMPLETE, extracted, update_all, updated, write_template
from locales.lint import lint, lint_catalogue
from locales.plurals import form_count, form_of, plural_forms
from locales.sources import source_problems

HELLO = N_("Hello {name}")
REPLIES = Nn_("{count} reply", "{count} replies", 2)
MAY = P_("month", "May")
WORK = P_("command-name", "work")
SKIP = P_("command-name", "skip")
MADRID = ZoneInfo("Europe/Madrid")


def template_of(*texts: Text, comments: tuple[str, ...] = ()) -> Catalog:
    template = Catalog(charset="utf-8")
    for text in texts:
        words = (text.key, text.plural) if text.plural else text.key
        template.add(words, context=text.context, auto_comments=comments)
    return template


def translate(folder: Path, name: str, template: Catalog, *said: tuple[Text, object]) -> None:
    """Write a catalogue in which these sentences are said so."""
    catalog = updated(template, name, folder)
    for text, words in said:
        catalog.get(text.key, text.context).string = words
    write_catalogue(catalogue_file(name, folder), catalog, name)


@pytest.fixture
def speak(tmp_path, monkeypatch):
    """Catalogues with a few sentences; `say` reads them."""
    template = template_of(HELLO, REPLIES, MAY, N_("May"), N_("Yes"))
    german = [
        (HELLO, "Hallo {name}"),
        (REPLIES, ("{count} Antwort", "{count} Antworten")),
        (MAY, "Mai"),
        (N_("May"), "Darf"),
    ]
    translate(tmp_path, "de", template, *german)
    translate(tmp_path, "bar", template, (HELLO, "Servus {name}"))
    translate(tmp_path, "fr", template, (HELLO, "Bonjour {nom}"))
    arabic = ("لا رد", "رد واحد", "ردان", "{count} ردود", "{count} ردا", "{count} رد")
    translate(tmp_path, "ar", template, (HELLO, "مرحبا {name}"), (REPLIES, arabic))
    monkeypatch.setattr("locales.translations", partial(translations, folder=tmp_path))
    return say


# Saying


def test_a_sentence_is_said_in_the_language_asked_for(speak):
    assert speak(N_("Hello {name}", name="Ada"), "de") == "Hallo Ada"


def test_what_nobody_translated_is_said_in_english(speak):
    assert speak(N_("Yes"), "de") == "Yes"
    assert speak(N_("Hello {name}", name="Ada"), "ja") == "Hello Ada"
    assert speak(N_("Hello {name}", name="Ada"), "tlh") == "Hello Ada"


def test_a_dialect_turns_to_german_before_english(speak):
    assert speak(N_("Hello {name}", name="Ada"), "bar") == "Servus Ada"
    assert speak(N_("Hello {name}", name="Ada"), "swg") == "Hallo Ada"
    assert speak(Nn_("{count} reply", "{count} replies", 2), "bar") == "2 Antworten"
    assert speak(N_("Yes"), "bar") == "Yes"


def test_a_translation_with_an_unknown_placeholder_gives_way_to_english(speak):
    assert speak(N_("Hello {name}", name="Ada"), "fr") == "Hello Ada"


def test_the_context_chooses_between_equal_words(speak):
    assert (speak(MAY, "de"), speak(N_("May"), "de")) == ("Mai", "Darf")


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "لا رد"),
        (1, "رد واحد"),
        (2, "ردان"),
        (3, "\u20683\u2069 ردود"),
        (11, "\u206811\u2069 ردا"),
    ],
)
def test_arabic_counts_in_six_forms(speak, count, said):
    assert speak(Nn_("{count} reply", "{count} replies", count), "ar") == said


def test_foreign_words_are_isolated_where_the_directions_differ(speak):
    assert speak(N_("Hello {name}", name="Ada"), "ar") == "مرحبا \u2068Ada\u2069"
    assert speak(N_("Hello {name}", name="ليلى"), "de") == "Hallo \u2068ليلى\u2069"
    assert speak(N_("Hello {name}", name="Ada\u202e"), "de") == "Hallo \u2068Ada\u202e\u2069"


def test_our_own_words_inside_a_sentence_are_translated_not_isolated(speak):
    inner = N_("Hello {name}", name="Ada")

    assert speak(N_("Hello {name}", name=inner), "de") == "Hallo Hallo Ada"
    assert speak(N_("Hello {name}", name=inner), "ar") == "مرحبا مرحبا \u2068Ada\u2069"


def test_lists_are_joined_as_the_language_does(speak):
    assert speak(N_("{all}", all=(MAY, "Ada")), "de") == "Mai, Ada"
    assert speak(N_("{all}", all=["一", "二"]), "zh") == "一、二"


def test_values_cannot_smuggle_placeholders_in(speak):
    assert speak(N_("Hello {name}", name="{name} {count}"), "de") == "Hallo {name} {count}"


@pytest.mark.parametrize(
    ("value", "language", "said"),
    [
        (999, "de", "999"),
        (1_234_567, "de", "1.234.567"),
        (1_234_567, "en", "1,234,567"),
        (1_234_567, "bar", "1.234.567"),
        (-1_000, "en", "-1,000"),
        (0.25, "es", "0,25"),
        (date(2026, 11, 5), "en", "Nov 5, 2026"),
        (date(2026, 11, 5), "de", "05.11.2026"),
        (datetime(2026, 11, 5, 14, 30, tzinfo=MADRID), "de", "05.11.2026, 14:30"),
        (datetime(2026, 11, 5, 14, 30, tzinfo=UTC), "de", "05.11.2026, 14:30 UTC"),
        (timedelta(minutes=15), "de", "15 Minuten"),
        (timedelta(days=2), "tlh", "2 days"),
    ],
)  # fmt: skip
def test_figures_are_written_as_the_language_writes_them(value, language, said):
    assert say(N_("{value}", value=value), language) == said


def test_figures_are_isolated_in_a_language_written_from_right_to_left():
    assert say(N_("{value}", value=12_345), "he") == "\u206812,345\u2069"


def test_every_language_can_say_every_kind_of_value():
    text = N_("{a} {b} {c}", a=12_345, b=datetime(2026, 1, 2, tzinfo=UTC), c=timedelta(hours=3))

    for code in LANGUAGES:
        assert "{" not in say(text, code)


def test_several_sentences_stand_one_a_line():
    assert say_all([N_("One"), N_("Two")], "en") == "One\nTwo"


def test_the_direction_of_a_language_is_known():
    assert is_rtl("ar")
    assert is_rtl(PSEUDO_RTL)
    assert not is_rtl("en")
    assert not is_rtl("tlh")


# Pseudo-languages


def test_the_pseudo_language_is_accented_longer_and_keeps_its_placeholders():
    text = N_("Write a reply for {name}, please", name="Ada")

    said = say(text, PSEUDO)

    assert said.startswith("[Wŕ")
    assert "Ada" in said
    assert "reply" not in said
    assert len(said) >= 1.4 * len(str(text))


def test_the_pseudo_language_from_right_to_left_turns_its_own_words_only():
    said = say(N_("Hello {name}!", name="Ada"), PSEUDO_RTL)

    assert "\u2068Ada\u2069" in said
    assert said.count("\u202e") == said.count("\u202c") == 2


def test_the_pseudo_language_leaves_command_names_and_emptiness_alone():
    assert say(WORK, PSEUDO) == "work"
    assert say(N_(" "), PSEUDO) == " "


def test_the_pseudo_language_counts():
    one, two = (say(Nn_("{count} reply", "{count} replies", count), PSEUDO) for count in (1, 2))

    assert "1 ŕéplý" in one
    assert "2 ŕéplíéš" in two


# Plural forms


def test_every_catalogue_counts_as_the_unicode_rules_say():
    numbers = [*range(1_200), 1_000_000, 1_000_001, 2_000_000, 12_000_000]
    for language in LANGUAGES.values():
        roof = "de" if language.code in ("bar", "swg") else language.catalogue
        category = Locale.parse(roof).plural_form

        met = {(form_of(language.catalogue, number), category(number)) for number in numbers}

        assert len(met) == form_count(language.catalogue), language.code
        assert len({form for form, _ in met}) == len({name for _, name in met}) == len(met)


# Extraction and update


SOURCE = """
from core.text import N_, Nn_, P_

# limit:45 modal title
TITLE = N_("Write a prompt")
# translators: shown on a button
BUTTON = N_("Send")
NUMBER = Nn_("{count} tree", "{count} trees", 3)
MONTH = P_("month", "May")
SPLIT = N_(
    "One sentence in "
    "two pieces, 100 % sure"
)
"""


@pytest.fixture
def project(tmp_path) -> Path:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "words.py").write_text(SOURCE)
    return tmp_path


def test_marked_sentences_are_extracted_with_what_translators_should_know(project):
    template = extracted(project, ["core"])

    assert template.get("Write a prompt").auto_comments == ["limit:45 modal title"]
    assert template.get("Send").auto_comments == ["translators: shown on a button"]
    assert template.get("{count} tree").id == ("{count} tree", "{count} trees")
    assert template.get("May", "month").context == "month"
    assert not template.get("One sentence in two pieces, 100 % sure").flags
    assert len(template) == 5 + len(COMMANDS)


@pytest.fixture(scope="module")
def sources():
    """Every sentence of the sources, looked up once."""
    return extracted()


def test_sentences_of_commands_carry_their_limit(sources):
    assert "limit:100" in sources.get("Get a task").auto_comments[0]


HANDED_OVER = """
A = Button(press("x"), N_("Send"), PRIMARY)
B = Button(id="x", label=N_("✓ {name}", name=name) if done else P_("verb", "Open"))
C = Label("spam", YES_NO, N_("Is it spam?"), (N_("Not at all"), N_("Very much")))
# limit:45 title of a form
NAMES = {
    "one": N_("Write"),
    "two": Nn_("{count} text", "{count} texts", 2),
}
D = Say(title=N_("A long title"))
"""


@pytest.mark.parametrize(
    ("sentence", "context", "comments"),
    [
        ("Send", None, ["limit:80 button"]),
        ("✓ {name}", None, ["limit:80 button"]),
        ("Open", "verb", ["limit:80 button"]),
        ("Is it spam?", None, ["limit:100 question of a form"]),
        ("Very much", None, ["limit:40 end of a scale"]),
        ("Write", None, ["limit:45 title of a form"]),
        ("{count} text", None, ["limit:45 title of a form"]),
        ("A long title", None, []),
    ],
)
def test_the_place_of_a_sentence_tells_how_much_room_it_has(tmp_path, sentence, context, comments):
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "words.py").write_text(HANDED_OVER)

    template = extracted(tmp_path, ["core"])

    assert template.get(sentence, context).auto_comments == comments


def test_names_of_commands_may_be_translated_and_need_not(tmp_path, monkeypatch):
    template = extracted()
    translate(tmp_path, "es", template, (WORK, "trabajo"))
    monkeypatch.setattr("locales.translations", partial(translations, folder=tmp_path))

    assert command_name("work", "es") == "trabajo"
    assert command_name("skip", "es") == "skip"
    untranslated = [problem.sentence for problem in lint_catalogue(template, "es", tmp_path)]
    assert "skip" not in untranslated
    assert "Get a task" in untranslated


def test_updating_twice_changes_nothing(project):
    template = extracted(project, ["core"])
    names = update_all(template, ["ja"], project)
    write_template(template, project)
    first = {path: path.read_bytes() for path in project.rglob("*.po*")}

    update_all(extracted(project, ["core"]), [], project)
    write_template(extracted(project, ["core"]), project)

    assert names == ["ar", "de", "en", "es", "fr", "ja", "zh_Hans"]
    assert len(first) == 8
    assert {path: path.read_bytes() for path in project.rglob("*.po*")} == first


def test_files_hold_no_dates_line_numbers_or_names_of_machines(project):
    template = extracted(project, ["core"])
    update_all(template, [], project)

    for path in [write_template(template, project), catalogue_file("de", project)]:
        text = path.read_text("utf-8")
        assert "#: core/words.py\n" in text
        assert not any(word in text for word in ("Date", "Generated", "words.py:", str(project)))


def test_english_speaks_for_itself_and_the_others_begin_untranslated(project):
    template = extracted(project, ["core"])
    update_all(template, [], project)

    english = updated(template, "en", project)
    french = updated(template, "fr", project)

    assert english.get("{count} tree").string == ("{count} tree", "{count} trees")
    assert not any(french.get("{count} tree").string)
    assert not french.get("Send").string


def test_translations_are_kept_and_those_of_changed_sentences_are_doubted(project):
    template = extracted(project, ["core"])
    said = [(N_("Write a prompt"), "Schreib einen Prompt"), (N_("Send"), "Senden")]
    translate(project, "de", template, *said)
    (project / "core" / "words.py").write_text(SOURCE.replace("Write a prompt", "Write one prompt"))

    update_all(extracted(project, ["core"]), [], project)

    text = catalogue_file("de", project).read_text("utf-8")
    assert 'msgid "Send"\nmsgstr "Senden"' in text
    changed = '#, fuzzy\n#| msgid "Write a prompt"\nmsgid "Write one prompt"\nmsgstr "Schreib einen'
    assert changed in text
    assert "Write one prompt" in str(lint_catalogue(extracted(project, ["core"]), "de", project))


def test_doubted_translations_are_not_said(tmp_path, monkeypatch):
    template = template_of(N_("Yes"))
    catalog = updated(template, "de", tmp_path)
    catalog.get("Yes").string = "Ja"
    catalog.get("Yes").flags.add("fuzzy")
    write_catalogue(catalogue_file("de", tmp_path), catalog, "de")
    monkeypatch.setattr("locales.translations", partial(translations, folder=tmp_path))

    assert say(N_("Yes"), "de") == "Yes"


# The linter: a clean catalogue passes, and every rule can fail


def broken(folder: Path, name: str, text: Text, said: object, limit: str = "") -> set[str]:
    """The rules that a catalogue with this one translation breaks."""
    template = template_of(text, comments=(limit,) if limit else ())
    translate(folder, name, template, (text, said))
    return {problem.rule for problem in lint_catalogue(template, name, folder)}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("de", HELLO, "Hallo {name}"),
        ("de", REPLIES, ("Eine Antwort", "{count} Antworten")),
        ("fr", REPLIES, ("{count} réponse", "{count} de réponses", "{count} réponses")),
        ("ar", REPLIES, ("لا رد", "رد واحد", "ردان", "{count} ردود", "{count} ردا", "{count} رد")),
        ("ar", HELLO, "مرحبا {name}"),
        ("ar", N_("/work: get a task"), "\u200f/work: خذ مهمة"),
        ("ar", N_("{done}/{all}"), "{done}/{all}"),
        ("hi", WORK, "काम"),
        ("th", WORK, "ทำงาน"),
        ("zh_Hans", WORK, "任务"),
        ("de", N_("a < b {} & c"), "a < b {} & c"),
        ("de", N_(" edge\n"), " Rand\n"),
    ],
)
def test_a_faithful_translation_breaks_no_rule(tmp_path, name, text, said):
    assert broken(tmp_path, name, text, said) == set()


@pytest.mark.parametrize(
    ("name", "text", "said", "rule"),
    [
        ("de", HELLO, "Hallo", "placeholders"),
        ("de", HELLO, "Hallo {name} {nome}", "placeholders"),
        ("de", HELLO, "Hallo {name} {Name}", "placeholders"),
        ("de", HELLO, "Hallo {name", "placeholders"),
        ("de", REPLIES, ("{count} Antwort", "viele Antworten"), "placeholders"),
        ("fr", REPLIES, ("une réponse", "{count} de réponses", "{count} réponses"), "placeholders"),
        ("de", N_("Yes"), "Ja ", "whitespace"),
        ("de", N_("Yes\n"), "Ja", "whitespace"),
        ("de", N_("All"), "Alle @everyone", "mentions"),
        ("de", N_("All"), "Alle @here", "mentions"),
        ("de", N_("All"), "<@123>", "mentions"),
        ("de", N_("Bold"), "<b>Fett</b>", "html"),
        ("de", N_("Bold"), "Fett &amp; mehr", "html"),
        ("de", N_("Yes"), "J\x07a", "control signs"),
        ("de", N_("Yes"), "J\ta", "control signs"),
        ("de", N_("Yes"), "J\u2028a", "control signs"),
        ("de", N_("Yes"), "\u202eJa\u202c", "direction"),
        ("ar", N_("Yes"), "\u2067نعم", "direction"),
        ("ar", N_("Work"), "/work خذ مهمة", "direction"),
        ("ar", N_("Yes\nNo"), "نعم\nNo", "direction"),
        ("he", HELLO, "Hello {name}", "direction"),
        ("de", WORK, "arbeit machen", "command name"),
        ("de", WORK, "Arbeit", "command name"),
        ("de", WORK, "a" * 33, "command name"),
        ("de", WORK, "arbeit!", "command name"),
    ],
)
def test_every_rule_catches_its_fault(tmp_path, name, text, said, rule):
    assert broken(tmp_path, name, text, said) == {rule}


def test_a_translation_longer_than_its_place_is_caught(tmp_path):
    limit = "limit:10 a short button"

    assert broken(tmp_path, "de", N_("Yes"), "z" * 10, limit) == set()
    assert broken(tmp_path, "de", N_("Yes"), "z" * 11, limit) == {"limit"}
    assert broken(tmp_path, "de", N_("Yes"), "😀" * 6, limit) == {"limit"}


def test_an_english_sentence_longer_than_its_place_is_caught(tmp_path):
    template = template_of(N_("Far too long"), comments=("limit:5",))
    update_all(template, [], tmp_path)

    assert {problem.rule for problem in lint_catalogue(template, "en", tmp_path)} == {"limit"}


def test_two_commands_must_not_share_a_name(tmp_path):
    template = template_of(WORK, SKIP)
    translate(tmp_path, "de", template, (WORK, "weiter"), (SKIP, "weiter"))
    translate(tmp_path, "pl", template, (WORK, "skip"))

    assert "command name" in {it.rule for it in lint_catalogue(template, "de", tmp_path)}
    assert {it.rule for it in lint_catalogue(template, "pl", tmp_path)} == {"command name"}


def test_too_few_plural_forms_are_caught(tmp_path):
    template = template_of(REPLIES)
    translate(tmp_path, "pl", template, (REPLIES, ("{count} a", "{count} b", "")))

    assert {it.rule for it in lint_catalogue(template, "pl", tmp_path)} == {"plural forms"}


def tampered(folder: Path, name: str, old: str, new: str) -> set[str]:
    template = template_of(REPLIES)
    translate(folder, name, template, (REPLIES, ("{count} a",) * form_count(name)))
    path = catalogue_file(name, folder)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return {problem.rule for problem in lint_catalogue(template, name, folder)}


def test_another_way_of_counting_than_the_languages_own_is_caught(tmp_path):
    wrong = "nplurals=3; plural=(n != 1);"

    assert "file" in tampered(tmp_path, "pl", plural_forms("pl"), wrong)


def test_a_catalogue_that_cannot_be_read_is_caught(tmp_path):
    assert tampered(tmp_path, "pl", "msgid_plural", "msgid_plurals") == {"file"}


def test_more_forms_than_the_language_has_are_caught(tmp_path):
    assert tampered(tmp_path, "de", "msgstr[1]", "msgstr[7]") == {"file"}


def test_a_catalogue_that_was_not_updated_is_caught(tmp_path):
    translate(tmp_path, "ja", template_of(N_("Yes")), (N_("Yes"), "はい"))

    problems = lint_catalogue(template_of(N_("Yes"), N_("No")), "ja", tmp_path)

    assert [problem.rule for problem in problems] == ["file"]
    assert "not up to date" in str(problems[0])


def test_the_six_languages_must_say_everything_and_others_may_be_partial(tmp_path):
    template = template_of(N_("Yes"), N_("No"))
    for name in (*COMPLETE, "ja"):
        translate(tmp_path, name, template, (N_("Yes"), "نعم" if name == "ar" else "Yes"))

    problems = lint(template, tmp_path)

    assert {(it.catalogue, it.rule, it.sentence) for it in problems} == {
        ("es", "complete", "No"),
        ("de", "complete", "No"),
        ("fr", "complete", "No"),
        ("zh_Hans", "complete", "No"),
        ("ar", "complete", "No"),
    }


def test_a_missing_catalogue_of_the_six_is_caught(tmp_path):
    problems = lint(template_of(N_("Yes")), tmp_path)

    assert [problem.catalogue for problem in problems] == list(COMPLETE)


# The sources


@pytest.mark.parametrize(
    "line",
    [
        'N_(f"Hello {name}")',
        "N_(sentence)",
        'Nn_("tree", trees, 3)',
        'N_("Hello {name}")',
        'N_("Hello", name="Ada")',
        'P_("greeting", "Hello {name}")',
        'Nn_("{count} tree of {name}", "{count} trees", 3)',
    ],
)
def test_a_sentence_that_could_not_be_translated_or_filled_is_caught(tmp_path, line):
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "words.py").write_text(line)

    (problem,) = source_problems(tmp_path, ["core"])

    assert problem.startswith("core/words.py:1: ")


@pytest.mark.parametrize(
    "line",
    [
        'N_("Hello {name}", name=name)',
        'N_("Hello {name}", **values)',
        'Nn_("{count} tree", "{count} trees", 3)',
        'P_("month", "May")',
        'other("Hello {name}")',
    ],
)
def test_a_well_marked_sentence_passes(tmp_path, line):
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "words.py").write_text(line)

    assert source_problems(tmp_path, ["core"]) == []


def test_the_sources_mark_every_sentence_well():
    assert source_problems() == []


# The catalogues themselves


def test_the_real_catalogues_keep_every_rule(sources):
    assert [str(problem) for problem in lint(sources)] == []


def test_the_verbs_write_and_count_and_lint_the_catalogues(tmp_path, capsys):
    assert main(["extract"], tmp_path) == 0
    assert main(["update", "it"], tmp_path) == 0
    assert main(["stats"], tmp_path) == 0
    assert main(["lint"], tmp_path) == 1
    said = capsys.readouterr().out

    assert (tmp_path / "grove.pot").is_file()
    assert catalogue_file("it", tmp_path).is_file()
    assert "sentences in grove.pot" in said
    assert "it          0 of" in said
    assert "es: complete: " in said
    assert "it: complete: " not in said


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [(["translate"], "invalid choice"), (["update", "tlh"], "no such catalogue: tlh")],
)
def test_an_unknown_verb_or_catalogue_is_refused(arguments, refusal, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments, tmp_path)

    assert ended.value.code == 2
    assert refusal in capsys.readouterr().err


def test_speaking_english_reads_no_catalogue():
    code = (
        "import sys; from core.text import N_; from locales import say; say(N_('Yes'), 'en');"
        "print([name for name in sys.modules if name.startswith('babel')])"
    )

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


def test_every_placeholder_of_the_sources_is_kept_by_the_pseudo_language(sources):
    for message in sources:
        if message.id and isinstance(message.id, str):
            said = say(Text(message.id, context=message.context), PSEUDO)
            assert placeholders(said) == placeholders(message.id)
