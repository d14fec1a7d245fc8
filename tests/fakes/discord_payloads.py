"""What Discord says of itself: users, servers, ids, and components once they are sent."""

from __future__ import annotations

import json
import time
from itertools import count
from typing import Any

API = "/api/v10"
TOKEN = "MTAw.fake.token"
APPLICATION = "900000000000000001"
BOT = "900000000000000001"
GUILD = "800000000000000001"
CHANNEL = "700000000000000001"
CHANNELS = (CHANNEL, "800", "900", "4711")
EPHEMERAL, COMPONENTS_V2 = 64, 1 << 15

_SNOWFLAKES = count(int(time.time() * 1000 - 1420070400000) << 22, 1 << 12)


def snowflake() -> str:
    return str(next(_SNOWFLAKES))


def bot_user() -> dict[str, Any]:
    return {
        "id": BOT,
        "username": "grove",
        "discriminator": "0",
        "global_name": None,
        "avatar": None,
        "bot": True,
        "flags": 0,
        "verified": True,
        "mfa_enabled": False,
    }


def guild() -> dict[str, Any]:
    return {
        "id": GUILD,
        "name": "Testers",
        "owner_id": "1",
        "member_count": 3,
        "large": False,
        "members": [],
        "emojis": [],
        "stickers": [],
        "roles": [],
        "threads": [],
        "features": [],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "channels": [
            {
                "id": number,
                "type": 0,
                "name": f"grove-{number}",
                "position": 0,
                "permission_overwrites": [],
                "parent_id": None,
            }
            for number in CHANNELS
        ],
        "unavailable": False,
        "preferred_locale": "en-US",
        "premium_tier": 0,
        "nsfw_level": 0,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "system_channel_flags": 0,
        "soundboard_sounds": [],
    }


def numbered(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Components with the numbers that Discord gives those without one."""
    components = json.loads(json.dumps(components))
    taken = {part["id"] for part in walked(components) if part.get("id")}
    free = (number for number in count(1) if number not in taken)
    for part in walked(components):
        part["id"] = part.get("id") or next(free)
    return components


def walked(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every component, those within others included."""
    found = []
    for part in components:
        inner = [*part.get("components", ()), *([part["component"]] if "component" in part else ())]
        found += [part, *walked(inner)]
    return found
