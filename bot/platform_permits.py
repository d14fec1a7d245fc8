"""Asks the chat platforms what the bot may do where it was invited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.config import Settings
from bot.errors import StartError
from bot.platform_checks import DISCORD_API, TELEGRAM_API, asked

_ADMINISTRATOR = 1 << 3
_WANTED = {"View Channels": 1 << 10, "Send Messages": 1 << 11, "Attach Files": 1 << 15}
"""What public buttons and boards take; tasks need nothing at all."""
_MOST_NAMED = 5
_NOT_TOLD = "not told by this Discord"


async def discord_permits(settings: Settings) -> str:
    """Whether every server lets the bot post; a channel of its own may still forbid it."""
    if settings.discord_token is None:
        return "no token, not served"
    base = settings.discord_api_base or DISCORD_API
    token = settings.discord_token.get_secret_value()
    headers = {"Authorization": f"Bot {token}"}
    try:
        answer = await asked("Discord", base, "/users/@me/guilds?limit=200", headers)
    except StartError:  # told where the token is looked at; other implementations may not know it
        return _NOT_TOLD
    if answer.status != 200 or not isinstance(answer.told, list):
        return _NOT_TOLD
    lacking = list(_lacking(answer.told))
    if lacking:
        more = len(lacking) - _MOST_NAMED
        rest = f" and {more} more" if more > 0 else ""
        raise StartError(
            f"{'; '.join(lacking[:_MOST_NAMED])}{rest}: without that no board and no public button"
            " can be posted there; an admin of the server gives it to the bot's role."
        )
    return f"may post in every server it is in ({len(answer.told)})"


def _lacking(servers: list[Any]) -> Iterator[str]:
    for server in servers:
        bits = int(server.get("permissions", 0))
        missing = [name for name, bit in _WANTED.items() if not bits & (bit | _ADMINISTRATOR)]
        if missing:
            yield f"{server.get('name', '?')} lacks {', '.join(missing)}"


async def telegram_permits(settings: Settings) -> str:
    """Whether the bot may be added to groups; what it may do there, /setup in the group says."""
    if settings.telegram_token is None:
        return "no token, not served"
    base = settings.telegram_api_base or TELEGRAM_API
    token = settings.telegram_token.get_secret_value()
    answer = await asked("Telegram", base, f"/bot{token}/getMe", {})
    me = answer.told.get("result", {}) if isinstance(answer.told, dict) else {}
    if me.get("can_join_groups") is False:
        raise StartError(
            "the bot may not join groups; send /setjoingroups to @BotFather and choose Enable."
        )
    return "may join groups"
