"""Lessons for those who review: what the labels mean, and how to judge fairly."""

from __future__ import annotations

from core.desk.lessons.step import Choice, Step
from core.model import Role
from core.text import N_

INITIAL_PROMPT = (
    Step(
        lesson=N_(
            "You look at the first message of a conversation. Spam comes first: nonsense,"
            " advertising, or no real attempt. A weak or misspelt message is not spam."
        ),
        question=N_("Which of these is spam?"),
        choices=(
            Choice(
                # translators: with spelling mistakes on purpose
                N_("“how long do i boyl an eg”"),
                N_("Not spam: it is misspelt, but one can tell what is wanted."),
            ),
            Choice(
                N_("“Tell me about a dragon who is afraid of mice.”"),
                N_("Not spam: a playful wish is a good first message."),
            ),
            Choice(
                N_("“asdf asdf buy now!!!”"),
                N_("Right: there is nothing in it that an assistant could help with."),
                right=True,
            ),
        ),
    ),
    Step(
        lesson=N_(
            "Then come flags. Wrong language: another language than the one the task names."
            " Personal data: anything by which a real, private person could be found. Flag only"
            " what is truly there."
        ),
        question=N_(
            "A message asks for a birthday poem and gives a friend's full name and address. What do"
            " you flag?"
        ),
        choices=(
            Choice(
                N_("Personal data"),
                N_("Right: the friend never agreed to be in this collection."),
                right=True,
            ),
            Choice(
                N_("Nothing: it is a kind request"),
                N_("It is kind, but it gives away where a real person lives."),
            ),
            Choice(
                N_("Wrong language"),
                N_("Flag that only when the text is not in the language of the task."),
            ),
        ),
    ),
    Step(
        lesson=N_(
            "On a scale, say how the text is, not whether you share its opinion or like its topic."
            " Leave open what you cannot judge."
        ),
        example=((Role.PROMPTER, N_("Write a funny song about a cat that chases its own tail.")),),
        question=N_("How do you answer “How violent is it?”"),
        choices=(
            Choice(
                N_("In the middle, to be safe"),
                N_("The middle says “half violent”. If you are sure, say so."),
            ),
            Choice(
                N_("Harmless"),
                N_("Right: a clear answer, and a true one."),
                right=True,
            ),
            Choice(
                N_("Very violent, because I don't like cats"),
                N_("What you like or dislike does not count here."),
            ),
        ),
    ),
)

PROMPTER_REPLY = (
    Step(
        lesson=N_(
            "Read the whole conversation, then judge only the last message: does it go on sensibly"
            " from what the assistant said?"
        ),
        example=(
            (Role.PROMPTER, N_("How long do I boil an egg?")),
            (Role.ASSISTANT, N_("Six minutes for a soft one, ten for a hard one.")),
            (Role.PROMPTER, N_("And straight from the fridge?")),
        ),
        question=N_("Is the last message spam?"),
        choices=(
            Choice(
                N_("Yes: it makes no sense by itself"),
                N_("It need not stand by itself: together with the egg it makes good sense."),
            ),
            Choice(
                N_("No: it goes on naturally"),
                N_("Right: short, but everybody knows what is asked."),
                right=True,
            ),
        ),
    ),
    Step(
        lesson=N_(
            "Quality asks how well the message does its job: is it clear, does it fit, does it give"
            " the assistant something to work with? Length alone says nothing."
        ),
        example=(
            (Role.PROMPTER, N_("How long do I boil an egg?")),
            (Role.ASSISTANT, N_("Six minutes for a soft one, ten for a hard one.")),
        ),
        question=N_("Which of these messages has the higher quality?"),
        choices=(
            Choice(
                N_("“And how do I peel it without breaking it?”"),
                N_("Right: it is clear, it fits, and it asks for something."),
                right=True,
            ),
            Choice(
                N_("“Interesting, interesting, very interesting!”"),
                N_("It is longer than many, but gives the assistant nothing to do."),
            ),
        ),
    ),
    Step(
        lesson=N_(
            "Each question stands alone: a rude message can be clear and useful, a polite one"
            " can be empty."
        ),
        example=(
            (Role.PROMPTER, N_("How long do I boil an egg?")),
            (Role.ASSISTANT, N_("At least one hour.")),
            (Role.PROMPTER, N_("Are you joking? That is nonsense. Check it again!")),
        ),
        question=N_("How do you judge the last message?"),
        choices=(
            Choice(
                N_("As spam, because it is rude"),
                N_("Rude is not spam: the message is a real attempt, and it has a point."),
            ),
            Choice(
                N_("Not rude at all, because it is right"),
                N_("It is right, but its tone is rude all the same. Judge each by itself."),
            ),
            Choice(
                N_("Somewhat rude, but clear and useful"),
                N_("Right: one thing does not decide the other."),
                right=True,
            ),
        ),
    ),
)

ASSISTANT_REPLY = (
    Step(
        lesson=N_(
            "Read the reply to the end and look up what you are not sure of. Facts and help count"
            " more than style."
        ),
        example=(
            (Role.PROMPTER, N_("Name three rivers in Africa.")),
            (Role.ASSISTANT, N_("With pleasure! The Nile, the Congo and the Amazon.")),
        ),
        question=N_("How do you judge it?"),
        choices=(
            Choice(
                N_("Very good: friendly and fluent"),
                N_("Look again: the Amazon is in South America."),
            ),
            Choice(
                N_("Spam: one river is wrong"),
                N_("A mistake is not spam: it was a real attempt. Give it a lower quality."),
            ),
            Choice(
                N_("Lower quality: one river is wrong"),
                N_("Right: the Amazon is in South America, however friendly the words."),
                right=True,
            ),
        ),
    ),
    Step(
        lesson=N_(
            "A reply fails to do what was asked when it leaves the topic, dodges, or does something"
            " else. A reply that tries and does it poorly gets a low quality instead."
        ),
        example=(
            (Role.PROMPTER, N_("Write a poem of four lines about rain.")),
            (Role.ASSISTANT, N_("Rain is water that falls from the clouds.")),
        ),
        question=N_("Does it fail to do what was asked?"),
        choices=(
            Choice(
                N_("Yes: there is no poem"),
                N_("Right: what it says is true, but nobody asked for it."),
                right=True,
            ),
            Choice(
                N_("No: what it says is true"),
                N_("True, but a poem was asked for, and there is none."),
            ),
        ),
    ),
    Step(
        lesson=N_(
            "Judge what you can judge. Leave a single question open rather than guess, and skip the"
            " task if you cannot judge the reply at all. Skipping costs nothing."
        ),
        question=N_("A reply is full of medical words that you cannot check. What do you do?"),
        choices=(
            Choice(
                N_("Choose the middle of every scale"),
                N_("The middle is an answer too, and here it would be a guess."),
            ),
            Choice(
                N_("Skip it"),
                N_("Right: somebody who knows the subject will get it."),
                right=True,
            ),
            Choice(
                N_("Rate it high: it sounds learned"),
                N_("What sounds learned can still be wrong."),
            ),
        ),
    ),
)
