"""The form in which a text is written, with the last message in view and the draft kept."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.card import Form
from cogs.foreign import clipped, inert, pieces, size
from cogs.forms import CONTROL_LABEL, FORM_TITLE
from cogs.ids import custom_id
from cogs.pages import quoted, said
from core.dialogue import AskText
from core.text import N_
from locales import say, say_all

FIELD = "text"
_FIELD_MOST = 4_000
_PLACEHOLDER = 100
_VIEW_ROOM = 1_500

# limit:45 title of a form
YOUR_TEXT = N_("Your text")
GOES_ON = N_("This is the beginning; the card behind this form shows all of it.")


def opens_at_once(screen: AskText) -> bool:
    """Whether nothing needs to be read or decided first: a draft to go on with, or no task."""
    return bool(screen.draft) or screen.kind is None


def text_form(screen: AskText) -> Form:
    """The form of a screen that asks for a text."""
    language = screen.language
    title = say(screen.title or YOUR_TEXT, language)
    form = Form(title=clipped(title, FORM_TITLE), custom_id=custom_id("t", screen.task_id))
    view = _view(screen)
    if view:
        form.add_item(ui.TextDisplay(view))
    label = say(screen.field_label if screen.field_label.key else YOUR_TEXT, language)
    form.add_item(ui.Label(text=clipped(label, CONTROL_LABEL), component=_field(screen)))
    return form


def _field(screen: AskText) -> ui.TextInput[Any]:
    """The field; a draft that is longer than the field stands on the card in full."""
    draft = screen.draft if size(screen.draft) <= _FIELD_MOST else ""
    most = min(max(screen.max_length, size(draft), 1), _FIELD_MOST)
    least = min(screen.min_length, size(draft) or screen.min_length, most)
    hint = say(screen.placeholder, screen.language) if screen.placeholder else None
    return ui.TextInput(
        custom_id=FIELD,
        style=discord.TextStyle.paragraph,
        default=draft or None,
        placeholder=clipped(hint, _PLACEHOLDER) if hint else None,
        min_length=max(least, 0),
        max_length=most,
        required=least > 0,
    )


def _view(screen: AskText) -> str:
    """What to do, and the message that it is about; where that is long, its beginning."""
    language = screen.language
    task = clipped(say_all((*screen.notes, *screen.body), language), _VIEW_ROOM // 2)
    lines = [inert(task)] if task else []
    focused = [passage for passage in screen.passages if passage.in_focus] or screen.passages
    for passage in focused[-1:]:
        beginning = next(pieces(passage.text, _VIEW_ROOM), "")
        if len(beginning) < len(passage.text):
            lines.append(f"-# {said(GOES_ON, language)}")
        lines.append(quoted(passage, language).block(beginning).markdown)
    return "\n".join(lines)
