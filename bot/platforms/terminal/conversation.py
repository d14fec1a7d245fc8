"""One person's talk with the desk: read an entry, find its meaning, hand it over, draw."""

from __future__ import annotations

import asyncio
import logging
import secrets
from itertools import count
from pathlib import Path
from typing import Protocol, assert_never

from bot.observed import Desk
from bot.platforms.terminal.entry import Entry, next_entry
from bot.platforms.terminal.lines import Lines
from bot.platforms.terminal.meaning import (
    OWN_COMMANDS,
    Become,
    Hint,
    Leave,
    Send,
    Show,
    Step,
    View,
    meaning,
    seen,
    text_meaning,
)
from bot.traces import new_error_id, told
from core.dialogue import (
    AskLabels,
    AskText,
    Attachment,
    Command,
    Event,
    Labelled,
    Press,
    Say,
    Screen,
    Typed,
)
from core.languages import interface_language
from core.people import Who
from core.text import N_, Text
from core.values import replace

log = logging.getLogger(__name__)

_HELP = (Command("help"), Press("help"))
"""What brings up the list of commands, in which this platform names its own too."""


class Page(Protocol):
    """Where screens are drawn."""

    prompt: str

    def screen(self, view: View, saved: Path | None) -> None: ...
    def question(self, view: View) -> None: ...
    def tell(self, text: Text, language: str) -> None: ...
    def greet(self, name: str, language: str) -> None: ...


class Conversation:
    """Keeps the screen in front and unfinished picks; everything else is in the store."""

    def __init__(
        self,
        desk: Desk,
        page: Page,
        lines: Lines,
        stop: asyncio.Event,
        *,
        name: str,
        locale: str | None,
        folder: Path,
    ) -> None:
        self._desk, self._page, self._lines, self._stop = desk, page, lines, stop
        self._locale, self._folder = locale, folder
        self._keys = map(f"terminal:{secrets.token_hex(8)}:{{}}".format, count(1))
        self._become(name)

    async def run(self) -> None:
        """Until the person leaves, the input ends, or the program stops."""
        while not self._stop.is_set():
            entry = await next_entry(self._line, self._page.prompt)
            if entry is None or not await self._entered(entry) or entry.is_last:
                break
        await self._keep_unfinished()

    async def _keep_unfinished(self) -> None:
        """Told to stop while a text is being typed: what there is of it becomes a draft."""
        text = self._lines.unfinished()
        if self._stop.is_set() and isinstance(self._view.screen, AskText) and text.strip():
            await self._send(Typed(text, self._view.screen.task_id))

    def _become(self, name: str) -> None:
        self._who = Who(
            "terminal",
            name,
            name,
            self._locale,
            may_manage=True,
            may_moderate=True,
            is_local=True,
        )
        self._view = View(Say(language=interface_language(self._locale)))
        self._page.greet(name, self._view.screen.language)

    async def _entered(self, entry: Entry) -> bool:
        """Whether the conversation goes on after this entry."""
        view = self._view
        meant = text_meaning(entry.text, view) if entry.is_block else meaning(entry.text, view)
        match meant:
            case Send(event):
                await self._send(event)
            case Step(changed):
                self._view = changed
                self._page.question(changed)
            case Show(changed):
                self._view = changed
                self._page.screen(changed, None)
            case Hint(text):
                self._page.tell(text, view.screen.language)
            case Become(name):
                self._become(name)
            case Leave():
                return False
            case _:
                assert_never(meant)
        return True

    async def _send(self, event: Event) -> None:
        before = self._view
        try:
            screen = await self._desk.handle(self._who, event, next(self._keys))
        except Exception as fault:  # of the store; the desk has undone everything
            self._page.tell(_apology(fault), before.screen.language)
            return
        if event in _HELP and not screen.refused:
            screen = replace(screen, body=(*screen.body, OWN_COMMANDS))
        if _asks_nothing_more(screen):
            self._page.screen(View(screen), None)
            return
        self._view = seen(before, screen)
        if isinstance(event, Labelled) and _goes_on(before.screen, screen):
            self._page.question(self._view)
        else:
            self._page.screen(self._view, await self._saved(screen))

    async def _saved(self, screen: Screen) -> Path | None:
        """Where the file of a screen is now, if it has one."""
        if screen.attachment is None:
            return None
        try:
            return await asyncio.to_thread(_save, screen.attachment, self._folder)
        except OSError as fault:
            self._page.tell(
                N_(
                    "The file could not be written to {folder} ({reason}). Mend that, then enter"
                    " the command again.",
                    folder=str(self._folder),
                    reason=fault.strerror or str(fault),
                ),
                screen.language,
            )
            return None

    async def _line(self, prompt: str) -> str | None:
        """The next line, or None when the program stops meanwhile."""
        line = asyncio.ensure_future(self._lines.next(prompt))
        stopping = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({line, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if line.done():
            return line.result()
        line.cancel()
        return None


def _save(attachment: Attachment, folder: Path) -> Path:
    """Write a file for its owner alone, beside those that were written for others before."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / Path(attachment.name).name
    stem, numbers = path.stem, count(2)
    while True:
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            path = path.with_stem(f"{stem}-{next(numbers)}")
        else:
            break
    try:
        path.write_bytes(attachment.content)
    except OSError:
        path.unlink()
        raise
    return path


def _asks_nothing_more(screen: Screen) -> bool:
    """A refusal that has nothing else to show: what is in front stays there."""
    return screen.refused and isinstance(screen, Say) and not screen.buttons


def _goes_on(before: Screen, after: Screen) -> bool:
    """The next question of a form needs no second drawing of the whole form."""
    return (
        isinstance(before, AskLabels)
        and isinstance(after, AskLabels)
        and before.task_id == after.task_id
        and not after.refused
    )


def _apology(fault: Exception) -> Text:
    """One sentence for the person; what happened goes to the log under the same id."""
    error_id = new_error_id()
    log.error("Error %s: %s", error_id, told(fault))
    return N_(
        "Something went wrong on our side. Please enter it again in a moment. (Error {error_id})",
        error_id=error_id,
    )
