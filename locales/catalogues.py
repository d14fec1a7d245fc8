"""Where the catalogues lie, and how they are read, written and made ready to speak."""

import re
from collections.abc import Iterator
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from core.languages import DEFAULT, LANGUAGES
from locales.plurals import plural_forms

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

FOLDER = Path(__file__).parent
TEMPLATE = "grove.pot"

# Whom a dialect turns to before English.
_ROOFS = {"bar": "de", "swg": "de"}

_HEADER = """\
# Grove: the sentences shown to people, in {name}.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


def catalogue_file(catalogue: str, folder: Path = FOLDER) -> Path:
    """Where a catalogue lies, whether it exists or not."""
    return folder / catalogue / "LC_MESSAGES" / "grove.po"


def present_catalogues(folder: Path = FOLDER) -> Iterator[str]:
    """The catalogues that exist, in the order of the language table."""
    for language in LANGUAGES.values():
        if catalogue_file(language.catalogue, folder).is_file():
            yield language.catalogue


@cache
def translations(language: str, folder: Path = FOLDER) -> NullTranslations:
    """What is known of a language; it answers with the roof language, then with English."""
    known = LANGUAGES.get(language)
    if known is None or language == DEFAULT:  # English is the key itself
        return NullTranslations()
    roof = translations(_ROOFS.get(language, DEFAULT), folder)
    path = catalogue_file(known.catalogue, folder)
    if not path.is_file():
        return roof
    compiled = _compiled(read_catalogue(path, known.catalogue))
    compiled.add_fallback(roof)
    return compiled


def read_catalogue(path: Path, catalogue: str) -> "Catalog":
    """A catalogue as its translators left it."""
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return read_po(file, locale=catalogue, charset="utf-8", abort_invalid=True)


def write_catalogue(path: Path, catalog: "Catalog", catalogue: str | None) -> None:
    """Write a catalogue, or the template where no catalogue is named."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(rendered(catalog, catalogue))


def rendered(catalog: "Catalog", catalogue: str | None) -> bytes:
    """The sentences in the order of their words, with nothing that changes by itself."""
    from babel.messages.pofile import write_po

    body = BytesIO()
    write_po(
        body,
        catalog,
        width=0,
        sort_output=True,
        omit_header=True,
        include_lineno=False,
        include_previous=True,
    )
    return _header(catalogue).encode() + b"\n" + body.getvalue().strip() + b"\n"


def is_translated(message: "Message") -> bool:
    """Whether every form has words that nobody doubts."""
    forms = message.string if isinstance(message.string, list | tuple) else [message.string]
    return bool(forms) and all(forms) and not message.fuzzy


def key_of(message: "Message") -> str:
    """The English sentence (of a counting one, the singular)."""
    return message.id if isinstance(message.id, str) else message.id[0]


def header_plural_forms(path: Path) -> str | None:
    """The Plural-Forms line as it stands in the file."""
    found = re.search(r'^"Plural-Forms: (.*)\\n"$', path.read_text("utf-8"), re.MULTILINE)
    return found[1] if found else None


def _compiled(catalog: "Catalog") -> GNUTranslations:
    from babel.messages.mofile import write_mo

    for message in list(catalog):
        if message.id and not is_translated(message):
            catalog.delete(key_of(message), message.context)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _header(catalogue: str | None) -> str:
    if catalogue is None:
        return _HEADER.format(name="English, to be translated", language="")
    names = {entry.catalogue: entry.own_name for entry in LANGUAGES.values()}
    header = _HEADER.format(name=names[catalogue], language=catalogue)
    return header + f'"Plural-Forms: {plural_forms(catalogue)}\\n"\n'
