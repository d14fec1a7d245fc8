"""Lessons for those who rank: what comes first, what honesty is worth, when it is a tie."""

from __future__ import annotations

from core.desk.lessons.step import Choice, Step
from core.model import Role
from core.text import N_

ASSISTANT_REPLIES = (
    Step(
        lesson=N_(
            "Read every reply to the end. The best one does what was asked: facts and help come"
            " before style, and a missing warning counts against a reply."
        ),
        example=((Role.PROMPTER, N_("How many legs does a spider have?")),),
        question=N_("Which reply do you put first?"),
        choices=(
            Choice(
                N_("“Six, as all insects have, and this is why: …”"),
                N_("It looks thorough, but it is wrong: spiders have eight legs."),
            ),
            Choice(
                N_("“Eight.”"),
                N_("Right: short, and correct."),
                right=True,
            ),
            Choice(
                N_("“Spiders are fascinating animals!”"),
                N_("Friendly, but the question stays open."),
            ),
        ),
    ),
    Step(
        lesson=N_(
            "An honest “I don't know” stands below a correct reply, but above a wrong one. A longer"
            " reply is not a better one."
        ),
        example=((Role.PROMPTER, N_("Who painted the Mona Lisa?")),),
        question=N_(
            "A says “Leonardo da Vinci”, B says “Michelangelo”, C says “I don't know”. Which order"
            " is right?"
        ),
        choices=(
            Choice(
                N_("A, B, C"),
                N_("B is wrong and would mislead. Honest C stands above it."),
            ),
            Choice(
                N_("A, C, B"),
                N_("Right: correct, then honest, then wrong."),
                right=True,
            ),
            Choice(
                N_("C, A, B"),
                N_("Honesty is good, but A helps: it is correct."),
            ),
        ),
    ),
    Step(
        lesson=N_(
            "If replies are equally good, say so, and if all of them are bad, say that: both are"
            " answers. Your own opinions do not decide."
        ),
        question=N_(
            "Two replies are correct, clear and complete; only the words differ. What do you do?"
        ),
        choices=(
            Choice(
                N_("Put the longer one first"),
                N_("Length alone makes no reply better."),
            ),
            Choice(
                N_("Put first the one that thinks as I do"),
                N_("What you believe should not decide; what was asked should."),
            ),
            Choice(
                N_("Call them equal"),
                N_("Right: an honest tie tells more than an order made by chance."),
                right=True,
            ),
        ),
    ),
)
