"""Collects the sentences from the sources and brings them into the catalogues."""

from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr
from copy import deepcopy
from io import StringIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from core.commands import COMMANDS
from core.languages import DEFAULT, LANGUAGES
from core.text import Text
from locales.catalogues import (
    FOLDER,
    TEMPLATE,
    catalogue_file,
    present_catalogues,
    read_catalogue,
    write_catalogue,
)
from locales.plurals import plural_forms
from locales.pseudo import COMMAND_NAME
from locales.rooms import rooms

ROOT = FOLDER.parent
SOURCES = ("bot", "cogs", "core", "storage")
# Catalogues that say everything a volunteer sees.
COMPLETE = ("en", "es", "de", "fr", "zh_Hans", "ar")

_KEYWORDS = {"N_": None, "Nn_": (1, 2), "P_": ((1, "c"), 2)}
_COMMENT_TAGS = ("limit:", "translators:")
_NAME_RULES = "limit:32 optional; lowercase letters, digits and dashes, no other command's name"
_COMMAND_LIMIT = "limit:100 command or argument sentence"


def _found(folder: Path) -> list[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    """The marked sentences below a folder.

    Babel warns of every value that is an f-string; whether a sentence is plain, `sources` checks.
    """
    with redirect_stderr(StringIO()):
        return list(
            extract_from_dir(
                folder,
                method_map=[("**.py", "python")],
                keywords=_KEYWORDS,
                comment_tags=_COMMENT_TAGS,
            )
        )


def extracted(root: Path = ROOT, sources: Iterable[str] = SOURCES) -> Catalog:
    """Every marked sentence of the sources, with what its translators should know."""
    template = Catalog(charset="utf-8")
    for source in sources:
        for file, line, sentence, comments, context in _found(root / source):
            place = [(f"{source}/{file}", line)]
            template.add(sentence, None, place, auto_comments=comments, context=context)
    for command in COMMANDS:
        template.add(command.name, context=COMMAND_NAME, auto_comments=[_NAME_RULES])
    commands = ((text.key, text.context, _COMMAND_LIMIT) for text in _command_sentences())
    for sentence, context, comment in (*commands, *rooms(root, sources)):
        message = template.get(sentence, context)
        if message is not None and comment not in message.auto_comments:
            message.auto_comments.append(comment)
    return _without_guesses(template)


def write_template(template: Catalog, folder: Path = FOLDER) -> Path:
    """Write the template translators start from."""
    path = folder / TEMPLATE
    write_catalogue(path, template, None)
    return path


def updated(template: Catalog, catalogue: str, folder: Path = FOLDER) -> Catalog:
    """A catalogue with the template's sentences: translations kept, changed ones doubted."""
    path = catalogue_file(catalogue, folder)
    if path.is_file():
        catalog = read_catalogue(path, catalogue)
    else:
        catalog = Catalog(locale=catalogue, charset="utf-8")
    catalog.mime_headers = [("Plural-Forms", plural_forms(catalogue))]
    catalog.update(deepcopy(template))  # it takes over new sentences as they are, not copies
    if catalogue == DEFAULT:
        _speak_for_itself(catalog)
    return _without_guesses(catalog)


def update_all(template: Catalog, more: Iterable[str] = (), folder: Path = FOLDER) -> list[str]:
    """Bring the template into every catalogue there is, is required, or is asked for."""
    wanted = {*present_catalogues(folder), *COMPLETE, *more}
    names = [entry.catalogue for entry in LANGUAGES.values() if entry.catalogue in wanted]
    for name in names:
        write_catalogue(catalogue_file(name, folder), updated(template, name, folder), name)
    return names


def _without_guesses(catalog: Catalog) -> Catalog:
    """Babel takes every per cent sign for a placeholder; here it is just a sign."""
    for message in catalog:
        message.flags.discard("python-format")
    return catalog


def _speak_for_itself(english: Catalog) -> None:
    english.obsolete.clear()
    for message in english:
        if message.id:
            message.string = message.id
            message.flags.discard("fuzzy")
            message.previous_id = []


def _command_sentences() -> Iterator[Text]:
    for command in COMMANDS:
        yield command.sentence
        for argument in command.arguments:
            yield argument.sentence
