"""Groups: a button that leads to the private chat, answers to those who ask, silence otherwise."""

from __future__ import annotations

from telegram import Bot, Chat, Message
from telegram.helpers import create_deep_linked_url

from bot.platforms.telegram_draw import Drawing, drawn
from bot.platforms.telegram_keyboards import link_keyboard, take_keyboard
from bot.platforms.telegram_parse import (
    Typing,
    event_from_typing,
    is_anonymous_admin,
    is_person,
    typing_from_text,
    who_from_user,
)
from bot.platforms.telegram_send import Place, Sender
from bot.platforms.telegram_talk import Talk
from bot.platforms.telegram_updates import Turn
from core.commands import Audience, CommandSpec, command_named
from core.dialogue import Say, Screen
from core.languages import interface_language
from core.people import Who
from core.text import N_, Text

POST_BUTTON = "post_button"

_INVITATION = N_("Help to grow open conversations: write, review and rank messages.")
_ADMINS_ONLY = N_("Only admins of this group can do that.")
_NOT_HIDDEN = N_("I cannot see who you are. Send me that in our private chat.")
_IN_PRIVATE = N_("Let us do that in our private chat.")
# limit:34 button
_OPEN = N_("Open the private chat")


class Groups:
    """What the bot says in groups."""

    def __init__(self, bot: Bot, sender: Sender, talk: Talk) -> None:
        self._bot = bot
        self._sender = sender
        self._talk = talk

    async def message(self, turn: Turn, message: Message) -> None:
        """A message in a group; only commands for this bot are answered."""
        if message.migrate_to_chat_id is not None:
            self._sender.moved(message.chat.id, message.migrate_to_chat_id)
            return
        typing = typing_from_text(message.text or "", self._bot.username)
        if typing is None or message.from_user is None:
            return
        place = _place(message)
        if typing.name == POST_BUTTON:
            await self._post_button(place, message)
        elif is_anonymous_admin(message):
            await self._answer(place, None, _NOT_HIDDEN)
        elif is_person(message.from_user):
            await self._command(turn, place, message, typing)

    async def _command(self, turn: Turn, place: Place, message: Message, typing: Typing) -> None:
        assert message.from_user is not None
        spec = command_named(typing.name)
        locale = message.from_user.language_code
        if typing.name in ("start", "work"):
            await self._invite(place, locale)
        elif spec is not None and (spec.in_groups or _for_admins(spec)):
            who = await self._who(message, spec)
            screen = await self._talk.screen(turn, who, event_from_typing(typing))
            await self._show(turn, place, message, screen)
        elif typing.is_addressed:
            await self._to_private(place, message.chat, locale, _IN_PRIVATE)

    async def _post_button(self, place: Place, message: Message) -> None:
        assert message.from_user is not None
        is_admin = is_anonymous_admin(message)
        if not is_admin and is_person(message.from_user):
            _, is_admin = await self._talk.standing(message.chat.id, message.from_user.id)
        locale = message.from_user.language_code
        if is_admin:
            await self._invite(Place(place.chat_id, place.thread_id), locale)
        else:
            await self._answer(place, locale, _ADMINS_ONLY)

    async def _who(self, message: Message, spec: CommandSpec) -> Who:
        """The person in this group; their rights are asked for where the command needs them."""
        assert message.from_user is not None
        is_admin = False
        if _for_admins(spec):
            _, is_admin = await self._talk.standing(message.chat.id, message.from_user.id)
        return who_from_user(
            message.from_user, message.chat, may_manage=is_admin, may_moderate=is_admin
        )

    async def _show(self, turn: Turn, place: Place, message: Message, screen: Screen) -> None:
        """In the group what all may see, in private what is theirs alone."""
        assert message.from_user is not None
        user_id = message.from_user.id
        if screen.public:
            await self._talk.draw(turn, place, screen, owner=user_id)
            return
        await self._talk.draw(turn, Place(user_id), screen)
        if self._sender.is_unreachable(user_id):
            await self._to_private(
                place, message.chat, message.from_user.language_code, _IN_PRIVATE
            )

    async def _invite(self, place: Place, locale: str | None) -> None:
        language = interface_language(locale)
        drawing = drawn(Say(body=(_INVITATION,), language=language))
        await self._sender.send(place, Drawing(drawing.messages, take_keyboard(language)))

    async def _to_private(
        self, place: Place, chat: Chat, locale: str | None, sentence: Text
    ) -> None:
        language = interface_language(locale)
        url = create_deep_linked_url(self._bot.username, f"j_{chat.id}")
        drawing = drawn(Say(body=(sentence,), language=language))
        keyboard = link_keyboard(_OPEN, url, language)
        await self._sender.send(place, Drawing(drawing.messages, keyboard))

    async def _answer(self, place: Place, locale: str | None, sentence: Text) -> None:
        screen = Say(body=(sentence,), language=interface_language(locale))
        await self._sender.send(place, drawn(screen))


def _place(message: Message) -> Place:
    """An answer to this message, in its topic."""
    thread_id = message.message_thread_id if message.is_topic_message else None
    return Place(message.chat.id, thread_id, message.message_id)


def _for_admins(spec: CommandSpec) -> bool:
    return spec.audience in (Audience.MODERATOR, Audience.ADMIN)
