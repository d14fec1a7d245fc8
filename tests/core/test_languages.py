"""The table of task languages, and how people and platforms name them."""

import pytest

from core.languages import LANGUAGES, interface_language, language, language_named

DISCORD_LOCALES = {
    *("id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl"),
    *("no", "pl", "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi"),
    *("th", "zh-CN", "ja", "zh-TW", "ko"),
}


def test_there_are_the_42_languages_of_the_published_data_in_order_of_their_codes():
    assert len(LANGUAGES) == 42
    assert list(LANGUAGES) == sorted(LANGUAGES)
    assert {"pt-BR", "uk-UA", "nb-NO", "zh", "bar", "swg", "bn"} <= set(LANGUAGES)


def test_every_language_is_found_under_its_own_code():
    assert all(language(code).code == code for code in LANGUAGES)


def test_an_unknown_code_is_an_error():
    with pytest.raises(KeyError):
        language("PT-br")


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        LANGUAGES["tlh"] = language("en")  # type: ignore[index]


def test_names_catalogues_and_platform_codes_belong_to_one_language_each():
    for column in ("own_name", "english_name", "catalogue"):
        assert len({getattr(entry, column) for entry in LANGUAGES.values()}) == 42
    locales = [locale for entry in LANGUAGES.values() for locale in entry.discord]
    assert len(locales) == len(set(locales))


def test_discord_knows_28_of_the_languages_by_locales_it_really_has():
    known = [entry for entry in LANGUAGES.values() if entry.discord]

    assert len(known) == 28
    assert {locale for entry in known for locale in entry.discord} <= DISCORD_LOCALES


def test_telegram_codes_have_two_letters_and_only_the_dialects_lack_one():
    codes = [entry.telegram for entry in LANGUAGES.values()]

    assert all(len(code) == 2 for code in codes if code)
    assert {entry.code for entry in LANGUAGES.values() if not entry.telegram} == {"bar", "swg"}


def test_arabic_persian_and_hebrew_are_written_from_right_to_left():
    assert {entry.code for entry in LANGUAGES.values() if entry.rtl} == {"ar", "fa", "he"}


def test_dialects_and_regional_codes_are_mapped_to_what_the_detectors_know():
    assert language("bar").detector == language("swg").detector == "de"
    assert language("nb-NO").detector == language("nb-NO").langdetect == "no"
    assert language("pt-BR").detector == "pt"
    assert language("uk-UA").detector == "uk"
    assert language("zh").langdetect == "zh-cn"


def test_every_language_answers_to_its_codes_and_names_in_any_case():
    for entry in LANGUAGES.values():
        for words in (entry.code, entry.catalogue, entry.own_name, entry.english_name):
            assert language_named(words) is entry
            assert language_named(f" {words.upper()} ") is entry
        assert all(language_named(locale) is entry for locale in entry.discord)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("pt", "pt-BR"),
        ("pt_BR", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("Portugues", "pt-BR"),
        ("PORTUGUÊS", "pt-BR"),
        ("uk", "uk-UA"),
        ("no", "nb-NO"),
        ("Norwegian", "nb-NO"),
        ("norsk bokmal", "nb-NO"),
        ("tieng  viet", "vi"),
        ("cestina", "cs"),
        ("turkce", "tr"),
        ("TÜRKÇE", "tr"),
        ("Farsi", "fa"),
        ("zh_Hans", "zh"),
        ("schwabisch", "swg"),
        ("Bahasa Indonesia", "id"),
    ],
)
def test_people_may_type_a_language_in_many_ways(words, code):
    found = language_named(words)

    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("words", ["", "  ", "-", "klingon", "xx", "deutsch-ish", "-de", "dee"])
def test_words_that_name_no_language_give_none(words):
    assert language_named(words) is None


@pytest.mark.parametrize(
    ("locale", "code"),
    [
        ("en-US", "en"),
        ("en-GB", "en"),
        ("es-419", "es"),
        ("no", "nb-NO"),
        ("nb", "nb-NO"),
        ("nn-NO", "nb-NO"),
        ("uk", "uk-UA"),
        ("pt-br", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("zh-TW", "zh"),
        ("zh-hans", "zh"),
        ("sv-SE", "sv"),
        ("de-AT", "de"),
        ("iw", "he"),
        ("hr", "en"),
        ("", "en"),
        (None, "en"),
        ("nonsense", "en"),
    ],
)
def test_the_interface_speaks_what_the_platform_reports_and_english_otherwise(locale, code):
    assert interface_language(locale) == code
