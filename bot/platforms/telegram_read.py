"""Reads raw updates: what is not as the Bot API describes it is put aside and holds up nobody."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

import orjson
from telegram import (
    Bot,
    CallbackQuery,
    Chat,
    MaybeInaccessibleMessage,
    Message,
    MessageEntity,
    Update,
    User,
)

_log = logging.getLogger(__name__)

Raw = Mapping[str, object]


def value_from_json(payload: bytes) -> object:
    """The quick way, and where that is too strict for a letter of one text, the patient one.

    Raises ValueError for what is no JSON, or nested deeper than anybody means.
    """
    try:
        value: object = orjson.loads(payload)
    except orjson.JSONDecodeError:
        try:
            value = json.loads(payload.decode("utf-8", "replace"))
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
    return value


def raw_updates(found: object) -> list[Raw]:
    """Those in an answer that can be confirmed at all."""
    if not isinstance(found, list):
        return []
    return [raw for raw in found if isinstance(raw, dict) and type(raw.get("update_id")) is int]


def update_from_raw(raw: Raw, bot: Bot) -> Update | None:
    """The update; None where it makes no sense, which is written down without its words.

    Of a tap that makes no sense enough is left to answer it.
    """
    try:
        update = Update.de_json(_completed(raw), bot)
        if _is_sound(update):
            return update
        reason = "fields of other types"
    except Exception as error:  # the library trusts the server, and fails in many ways
        reason = type(error).__name__
    kinds = ", ".join(str(name)[:40] for name in raw if name != "update_id")
    _log.warning("An update (%s) could not be read and is passed over: %s", kinds, reason)
    return _bare_tap(raw)


def _completed(raw: Raw) -> dict[str, object]:
    """With what the library insists on and nobody looks at."""
    query = raw.get("callback_query")
    if not isinstance(query, dict):
        return dict(raw)
    return {**raw, "callback_query": {"chat_instance": "", **query}}


def _bare_tap(raw: Raw) -> Update | None:
    """A tap of somebody on nothing that is known."""
    number, query = raw["update_id"], raw.get("callback_query")
    if not isinstance(query, dict) or type(query.get("id")) is not str:
        return None
    sender = query.get("from")
    person = sender.get("id") if isinstance(sender, dict) else None
    nobody = User(person if type(person) is int else 0, "", is_bot=False)
    assert isinstance(number, int)
    return Update(number, callback_query=CallbackQuery(query["id"], nobody, chat_instance=""))


def _is_sound(update: Update) -> bool:
    """Whether everything that is looked at later is of its type."""
    query = update.callback_query
    if query is not None:
        return (
            type(query.id) is str
            and isinstance(query.data, str | None)
            and _is_user(query.from_user)
            and (query.message is None or _is_message(query.message))
        )
    change = update.my_chat_member
    if change is not None:
        return _is_user(change.from_user) and _is_chat(change.chat)
    message = update.message or update.edited_message
    return message is None or _is_message(message)


def _is_message(message: MaybeInaccessibleMessage) -> bool:
    if type(message.message_id) is not int or not _is_chat(message.chat):
        return False
    if not isinstance(message, Message):
        return True
    return (
        isinstance(message.text, str | None)
        and isinstance(message.migrate_to_chat_id, int | None)
        and isinstance(message.migrate_from_chat_id, int | None)
        and isinstance(message.message_thread_id, int | None)
        and all(map(_is_entity, message.entities))
        and (message.from_user is None or _is_user(message.from_user))
        and (message.sender_chat is None or _is_chat(message.sender_chat))
    )


def _is_entity(entity: MessageEntity) -> bool:
    spans = type(entity.offset) is int and type(entity.length) is int
    words = isinstance(entity.url, str | None) and isinstance(entity.language, str | None)
    return spans and words and entity.offset >= 0 and entity.length >= 0


def _is_user(user: User) -> bool:
    names = (user.first_name, user.last_name or "", user.language_code or "")
    return type(user.id) is int and all(isinstance(name, str) for name in names)


def _is_chat(chat: Chat) -> bool:
    return type(chat.id) is int and isinstance(chat.title, str | None)
