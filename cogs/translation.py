"""Names and sentences of commands in the languages that Discord's interface speaks."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import TranslationContext, locale_str

from core.languages import DEFAULT, LANGUAGES
from core.text import Text
from locales import say

COMMAND_NAME = "command-name"  # the context in which translators see it

_SPOKEN = {locale: entry.code for entry in LANGUAGES.values() for locale in entry.discord}


def command_name(name: str) -> locale_str:
    """A command's name, which a catalogue may translate."""
    return locale_str(name, text=Text(name, context=COMMAND_NAME))


def sentence(text: Text) -> locale_str:
    """What a command or an argument is for."""
    return locale_str(str(text), text=text)


class Translations(app_commands.Translator):
    """Reads the catalogues; where one has nothing, Discord shows the English words."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContext[Any, Any]
    ) -> str | None:
        text, language = string.extras.get("text"), _SPOKEN.get(locale.value, DEFAULT)
        if not isinstance(text, Text) or language == DEFAULT:
            return None
        said = say(text, language)
        return said if said != string.message else None
