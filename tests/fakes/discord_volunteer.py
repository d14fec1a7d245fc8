"""A member who takes whatever task comes and does it, by what stands on the card alone."""

from __future__ import annotations

from itertools import count

from fakes.discord_people import Answer, Card, FormShown, Member

_NUMBERS = count(1)


async def agreed(member: Member) -> Member:
    """Somebody who has read the terms and agreed to them."""
    terms = await (await member.slash("consent")).card()
    await (await member.press(terms, "I agree")).card()
    return member


async def worked(member: Member) -> str:
    """Do one task; says which kind of work it was, or "nothing"."""
    card = await (await member.slash("work")).card()
    return await done(member, card)


async def done(member: Member, card: Card) -> str:
    """Do the task on a card."""
    if "Write" in card.buttons:
        await _written(member, await (await member.press(card, "Write")).form())
        return "write"
    if "Edit" in card.buttons:
        await (await member.press(card, "Submit")).card()
        return "write"
    if "Not spam" in card.buttons:
        await _reviewed(member, await member.press(card, "Not spam"))
        return "review"
    if "Equally good" in card.buttons:
        await (await member.press(card, "Reply 1 is better")).card()
        return "rank"
    if "All are equal" in card.buttons:
        await _ranked(member, card)
        return "rank"
    return "nothing"


async def _written(member: Member, form: FormShown) -> None:
    text = f"Text number {next(_NUMBERS)}, written by {member.name} on a quiet day."
    preview = await (await member.write(form, text)).card()
    thanks = await (await member.press(preview, "Submit")).card()
    assert "Thank you" in thanks.text, thanks.text


async def _reviewed(member: Member, answer: Answer) -> None:
    part = answer.pending
    card: Card | None = None
    while card is None or "Thank you" not in card.text:
        form = await answer.form()
        scales = {
            label: "0.75"
            for label, c in form.controls.items()
            if c["type"] == 21 and len(c["options"]) == 5
        }
        card = await (await member.submit(form, scales)).card()
        more = [label for label in card.buttons if label.startswith("Questions 2")]
        if more:
            answer = await member.press(card, more[0])
    assert part.answered


async def _ranked(member: Member, card: Card) -> None:
    while "Submit" not in card.buttons:
        first = next(label for label in card.buttons if label.startswith("Reply"))
        card = await (await member.press(card, first)).card()
    await (await member.press(card, "Submit")).card()
