"""Members of a Discord server, who call commands, press buttons and fill in forms."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from fakes.discord_payloads import APPLICATION, CHANNEL, EPHEMERAL, GUILD, snowflake, walked
from fakes.discord_server import DiscordServer, Pending

ADMINISTRATOR, MANAGE_GUILD, SEND, MANAGE_MESSAGES = 1 << 3, 1 << 5, 1 << 11, 1 << 13


@dataclass
class Card:
    """A message as a member sees it."""

    raw: dict[str, Any]

    @property
    def text(self) -> str:
        """All that is said, as it was sent."""
        return "\n".join(
            part["content"] for part in walked(self.raw["components"]) if part["type"] == 10
        )

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """Buttons that can be pressed, by their words."""
        return {
            part["label"]: part
            for part in walked(self.raw["components"])
            if part["type"] == 2 and not part.get("disabled")
        }

    @property
    def menus(self) -> list[dict[str, Any]]:
        return [part for part in walked(self.raw["components"]) if part["type"] == 3]

    @property
    def is_private(self) -> bool:
        return bool(self.raw["flags"] & EPHEMERAL)

    @property
    def files(self) -> dict[str, str]:
        return {file["filename"]: file["content"] for file in self.raw["attachments"]}


@dataclass
class FormShown:
    """A form that opened."""

    raw: dict[str, Any]
    card: Card | None  # the message whose button opened it

    @property
    def title(self) -> str:
        return self.raw["title"]

    @property
    def controls(self) -> dict[str, dict[str, Any]]:
        """The controls by the words above them."""
        return {
            part["label"]: part["component"]
            for part in self.raw["components"]
            if part["type"] == 18
        }

    @property
    def field(self) -> dict[str, Any]:
        """The one control that there is."""
        (control,) = self.controls.values()
        return control

    @property
    def text(self) -> str:
        return "\n".join(part["content"] for part in self.raw["components"] if part["type"] == 10)

    def filled(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        """What comes back when a member fills it in; values by the words above the controls."""
        unknown = set(values) - set(self.controls)
        assert not unknown, f"no such control: {unknown}; there are {list(self.controls)}"
        back = []
        for part in self.raw["components"]:
            if part["type"] == 18:
                control = part["component"]
                value = values.get(part["label"], _default(control))
                name = "values" if control["type"] == 22 else "value"
                answer = {"type": control["type"], "custom_id": control["custom_id"], name: value}
                back.append({"type": 18, "id": 1, "component": answer})
            else:
                back.append({"type": part["type"], "id": 1})
        return back


def _default(control: dict[str, Any]) -> Any:
    chosen = [option["value"] for option in control.get("options", ()) if option.get("default")]
    if control["type"] == 22:
        return chosen
    if control["type"] == 21:
        return chosen[0] if chosen else None
    return control.get("value") or ""


class Answer:
    """What comes back to one interaction, part by part."""

    def __init__(self, pending: Pending) -> None:
        self.pending = pending

    async def part(self, seconds: float = 5.0) -> dict[str, Any]:
        return await asyncio.wait_for(self.pending.responses.get(), seconds)

    async def card(self, seconds: float = 5.0) -> Card:
        """The next message that says something; deferrals only promise one."""
        while True:
            part = await self.part(seconds)
            assert part["type"] in (4, 5, 6, 7, "edit", "followup"), f"not a message: {part}"
            if part["type"] not in (5, 6):
                return Card(part["message"])

    async def cards(self, number: int) -> list[Card]:
        return [await self.card() for _ in range(number)]

    async def form(self, seconds: float = 5.0) -> FormShown:
        part = await self.part(seconds)
        assert part["type"] == 9, f"not a form: {part}"
        message = self.pending.interaction.get("message")
        return FormShown(part["data"], Card(message) if message else None)

    async def choices(self) -> list[dict[str, Any]]:
        part = await self.part()
        assert part["type"] == 8, part
        return part["data"]["choices"]

    async def nothing(self, seconds: float = 0.3) -> None:
        """Nothing more comes."""
        try:
            part = await self.part(seconds)
        except TimeoutError:
            return
        raise AssertionError(f"came: {part}")


class Member:
    """Somebody on Discord, in the test server or in private."""

    def __init__(
        self,
        server: DiscordServer,
        name: str = "Ada",
        *,
        locale: str = "en-US",
        permissions: int = SEND,
        guild: str | None = GUILD,
        installed_for: str = "guild",
        shard: int = 0,
    ) -> None:
        self.server, self.name, self.locale = server, name, locale
        self.permissions, self.guild = permissions, guild
        self.shard = shard
        self.id = snowflake()
        self.owners = {"0": guild or "0"} if installed_for == "guild" else {"1": self.id}
        self.roles: list[str] = []
        self.bot_may = (1 << 53) - 1

    async def slash(self, command: str, /, **options: str) -> Answer:
        filled = [{"name": name, "type": 3, "value": value} for name, value in options.items()]
        data = {"id": snowflake(), "name": command, "type": 1, "options": filled}
        return await self._begin(2, data)

    async def type_ahead(self, command: str, option: str, typed: str) -> Answer:
        focused = {"name": option, "type": 3, "value": typed, "focused": True}
        data = {"id": snowflake(), "name": command, "type": 1, "options": [focused]}
        return await self._begin(4, data)

    async def menu(self, name: str, message: dict[str, Any]) -> Answer:
        data = {
            "id": snowflake(),
            "name": name,
            "type": 3,
            "target_id": message["id"],
            "resolved": {"messages": {message["id"]: message}},
        }
        return await self._begin(2, data)

    async def press(self, card: Card, words: str) -> Answer:
        assert words in card.buttons, f"no button {words!r} among {list(card.buttons)}"
        return await self.press_id(card, card.buttons[words]["custom_id"])

    async def press_id(self, card: Card, custom_id: str) -> Answer:
        return await self._begin(3, {"custom_id": custom_id, "component_type": 2}, card)

    async def choose(self, card: Card, option: str) -> Answer:
        for menu in card.menus:
            for offered in menu["options"]:
                if offered["label"] == option:
                    data = {
                        "custom_id": menu["custom_id"],
                        "component_type": 3,
                        "values": [offered["value"]],
                    }
                    return await self._begin(3, data, card)
        raise AssertionError(f"no option {option!r}")

    async def submit(self, form: FormShown, values: dict[str, Any]) -> Answer:
        data = {"custom_id": form.raw["custom_id"], "components": form.filled(values)}
        return await self._begin(5, data, form.card)

    async def write(self, form: FormShown, text: str) -> Answer:
        """Fill in the one field of a form."""
        (field,) = form.controls
        return await self.submit(form, {field: text})

    async def raw(self, kind: int, data: Any, *, without: str = "") -> Answer:
        """An interaction of a shape that no client makes."""
        interaction = self._interaction(kind, data)
        interaction.pop(without, None)
        return await self._sent(interaction)

    async def again(self, answer: Answer) -> Answer:
        """The same event once more, as after a resumed connection."""
        return await self._sent(answer.pending.interaction)

    async def _begin(self, kind: int, data: dict[str, Any], card: Card | None = None) -> Answer:
        interaction = self._interaction(kind, data)
        if card is not None:
            interaction["message"] = card.raw
        return await self._sent(interaction)

    async def _sent(self, interaction: dict[str, Any]) -> Answer:
        pending = Pending(interaction, time.monotonic())
        self.server.pending[interaction["token"]] = pending
        await self.server.dispatch("INTERACTION_CREATE", interaction, self.shard)
        return Answer(pending)

    def _interaction(self, kind: int, data: Any) -> dict[str, Any]:
        return {
            "id": snowflake(),
            "application_id": APPLICATION,
            "type": kind,
            "data": data,
            "token": f"interaction-{snowflake()}",
            "version": 1,
            "locale": self.locale,
            "channel_id": CHANNEL,
            "entitlements": [],
            "attachment_size_limit": 10_000_000,
            "authorizing_integration_owners": self.owners,
            "app_permissions": str(self.bot_may),
            **self._place(),
        }

    def _place(self) -> dict[str, Any]:
        user = {
            "id": self.id,
            "username": self.name.lower(),
            "discriminator": "0",
            "global_name": self.name,
            "avatar": None,
            "bot": False,
        }
        if self.guild is None:
            return {
                "user": user,
                "context": 1,
                "channel": {"id": CHANNEL, "type": 1, "recipients": [user]},
            }
        member = {
            "user": user,
            "roles": self.roles,
            "joined_at": "2026-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
            "flags": 0,
            "nick": None,
            "permissions": str(self.permissions),
        }
        return {
            "member": member,
            "guild_id": self.guild,
            "guild_locale": "en-US",
            "context": 0,
            "guild": {"id": self.guild, "locale": "en-US", "features": []},
            "channel": {
                "id": CHANNEL,
                "type": 0,
                "name": "grove",
                "guild_id": self.guild,
                "permissions": "2147483647",
                "position": 0,
                "permission_overwrites": [],
            },
        }
