"""Parse, ask the desk, draw: the one way from an interaction to its reply."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

from cogs.card import Card, Form, Message
from cogs.faults import apology, logged
from cogs.posting import posted
from cogs.render import messages
from cogs.reply import Interaction, Reply
from cogs.visitors import key_of, who_of
from cogs.writing import opens_at_once, text_form
from core.dialogue import AskText, Event, Invite, Screen
from core.languages import interface_language
from core.people import Who

PATIENCE = 2.0
"""Seconds to wait for the desk before asking for more time, which Discord wants within 3."""


class Desk(Protocol):
    """The desk, as seen from a platform."""

    async def handle(self, who: Who, event: Event, key: str | None) -> Screen: ...


FormOf = Callable[[Screen], Form | None]
"""The form that a screen opens, if any."""
MessagesOf = Callable[[Screen], tuple[Message, ...]]


def form_at_once(screen: Screen) -> Form | None:
    """The form of a text for which nothing must be read or decided first."""
    return writing(screen) if isinstance(screen, AskText) and opens_at_once(screen) else None


def writing(screen: Screen) -> Form | None:
    """The form of any text, asked for by name or by its own button."""
    return text_form(screen) if isinstance(screen, AskText) else None


class Conversation:
    """Takes what people do on Discord to the desk and draws what comes back."""

    def __init__(self, desk: Desk, patience: float = PATIENCE) -> None:
        self._desk = desk
        self._patience = patience
        self._at_work: set[asyncio.Task[object]] = set()

    async def answer(
        self,
        interaction: Interaction,
        event: Event,
        *,
        keyed: bool = True,
        form_of: FormOf = form_at_once,
        messages_of: MessagesOf = messages,
        fresh: bool = False,
    ) -> None:
        """Reply with the desk's screen for an event; an event with a key counts but once."""
        key = key_of(interaction) if keyed else None

        async def act(reply: Reply) -> None:
            screen = await self._asked(reply, self._answered(interaction, event, key))
            form = form_of(screen) if reply.can_open_form else None
            if form is not None:
                await reply.open(form)
            elif screen.foreign:
                await reply.add(messages(screen))
            else:
                await reply.send(messages_of(screen), public=screen.public)

        await self._replied(interaction, Reply(interaction, fresh=fresh), act, event)

    async def told(self, who: Who, event: Event) -> None:
        """Tell the desk what nobody waits for an answer to."""
        try:
            await self._desk.handle(who, event, None)
        except Exception as error:
            logged(error, "telling the desk of a server")

    async def say(self, interaction: Interaction, screen: Screen) -> None:
        """Reply with a screen of the platform's own."""
        reply = Reply(interaction, fresh=True)
        await self._replied(interaction, reply, lambda reply: reply.send(messages(screen)))

    async def redraw(
        self, interaction: Interaction, event: Event, card: Callable[[], Card]
    ) -> None:
        """Replace the pressed card by another look of it, unless the desk refuses the event."""

        async def act(reply: Reply) -> None:
            screen = await self._asked(reply, self._answered(interaction, event, None))
            if screen.refused:
                await reply.add(messages(screen))
            else:
                await reply.redraw(card())

        await self._replied(interaction, Reply(interaction), act, event)

    async def apologise(
        self, interaction: Interaction, error: Exception, event: Event | None = None
    ) -> None:
        """Tell the person and the log of an error that came before any reply."""
        await self._apologised(interaction, Reply(interaction, fresh=True), error, event)

    async def drained(self, seconds: float) -> None:
        """Wait until every reply under way is finished, but not for ever."""
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=seconds)

    async def _answered(self, interaction: Interaction, event: Event, key: str | None) -> Screen:
        """The desk's screen; what it wants posted for everybody is posted before it is shown."""
        screen = await self._desk.handle(who_of(interaction), event, key)
        return await posted(interaction, screen) if isinstance(screen, Invite) else screen

    async def _asked(self, reply: Reply, answer: Coroutine[Any, Any, Screen]) -> Screen:
        """The answer; where it takes long, Discord is asked for more time first."""
        asked = asyncio.create_task(answer)
        done, _ = await asyncio.wait({asked}, timeout=self._patience)
        if not done:
            try:
                await reply.defer()
            except Exception as error:  # the answer may still arrive, and counts in any case
                logged(error, "asking Discord for more time")
        return await asked

    async def _replied(
        self,
        interaction: Interaction,
        reply: Reply,
        act: Callable[[Reply], Awaitable[None]],
        event: Event | None = None,
    ) -> None:
        """Act; whatever fails, the person hears of it, and the log does."""
        task = asyncio.current_task()
        assert task is not None
        self._at_work.add(task)
        try:
            await act(reply)
        except Exception as error:
            await self._apologised(interaction, reply, error, event)
        finally:
            self._at_work.discard(task)

    async def _apologised(
        self, interaction: Interaction, reply: Reply, error: Exception, event: Event | None
    ) -> None:
        error_id = logged(error, "answering on Discord")
        said = apology(event, error_id, interface_language(interaction.locale.value))
        try:
            await reply.add(messages(said))
        except Exception as second:
            logged(second, "telling a person about an error")
