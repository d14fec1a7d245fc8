"""Asks the chat platforms whether they know the bot's token, and what time it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import orjson

from bot.config import Settings
from bot.errors import StartError, WrongToken
from bot.traces import named

DISCORD_API = "https://discord.com/api/v10"
TELEGRAM_API = "https://api.telegram.org"
PATIENCE = aiohttp.ClientTimeout(total=8)
MOST_SKEW = 30.0
"""Seconds by which this machine's clock may be off."""
_REFUSED = (401, 403, 404)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    told: Any  # the JSON that came
    date: str

    @property
    def name(self) -> str:
        """The bot's own name: Telegram wraps it in a result."""
        inner = self.told.get("result", self.told) if isinstance(self.told, dict) else {}
        return str(inner.get("username", "?")) if isinstance(inner, dict) else "?"


async def discord_answers(settings: Settings) -> str:
    """Whether Discord knows the token."""
    if settings.discord_token is None:
        return "no token, not served"
    base = settings.discord_api_base or DISCORD_API
    token = settings.discord_token.get_secret_value()
    answer = await asked("Discord", base, "/users/@me", {"Authorization": f"Bot {token}"})
    return _judged("Discord", base, answer)


async def telegram_answers(settings: Settings) -> str:
    """Whether Telegram knows the token."""
    if settings.telegram_token is None:
        return "no token, not served"
    base = settings.telegram_api_base or TELEGRAM_API
    token = settings.telegram_token.get_secret_value()
    answer = await asked("Telegram", base, f"/bot{token}/getMe", {})
    return _judged("Telegram", base, answer)


async def asked(platform: str, base: str, path: str, headers: Mapping[str, str]) -> Answer:
    """One question; an address may hold the token, and so is never told whole."""
    try:
        async with (
            aiohttp.ClientSession(timeout=PATIENCE) as web,
            web.get(f"{base}{path}", headers=headers) as answer,
        ):
            return Answer(
                answer.status, orjson.loads(await answer.read()), answer.headers.get("Date", "")
            )
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        raise StartError(
            f"{base} does not answer ({named(error)}); check the network and "
            f"GROVE_{platform.upper()}_API_BASE."
        ) from None


def _judged(platform: str, base: str, answer: Answer) -> str:
    if answer.status in _REFUSED:
        raise WrongToken(platform, f"GROVE_{platform.upper()}_TOKEN")
    if answer.status != 200:
        raise StartError(f"{base} is not well (HTTP {answer.status}); try again later.")
    skew = _skew(answer.date)
    if abs(skew) > MOST_SKEW:
        raise StartError(
            f"this machine's clock is {abs(skew):.0f} seconds {'ahead' if skew > 0 else 'behind'}; "
            "let it be set over the network (timedatectl set-ntp true)."
        )
    return f"knows the token of @{answer.name}; the clock is right"


def _skew(date: str) -> float:
    """By how many seconds this machine is ahead of a Date header; 0 where there is none."""
    try:
        there = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return 0.0
    return (datetime.now(UTC) - there).total_seconds()
