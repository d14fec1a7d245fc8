"""A village that lives in one community, with moderators, strangers and an owner."""

from __future__ import annotations

from dataclasses import replace

from fakes.players import Player
from fakes.village import Village

from core.community import Rules, with_rules
from core.model import Message
from core.people import AuditEntry, Community, Who

HOME = Who("discord", "", "", "en", community="home", community_name="Home", place="77")


class Neighbourhood(Village):
    """Everybody who comes is from the same server, unless it is said otherwise."""

    def stranger(self, name: str = "", platform: str = "discord") -> Player:
        player = super().stranger(name, platform)
        player.who = replace(HOME, external_id=player.who.external_id, name=player.who.name)
        return player

    def moderator(self, name: str = "Mo") -> Player:
        """Somebody whom the platform lets moderate here; they have agreed to nothing."""
        return Player(self, replace(HOME, external_id=name, name=name, may_moderate=True))

    def foreign_moderator(self) -> Player:
        """Somebody who may moderate a server of their own."""
        who = replace(HOME, external_id="Fo", name="Fo", community="abroad")
        return Player(self, replace(who, may_moderate=True, may_manage=True))

    def owner(self) -> Player:
        """Whoever sits at the machine."""
        return Player(self, Who("terminal", "root", "Root", "en", is_local=True))

    @property
    def home(self) -> Community:
        return next(c for c in self.memory.tables.communities.values() if c.name == "Home")

    def logs_to(self, channel: str | None) -> None:
        """The admins chose a log channel."""
        changed = with_rules(self.home, Rules(log_channel=channel))
        self.memory.tables.communities["discord", "home"] = changed

    async def reported(self, reason: str = "spam", *, times: int = 1) -> Message:
        """A prompt that was reported by so many."""
        await self.prompt()
        for number in range(times):
            reporter = await self.volunteer()
            await reporter.takes("label")
            await reporter.does(
                "report", reason=f"{reason}" if not number else f"{reason} {number}"
            )
        return self.tree.root

    def acts(self) -> list[AuditEntry]:
        """What people did, oldest first."""
        return [e for e in self.memory.tables.audit if e.act not in {"state", "configure"}]
