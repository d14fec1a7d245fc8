"""The command menus: set for each kind of chat and each language, and only where they changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import InvalidToken, TelegramError

from bot.platforms.telegram_request import TooFast
from core.commands import COMMANDS, Audience
from core.languages import DEFAULT, LANGUAGES
from core.text import Text
from locales import say

_log = logging.getLogger(__name__)

_TRIES = 5

Menu = Sequence[tuple[str, Text]]


def menus() -> Iterator[tuple[BotCommandScope, Menu]]:
    """The commands of each kind of chat."""
    private = [
        (spec.name.replace("-", "_"), spec.sentence)
        for spec in COMMANDS
        if spec.audience in (Audience.ANYONE, Audience.VOLUNTEER)
    ]
    for_admins = [
        (spec.name.replace("-", "_"), spec.sentence)
        for spec in COMMANDS
        if spec.audience in (Audience.MODERATOR, Audience.ADMIN)
    ]
    group = [
        (spec.name.replace("-", "_"), spec.sentence)
        for spec in COMMANDS
        if spec.in_groups and spec.audience in (Audience.ANYONE, Audience.VOLUNTEER)
    ]
    yield BotCommandScopeAllPrivateChats(), private
    yield BotCommandScopeAllGroupChats(), group
    yield BotCommandScopeAllChatAdministrators(), [*group, *for_admins]


def commands(menu: Menu, language: str) -> tuple[BotCommand, ...]:
    """A menu in the words of a language."""
    return tuple(BotCommand(name, say(sentence, language)) for name, sentence in menu)


async def set_menus(bot: Bot) -> int:
    """Bring Telegram's menus up to date; how many had to be changed."""
    changed = 0
    for scope, menu in menus():
        english = commands(menu, DEFAULT)
        changed += await _set(bot, scope, None, english)
        for code in _telegram_languages():
            translated = commands(menu, code)
            if translated != english:
                letters = LANGUAGES[code].telegram
                changed += await _set(bot, scope, letters, translated)
    return changed


def _telegram_languages() -> Iterator[str]:
    """Languages that Telegram knows, save the default one."""
    return (code for code, known in LANGUAGES.items() if known.telegram and code != DEFAULT)


async def _set(
    bot: Bot, scope: BotCommandScope, letters: str | None, wanted: tuple[BotCommand, ...]
) -> bool:
    for attempt in range(_TRIES):
        try:
            if await bot.get_my_commands(scope, letters) == wanted:
                return False
            return await bot.set_my_commands(wanted, scope, letters)
        except InvalidToken:
            raise
        except TooFast as error:
            await asyncio.sleep(error.seconds)
        except TelegramError as error:
            _log.info("The menus could not be set yet: %s", type(error).__name__)
            await asyncio.sleep(2.0**attempt)
    _log.warning("A command menu could not be set")
    return False
