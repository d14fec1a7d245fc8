"""Taps on buttons: every one is answered, and changes what it may."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from telegram import Bot, CallbackQuery, MaybeInaccessibleMessage, Message
from telegram.helpers import create_deep_linked_url

from bot.platforms import telegram_labels as labels
from bot.platforms import telegram_ranking as ranking
from bot.platforms.telegram_data import OldButton, Pick, Pressed, Take, Tick, tap_from_data
from bot.platforms.telegram_draw import drawn, toast
from bot.platforms.telegram_keyboards import own_rows
from bot.platforms.telegram_labels import Form
from bot.platforms.telegram_members import Members
from bot.platforms.telegram_parse import JOIN, Group, in_private, payload_for, who_from_user
from bot.platforms.telegram_ranking import Picks
from bot.platforms.telegram_redraw import Redraws, Replaced
from bot.platforms.telegram_send import TOAST, Place, Sender
from bot.platforms.telegram_talk import Talk, is_task, not_told
from bot.platforms.telegram_turns import Turn
from core.dialogue import SHOW, Event, Labelled, Ordered, Press, Screen, press, press_parts
from core.languages import interface_language
from core.text import N_, Text
from locales import say

_SOON = 2.0  # seconds after which a tap is answered before the desk has spoken

# limit:200 answer to a tap
_OLD = N_("This button is from an older version. Go on with /work.")
# limit:200 answer to a tap
_NOT_YOURS = N_("This button belongs to somebody else. Send me /work in our private chat.")
# limit:200 answer to a tap
_UNFINISHED = N_("Some replies have no place yet.")


class Taps:
    """What taps on our keyboards do."""

    def __init__(self, bot: Bot, sender: Sender, talk: Talk, members: Members) -> None:
        self._bot = bot
        self._sender = sender
        self._talk = talk
        self._members = members
        self._redraws = Redraws(sender.redraw)
        self._replaced = Replaced()

    async def tap(self, turn: Turn, query: CallbackQuery) -> asyncio.Task[None] | None:
        """Answer a tap; what it returns ends when its keyboard has been drawn."""
        message = query.message
        try:
            tap = tap_from_data(query.data or "")
        except OldButton:
            await self._alert(turn, query, _OLD)
            return None
        match tap:
            case Take() if message is not None:
                turn.commit()
                await self._sender.answer(query.id, url=self._link(message))
            case Pressed(_, int() as owner) if owner != query.from_user.id:
                await self._alert(turn, query, _NOT_YOURS)
            case Pressed(press_id, owner) if message is not None:
                about = owner if isinstance(owner, Group) else None
                await self._event(turn, query, message, Press(press_id), _task_of(press_id), about)
            case Pick() | Tick() if isinstance(message, Message) and self._is_drawable(message):
                return await self._progress(turn, query, message, tap)
            case Pick(task_id) | Tick(task_id) if message is not None:
                await self._event(turn, query, message, Press(press(SHOW, task_id)), task_id)
            case _:
                await self._alert(turn, query, _OLD)
        return None

    def _link(self, message: MaybeInaccessibleMessage) -> str:
        """To the private chat, on a task of this group."""
        return create_deep_linked_url(self._bot.username, payload_for(JOIN, message.chat.id))

    def _is_drawable(self, message: Message) -> bool:
        """Whether its keyboard can be drawn anew: it is not too old, and its task not done."""
        return message.is_accessible and not self._replaced.is_late(message)

    async def _progress(
        self, turn: Turn, query: CallbackQuery, message: Message, tap: Pick | Tick
    ) -> asyncio.Task[None] | None:
        """A tap on an order or a form: finished ones go to the desk, others are drawn."""
        place = (message.chat.id, message.message_id)
        if tap.act.startswith(labels.ASK) and isinstance(tap, Tick):
            await self._alert(turn, query, labels.explanation(tap.act) or _OLD, tap.language)
            return None
        if tap.act not in (ranking.SUBMIT, labels.SUBMIT, labels.SPAM):
            drawing = self._redraws.change(*place, tap, own_rows(message.reply_markup))
            turn.commit()
            await self._sender.answer(query.id)
            return drawing
        event = _finished(tap, self._redraws.state(*place, tap))
        if event is None:
            await self._alert(turn, query, _UNFINISHED, tap.language)
            return None
        await self._event(turn, query, message, event, tap.task_id)
        return None

    async def _event(
        self,
        turn: Turn,
        query: CallbackQuery,
        message: MaybeInaccessibleMessage,
        event: Event,
        task_id: int | None,
        about: Group | None = None,
    ) -> None:
        """Ask the desk and show its answer, on the tap itself or in the chat."""
        asking = asyncio.create_task(self._asked(turn, query, message, event, about))
        done, _ = await asyncio.wait([asking], timeout=_SOON)
        words = toast(asking.result()) if done else ""
        fits = 0 < len(words) <= TOAST
        is_alert = fits and asking.result().refused
        shown = words if is_alert or (fits and not in_private(message.chat)) else ""
        await self._sender.answer(query.id, shown, alert=is_alert)
        screen = await asking
        await turn.may_answer()
        if is_alert:
            if self._is_done_with(message, task_id, screen):
                await self._sender.take_keyboard_away(message.chat.id, message.message_id)
        else:
            await self._show(turn, query, message, screen, about)

    def _is_done_with(
        self, message: MaybeInaccessibleMessage, task_id: int | None, screen: Screen
    ) -> bool:
        """Whether a keyboard is good for nothing; what all see is not, because of one."""
        if not in_private(message.chat) or task_id is None or screen.task_id == task_id:
            return False
        return not (isinstance(message, Message) and self._replaced.is_late(message))

    async def _asked(
        self,
        turn: Turn,
        query: CallbackQuery,
        message: MaybeInaccessibleMessage,
        event: Event,
        about: Group | None,
    ) -> Screen:
        """The desk's answer; who taps on what is about a group must have a say there right now."""
        if about is not None:
            found = await self._members.standing(about, query.from_user.id)
            group = found.group if found.is_in else None
            who = who_from_user(query.from_user, group, is_admin=found.is_admin)
            if not found.is_told:
                turn.commit()
                return not_told(who)
            if found.is_admin and _sets_up(event):
                who = replace(who, lacks=await self._members.lacks(about.chat_id))
        elif in_private(message.chat):
            who = who_from_user(query.from_user)
        else:
            chat = message.chat
            who = who_from_user(query.from_user, Group(chat.id, title=chat.title or ""))
        screen = await self._talk.screen(turn, who, event)
        if isinstance(event, Ordered | Labelled) and not screen.refused:
            self._redraws.close(message.chat.id, message.message_id)
            self._replaced.note(message.chat.id, message.message_id)
        return screen

    async def _show(
        self,
        turn: Turn,
        query: CallbackQuery,
        message: MaybeInaccessibleMessage,
        screen: Screen,
        about: Group | None,
    ) -> None:
        """Small screens replace the tapped one; work is put at the end of the chat."""
        here = in_private(message.chat)
        owner = about if here else query.from_user.id
        chat_id, message_id = message.chat.id, message.message_id
        drawing = drawn(screen, owner)
        if (
            (here or screen.public)
            and not is_task(screen)
            and drawing.is_small
            and await self._sender.edit(chat_id, message_id, drawing)
        ):
            self._replaced.note(chat_id, message_id, drawing.keyboard)
            return
        place = Place(chat_id) if here else Place(query.from_user.id)
        await self._talk.draw(turn, place, screen, about)
        if here:
            await self._sender.take_keyboard_away(chat_id, message_id)

    async def _alert(
        self, turn: Turn, query: CallbackQuery, text: Text, language: str | None = None
    ) -> None:
        """Say something over the chat; without a screen, in the language of the person's app."""
        turn.commit()
        words = say(text, language or interface_language(query.from_user.language_code))
        await self._sender.answer(query.id, words, alert=True)


def _finished(tap: Pick | Tick, state: Picks | Form) -> Event | None:
    """The order or form to be handed in; None while something is missing."""
    if tap.act == labels.SPAM:
        return Labelled(tap.task_id, {"spam": 1.0}, done=True)
    if isinstance(state, Form):
        return Labelled(tap.task_id, state.values, done=True)
    if state.finished is None:
        return None
    method = "pair" if state.count == 2 else "best_first"
    return Ordered(tap.task_id, state.finished, state.all_bad, method)


def _sets_up(event: Event) -> bool:
    """The steps at whose end an admin is told what the bot lacks."""
    return isinstance(event, Press) and event.id.partition(":")[0] == "setup"


def _task_of(press_id: str) -> int | None:
    try:
        return press_parts(press_id)[1]
    except ValueError:
        return None
