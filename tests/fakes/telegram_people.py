"""Somebody with a Telegram app: writes, taps, reads what is in the chat."""

from __future__ import annotations

from typing import Any

from fakes.telegram_server import FakeTelegram, Json

from core.desk.words import KIND_NAMES
from core.model import TaskKind


class Volunteer:
    """One person in their private chat with the bot, and in groups."""

    def __init__(self, server: FakeTelegram, user_id: int, name: str, locale: str = "en") -> None:
        self.server, self.id = server, user_id
        self.user: Json = {
            "id": user_id, "is_bot": False, "first_name": name, "language_code": locale,
        }  # fmt: skip
        self.chat: Json = {"id": user_id, "type": "private", "first_name": name}
        server.chats[user_id] = self.chat
        self._seen = 0

    def say(self, text: str | None, chat: Json | None = None, **more: Any) -> Json:
        """Send a message; what the app would hold of it."""
        message = self.server.message(self.user, chat or self.chat, text, **more)
        self.server.queue("message", message)
        return message

    def change(self, message: Json, text: str) -> None:
        """Edit a message sent before."""
        edited = {**message, "text": text, "edit_date": message["date"] + 1}
        self.server.queue("edited_message", edited)

    async def tap(self, words: str, message: Json | None = None) -> Json:
        """Tap a button by the words on it; the answer to the tap."""
        query = self.touch(words, message)
        answer: Json = await self.server.until(lambda: self.server.answers.get(query))
        return answer

    def touch(self, words: str, message: Json | None = None) -> str:
        """Tap and do not wait."""
        message = message or self.latest()
        button = button_with(message, words)
        return self.server.tap(self.user, message, button["callback_data"])

    async def reads(self, words: str, seconds: float = 30.0) -> Json:
        """Wait for a message with these words, new or drawn over; from then on it is read."""
        message: Json = await self.server.until(lambda: self._with(words), seconds)
        self._seen = max(self._seen, len(self.server.calls))
        return message

    async def asks(self, text: str, words: str, seconds: float = 30.0) -> Json:
        """Say something and wait for an answer with these words."""
        self._seen = len(self.server.calls)
        self.say(text)
        return await self.reads(words, seconds)

    def inbox(self) -> list[Json]:
        """Every message of the bot to this person, oldest first."""
        return [m for (chat, _), m in sorted(self.server.messages.items()) if chat == self.id]

    def latest(self) -> Json:
        """The last message with a keyboard."""
        return [m for m in self.inbox() if "reply_markup" in m][-1]

    def _with(self, words: str) -> Json | None:
        """A message with these words that was sent or drawn since the last look."""
        found = [
            message
            for message in self.inbox()
            if words in message.get("text", "")
            and self.server.drawn[self.id, message["message_id"]] > self._seen
        ]
        return found[-1] if found else None


def words_on(message: Json) -> list[str]:
    """What is written on the buttons."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def button_with(message: Json, words: str) -> Json:
    """The button with exactly these words, or else the first that holds them."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    for button in buttons:
        if button["text"] == words:
            return button
    for button in buttons:
        if words in button["text"]:
            return button
    raise AssertionError(f"no button {words!r} among {words_on(message)}")


def title(kind: str) -> str:
    """What the screen of such a task is called."""
    return str(KIND_NAMES[TaskKind(kind)])
