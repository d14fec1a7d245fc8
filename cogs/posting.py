"""Posts a card for everybody in a channel, where the desk wants one there."""

from __future__ import annotations

from http import HTTPStatus

import discord

from cogs.faults import insisted
from cogs.render import messages
from cogs.reply import Interaction
from core.dialogue import Invite, Say, Screen
from core.text import N_, Text

_THEIR_FAULT = HTTPStatus.INTERNAL_SERVER_ERROR
_NO_PLACE = N_("I cannot post here. Try a text channel.")
_MISSING = N_(
    "I am not allowed to post in this channel. Give me the permissions View Channel and Send "
    "Messages here, then try again."
)


async def posted(interaction: Interaction, invite: Invite) -> Screen:
    """Post the card, once however often it must be sent; says what became of it."""
    channel = interaction.channel
    if not isinstance(channel, discord.abc.Messageable):
        return _refusal(_NO_PLACE, invite)
    (message,) = messages(invite.card)
    try:
        await insisted(lambda: channel.send(view=message.card(), nonce=str(interaction.id)))
    except discord.Forbidden:
        return _refusal(_MISSING, invite)
    except discord.HTTPException as error:
        if error.status == HTTPStatus.TOO_MANY_REQUESTS or error.status >= _THEIR_FAULT:
            raise
        return _refusal(_NO_PLACE, invite)
    return invite


def _refusal(words: Text, invite: Invite) -> Say:
    return Say(notes=(words,), refused=True, language=invite.language)
