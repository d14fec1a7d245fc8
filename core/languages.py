"""The languages in which trees grow: one table of codes, names and what others call them."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

DEFAULT = "en"


@dataclass(frozen=True, slots=True)
class Language:
    """A task language; `code` is the one stored and exported, as in the published data."""

    code: str
    own_name: str
    english_name: str
    catalogue: str  # the folder below locales/
    discord: tuple[str, ...]  # interface locales there; many languages have none
    telegram: str | None  # two letters; Bairisch and Schwäbisch have none
    detector: str | None  # what py3langid calls it; dialects go by their roof
    langdetect: str | None
    rtl: bool = False


_TABLE = (
    Language("ar", "العربية", "Arabic", "ar", (), "ar", "ar", "ar", rtl=True),
    Language("bar", "Bairisch", "Bavarian", "bar", (), None, "de", "de"),
    Language("bg", "български", "Bulgarian", "bg", ("bg",), "bg", "bg", "bg"),
    Language("bn", "বাংলা", "Bengali", "bn", (), "bn", "bn", "bn"),
    Language("ca", "català", "Catalan", "ca", (), "ca", "ca", "ca"),
    Language("cs", "čeština", "Czech", "cs", ("cs",), "cs", "cs", "cs"),
    Language("da", "dansk", "Danish", "da", ("da",), "da", "da", "da"),
    Language("de", "Deutsch", "German", "de", ("de",), "de", "de", "de"),
    Language("el", "Ελληνικά", "Greek", "el", ("el",), "el", "el", "el"),
    Language("en", "English", "English", "en", ("en-US", "en-GB"), "en", "en", "en"),
    Language("eo", "Esperanto", "Esperanto", "eo", (), "eo", "eo", None),
    Language("es", "español", "Spanish", "es", ("es-ES", "es-419"), "es", "es", "es"),
    Language("eu", "euskara", "Basque", "eu", (), "eu", "eu", None),
    Language("fa", "فارسی", "Persian", "fa", (), "fa", "fa", "fa", rtl=True),
    Language("fi", "suomi", "Finnish", "fi", ("fi",), "fi", "fi", "fi"),
    Language("fr", "français", "French", "fr", ("fr",), "fr", "fr", "fr"),
    Language("gl", "galego", "Galician", "gl", (), "gl", "gl", None),
    Language("he", "עברית", "Hebrew", "he", (), "he", "he", "he", rtl=True),
    Language("hi", "हिन्दी", "Hindi", "hi", ("hi",), "hi", "hi", "hi"),
    Language("hu", "magyar", "Hungarian", "hu", ("hu",), "hu", "hu", "hu"),
    Language("id", "Indonesia", "Indonesian", "id", ("id",), "id", "id", "id"),
    Language("it", "italiano", "Italian", "it", ("it",), "it", "it", "it"),
    Language("ja", "日本語", "Japanese", "ja", ("ja",), "ja", "ja", "ja"),
    Language("ko", "한국어", "Korean", "ko", ("ko",), "ko", "ko", "ko"),
    Language("lt", "lietuvių", "Lithuanian", "lt", ("lt",), "lt", "lt", "lt"),
    Language("ms", "Melayu", "Malay", "ms", (), "ms", "ms", None),
    Language("nb-NO", "norsk bokmål", "Norwegian Bokmål", "nb", ("no",), "nb", "no", "no"),
    Language("nl", "Nederlands", "Dutch", "nl", ("nl",), "nl", "nl", "nl"),
    Language("pl", "polski", "Polish", "pl", ("pl",), "pl", "pl", "pl"),
    Language("pt-BR", "português", "Portuguese", "pt_BR", ("pt-BR",), "pt", "pt", "pt"),
    Language("ro", "română", "Romanian", "ro", ("ro",), "ro", "ro", "ro"),
    Language("ru", "русский", "Russian", "ru", ("ru",), "ru", "ru", "ru"),
    Language("sk", "slovenčina", "Slovak", "sk", (), "sk", "sk", "sk"),
    Language("sl", "slovenščina", "Slovenian", "sl", (), "sl", "sl", "sl"),
    Language("sr", "српски", "Serbian", "sr", (), "sr", "sr", None),
    Language("sv", "svenska", "Swedish", "sv", ("sv-SE",), "sv", "sv", "sv"),
    Language("swg", "Schwäbisch", "Swabian", "swg", (), None, "de", "de"),
    Language("th", "ไทย", "Thai", "th", ("th",), "th", "th", "th"),
    Language("tr", "Türkçe", "Turkish", "tr", ("tr",), "tr", "tr", "tr"),
    Language("uk-UA", "українська", "Ukrainian", "uk", ("uk",), "uk", "uk", "uk"),
    Language("vi", "Tiếng Việt", "Vietnamese", "vi", ("vi",), "vi", "vi", "vi"),
    Language("zh", "中文", "Chinese", "zh_Hans", ("zh-CN",), "zh", "zh", "zh-cn"),
)

LANGUAGES: Mapping[str, Language] = MappingProxyType({entry.code: entry for entry in _TABLE})

# What people and platforms also say.
_OTHER_NAMES = {
    "no": "nb-NO", "nn": "nb-NO", "norsk": "nb-NO", "norwegian": "nb-NO", "bokmål": "nb-NO",
    "iw": "he", "in": "id", "bahasa indonesia": "id", "bahasa melayu": "ms", "farsi": "fa",
    "castellano": "es", "mandarin": "zh", "简体中文": "zh", "汉语": "zh",
    "português brasileiro": "pt-BR", "brazilian portuguese": "pt-BR", "srpski": "sr",
    "slovene": "sl", "boarisch": "bar", "flemish": "nl",
}  # fmt: skip


def language(code: str) -> Language:
    """The language stored under this very code; an unknown code is a KeyError."""
    return LANGUAGES[code]


def language_named(words: str) -> Language | None:
    """The language a person means by a code or a name, however they type it."""
    wanted = _folded(words)
    code = _NAMED.get(wanted) or _NAMED.get(_head(wanted))
    return LANGUAGES[code] if code else None


@lru_cache(maxsize=1024)
def interface_language(locale: str | None) -> str:
    """The code of the language to speak, given the locale Discord or Telegram reports."""
    tag = _folded(locale or "")
    return _TAGGED.get(tag) or _TAGGED.get(_head(tag)) or DEFAULT


def _folded(words: str) -> str:
    """Case, diacritics, outer spaces and the kind of dash do not matter."""
    spread = unicodedata.normalize("NFKD", words.casefold())
    bare = "".join(sign for sign in spread if not unicodedata.combining(sign))
    return " ".join(bare.replace("_", "-").split())


def _head(tag: str) -> str:
    """`pt` of `pt-PT`; empty for what is no language tag."""
    head, dash, _ = tag.partition("-")
    return head if dash and len(head) in (2, 3) else ""


def _tags() -> Iterator[tuple[str, str]]:
    for entry in _TABLE:
        for tag in (entry.code, entry.catalogue, *entry.discord, entry.telegram):
            if tag:
                yield _folded(tag), entry.code


def _names() -> Iterator[tuple[str, str]]:
    for entry in _TABLE:
        yield _folded(entry.own_name), entry.code
        yield _folded(entry.english_name), entry.code


_OTHER = {_folded(name): code for name, code in _OTHER_NAMES.items()}
_TAGGED = {**_OTHER, **dict(_tags())}
_NAMED = {**_TAGGED, **dict(_names())}
