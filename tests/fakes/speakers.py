"""The same acts of a volunteer on each platform: with forms, with taps, with typed lines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from fakes.discord_people import Card, Member
from fakes.discord_server import DiscordServer
from fakes.telegram_people import Volunteer, title, words_on
from fakes.telegram_server import FakeTelegram

from bot.platforms.terminal.conversation import Conversation
from bot.platforms.terminal.keys import keys_of
from bot.platforms.terminal.meaning import View
from bot.platforms.terminal.plain import PlainPage
from core.desk import Desk

NAMES = ("Ana", "Ben", "Eva", "Ida")


class Speaker(Protocol):
    """Somebody who talks to the bot, wherever they are."""

    async def agrees(self) -> None: ...

    async def drafts(self, kind: str, text: str) -> None:
        """Take a writing task and write; nothing is sent yet."""
        ...

    async def rewrites(self, text: str) -> None:
        """Write the draft anew."""
        ...

    async def submits(self) -> None: ...

    async def undoes(self) -> None:
        """Take the answer back that was given last; its task is open again."""
        ...

    async def skips(self, kind: str, reason: str) -> None: ...

    async def reviews(self, kind: str, quality: int) -> None:
        """No spam, and a quality of 1 to 5."""
        ...

    async def calls_spam(self, kind: str) -> None: ...

    async def ranks(self, *places: int) -> None:
        """Replies by the number they are shown under, best first."""
        ...

    async def reports(self, kind: str, reason: str) -> None: ...

    async def sets(self, command: str, argument: str, value: str) -> None:
        """Give a command with one argument."""
        ...


class OnDiscord:
    """With slash commands, buttons and forms."""

    def __init__(self, server: DiscordServer, name: str) -> None:
        self.member = Member(server, name, guild=None)
        self.card: Card | None = None

    async def _press(self, words: str) -> Card:
        assert self.card is not None
        self.card = await (await self.member.press(self.card, words)).card()
        return self.card

    async def _take(self, kind: str) -> Card:
        self.card = await (await self.member.slash("work", kind=kind)).card()
        return self.card

    async def agrees(self) -> None:
        self.card = await (await self.member.slash("consent")).card()
        await self._press("I agree")

    async def drafts(self, kind: str, text: str) -> None:
        form = await (await self.member.press(await self._take(kind), "Write")).form()
        self.card = await (await self.member.write(form, text)).card()

    async def rewrites(self, text: str) -> None:
        assert self.card is not None
        form = await (await self.member.press(self.card, "Edit")).form()
        self.card = await (await self.member.write(form, text)).card()

    async def submits(self) -> None:
        await self._thanked("Submit")

    async def undoes(self) -> None:
        await self._press("Undo")

    async def skips(self, kind: str, reason: str) -> None:
        await self._take(kind)
        await self._press("Skip")
        await self._press(reason)

    async def reviews(self, kind: str, quality: int) -> None:
        form = await (await self.member.press(await self._take(kind), "Not spam")).form()
        label = next(words for words in form.controls if "good" in words.lower())
        values = dict.fromkeys(form.controls) | {label: str((quality - 1) / 4)}
        self.card = await (await self.member.submit(form, values)).card()
        await self._thanked("Done")

    async def calls_spam(self, kind: str) -> None:
        await self._take(kind)
        await self._thanked("Spam")

    async def ranks(self, *places: int) -> None:
        await self._take("rank_assistant_replies")
        if len(places) == 2:
            await self._thanked(f"Reply {places[0]} is better")
            return
        for place in places:
            if "Submit" not in (self.card.buttons if self.card else ()):
                await self._press(f"Reply {place}")
        await self._thanked("Submit")

    async def reports(self, kind: str, reason: str) -> None:
        await self._take(kind)
        await self._press("Report")
        await self._press(reason)

    async def sets(self, command: str, argument: str, value: str) -> None:
        self.card = await (await self.member.slash(command, **{argument: value})).card()

    async def _thanked(self, words: str) -> None:
        if words in (self.card.buttons if self.card else ()):
            await self._press(words)
        assert self.card is not None
        assert "Thank you" in self.card.text, self.card.text


class OnTelegram:
    """With messages and taps."""

    def __init__(self, server: FakeTelegram, user_id: int, name: str) -> None:
        self.person = Volunteer(server, user_id, name)

    async def agrees(self) -> None:
        await self.person.asks("/consent", "Before you begin")
        await self.person.tap("I agree")
        await self.person.reads("You can begin")

    async def drafts(self, kind: str, text: str) -> None:
        await self.person.asks(f"/work {kind}", "Send your text here")
        await self.person.asks(text, "Your draft")

    async def rewrites(self, text: str) -> None:
        await self.person.asks(text, "Your draft")

    async def submits(self) -> None:
        await self._thanked("Submit")

    async def undoes(self) -> None:
        await self.person.tap("Undo")
        await self.person.reads("Taken back")

    async def skips(self, kind: str, reason: str) -> None:
        await self.person.asks(f"/work {kind}", title(kind))
        await self.person.tap("Skip")
        await self.person.reads("Skipped")
        await self.person.tap(reason)
        await self.person.reads("Noted")

    async def reviews(self, kind: str, quality: int) -> None:
        await self.person.asks(f"/work {kind}", title(kind))
        form = json.loads(json.dumps(self.person.latest()))
        for words in ("○ No", f"○ {quality}"):
            await self.person.tap(words, form)
        await self._thanked("Submit")

    async def calls_spam(self, kind: str) -> None:
        await self.person.asks(f"/work {kind}", title(kind))
        await self._thanked("○ Yes")

    async def ranks(self, *places: int) -> None:
        await self.person.asks("/work rank_assistant_replies", title("rank_assistant_replies"))
        if len(places) == 2:
            await self._thanked(f"{places[0]} is better")
            return
        server, person = self.person.server, self.person
        for place in places[:-1]:
            await person.tap(str(place))
            picked = f"✓ {place} "
            await server.until(
                lambda picked=picked: any(picked in words for words in words_on(person.latest()))
            )
        await self._thanked("Submit")

    async def reports(self, kind: str, reason: str) -> None:
        await self.person.asks(f"/work {kind}", title(kind))
        await self.person.tap("Report")
        await self.person.reads("What is wrong")
        await self.person.tap(reason)
        await self.person.reads("Thank you")

    async def sets(self, command: str, argument: str, value: str) -> None:
        await self.person.asks(f"/{command.replace('-', '_')} {argument}={value}", "")

    async def _thanked(self, words: str) -> None:
        await self.person.tap(words)
        await self.person.reads("Thank you")


class _SeenPage(PlainPage):
    """A page that knows what is on it."""

    view: View | None = None

    def screen(self, view: View, saved: Path | None) -> None:
        self.view = view
        super().screen(view, saved)


class OnTerminal:
    """With typed lines."""

    def __init__(self, desk: Desk, folder: Path, name: str) -> None:
        self._desk, self._folder, self._name = desk, folder, name
        self._page = _SeenPage()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._reading = asyncio.Event()
        self._talk: asyncio.Task[None] | None = None

    def unfinished(self) -> str:
        return ""

    async def next(self, prompt: str) -> str | None:
        """The keyboard: tells that it is waited for, and waits."""
        self._reading.set()
        return await self._lines.get()

    async def types(self, *lines: str) -> None:
        """Type lines one after the other, each when the one before has been answered."""
        if self._talk is None:
            talk = Conversation(
                self._desk, self._page, self, asyncio.Event(),  # type: ignore[arg-type]
                name=self._name, locale=None, folder=self._folder,
            )  # fmt: skip
            self._talk = asyncio.create_task(talk.run())
        for line in lines:
            await self._waited_for()
            self._reading.clear()
            self._lines.put_nowait(line)
        await self._waited_for()

    async def leaves(self) -> None:
        self._lines.put_nowait(None)
        if self._talk is not None:
            await self._talk

    async def _waited_for(self) -> None:
        async with asyncio.timeout(10):
            await self._reading.wait()

    async def presses(self, words: str) -> None:
        """Type the key of a button."""
        assert self._page.view is not None
        screen = self._page.view.screen
        (letter,) = [key.letter for key in keys_of(screen) if key.label == words]
        assert letter is not None
        await self.types(letter)

    async def agrees(self) -> None:
        await self.types("/consent", "agree")

    async def drafts(self, kind: str, text: str) -> None:
        await self.types(f"/work {kind}", text)

    async def rewrites(self, text: str) -> None:
        await self.presses("Edit")
        await self.types(text)

    async def submits(self) -> None:
        await self.presses("Submit")

    async def undoes(self) -> None:
        await self.presses("Undo")

    async def skips(self, kind: str, reason: str) -> None:
        await self.types(f"/work {kind}")
        await self.presses("Skip")
        await self.presses(reason)

    async def reviews(self, kind: str, quality: int) -> None:
        await self.types(f"/work {kind}", f"spam=n quality={quality}")

    async def calls_spam(self, kind: str) -> None:
        await self.types(f"/work {kind}", "spam=y")

    async def ranks(self, *places: int) -> None:
        await self.types("/work rank_assistant_replies", ">".join(map(str, places)))

    async def reports(self, kind: str, reason: str) -> None:
        await self.types(f"/work {kind}")
        await self.presses("Report")
        await self.presses(reason)

    async def sets(self, command: str, argument: str, value: str) -> None:
        await self.types(f"/{command} {argument}={value}")


async def a_conversation(people: Sequence[Speaker]) -> None:
    """From consent to a finished tree, with second thoughts on the way."""
    ana, ben, eva, ida = people
    for person in people:
        await person.agrees()
    await ana.sets("timezone", "zone", "Europe/Madrid")
    await ana.drafts("initial_prompt", "How do I keep basil alive over the wintr?")
    await ana.rewrites("How do I keep <b>basil</b> alive & well over the winter? 🌱")
    await ana.submits()
    await ana.undoes()
    await ana.rewrites("How do I keep <b>basil</b> alive & well in winter? 🌱")
    await ana.submits()
    await eva.skips("label_initial_prompt", "Not interesting")
    await ben.reviews("label_initial_prompt", quality=4)
    for person, text in (
        (ben, "Keep it on a bright sill."),
        (eva, "Buy a new one\u200f in spring."),
        (ida, "Freeze its leaves: ice keeps them."),
    ):
        await person.drafts("assistant_reply", text)
        await person.submits()
    for reviewer in (ana, ana, ana):
        await reviewer.reviews("label_assistant_reply", quality=5)
    await ana.ranks(3, 1, 2)
    await ida.drafts("initial_prompt", "buy buy buy, cheap cheap cheap")
    await ida.submits()
    await ben.reports("label_initial_prompt", "Spam")
    await eva.calls_spam("label_initial_prompt")
