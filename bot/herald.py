"""What a platform offers to those who post on schedule, and what it may answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from core.dialogue import Screen
from core.flow.posting import Post


class PostRefused(Exception):
    """The platform has said no, and has not taken the post."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PostLater(Exception):
    """The platform wants to be asked again after a while, and has not taken the post."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"in {seconds:g} seconds")
        self.seconds = seconds


class Unwelcome(Exception):
    """The person lets nobody write to them, or not us."""


class Herald(Protocol):
    """Posts boards and reminds people on one platform, at a pace that the platform likes."""

    platform: str
    knows_nonces: bool  # whether a post that was sent twice appears once

    async def post(self, post: Post, picture: bytes | None, caption: str, alternative: str) -> str:
        """The platform's name of the message.

        Raises PostRefused or PostLater where it was surely not taken; after any other error it
        may have been.
        """
        ...

    async def tell(self, post: Post, channel: str, words: str) -> None:
        """Say something to the admins of the community; raises what the platform raises."""
        ...

    async def show(self, address: str, channel: str, screen: Screen) -> None:
        """Show a screen with its buttons to the moderators of a community, in their channel.

        Raises PostRefused or PostLater where it was surely not taken.
        """
        ...

    async def remind(self, address: str, screen: Screen) -> None:
        """Show a screen to one person, in private, once.

        Raises Unwelcome or PostLater where it was surely not taken; after any other error it may
        have been.
        """
        ...


Announce = Callable[[Herald], None]
"""Called by a platform once it is logged in."""


class Gate:
    """Lets posts pass while a platform is connected, and waits for those under way at the end."""

    def __init__(self) -> None:
        self._is_open = True
        self._inside = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @asynccontextmanager
    async def passed(self) -> AsyncIterator[None]:
        if not self._is_open:
            raise PostLater(1)
        self._inside += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty.set()

    async def close(self, seconds: float) -> None:
        """Nothing begins any more; what has begun may end."""
        self._is_open = False
        try:
            await asyncio.wait_for(self._empty.wait(), seconds)
        except TimeoutError:
            return
