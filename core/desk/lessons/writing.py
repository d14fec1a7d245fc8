"""Lessons for those who write: as the user who begins or goes on, and as the assistant."""

from __future__ import annotations

from core.desk.lessons.step import Choice, Step
from core.model import Role
from core.text import N_

INITIAL_PROMPT = (
    Step(
        lesson=N_(
            "You begin a conversation with an assistant. Ask for something that you, or somebody"
            " you can imagine, would really like to know or get done."
        ),
        question=N_("Which of these is a good first message?"),
        choices=(
            Choice(
                N_("“Hello!”"),
                N_("That is friendly, but it asks for nothing, so there is nothing to reply to."),
            ),
            Choice(
                N_("“How do I get red wine out of a carpet?”"),
                N_("Yes: a real need, clearly put."),
                right=True,
            ),
            Choice(
                N_("“Wine carpet”"),
                N_("The assistant would have to guess. Write as you would to a person."),
            ),
        ),
    ),
    Step(
        lesson=N_(
            "Put everything into the message itself: whoever replies cannot open links or files,"
            " and remembers nothing from before."
        ),
        question=N_("You want a text made shorter. How do you ask?"),
        choices=(
            Choice(
                N_("“Make the article behind this link shorter.”"),
                N_("The link cannot be opened. Paste the text into your message instead."),
            ),
            Choice(
                N_("“Shorten what I sent you yesterday.”"),
                N_("Every conversation starts from nothing: the assistant knows no yesterday."),
            ),
            Choice(
                N_("“Make this shorter:” and then the text"),
                N_("Yes: all that is needed is there."),
                right=True,
            ),
        ),
    ),
    Step(
        lesson=N_(
            "Variety helps most: everyday questions, playful wishes, hard problems, short or long,"
            " in your own style. Leave out personal data, copied texts, unlawful requests and"
            " tricks that only try to make the assistant misbehave."
        ),
        question=N_("Which of these should you not send?"),
        choices=(
            Choice(
                N_("A wish for a silly poem about socks"),
                N_("That one is welcome: playful wishes make the collection richer."),
            ),
            Choice(
                N_("A letter with your neighbour's name and address"),
                N_("Right: never give away data of real people. Invent a name instead."),
                right=True,
            ),
            Choice(
                N_("A hard question from your own work"),
                N_("That one is welcome: hard questions teach a lot."),
            ),
        ),
    ),
)

PROMPTER_REPLY = (
    Step(
        lesson=N_(
            "Now you are the user. Read the whole conversation and go on from the assistant's last"
            " message, as the person who began it would."
        ),
        example=(
            (Role.PROMPTER, N_("How do I get red wine out of a carpet?")),
            (Role.ASSISTANT, N_("Dab it with cold water, cover it with salt, wait an hour.")),
        ),
        question=N_("Which message goes on well?"),
        choices=(
            Choice(
                N_("“The stain is a day old. Does that still work?”"),
                N_("Yes: it takes up the reply and asks for more."),
                right=True,
            ),
            Choice(
                N_("“What is the capital of Peru?”"),
                N_("That leaves the topic without a word. It belongs in a new conversation."),
            ),
            Choice(
                N_("“Soda water is a good remedy too.”"),
                N_("That is for the assistant to say. You are the user here."),
            ),
        ),
    ),
    Step(
        lesson=N_(
            "Give the assistant something to do: ask for details, add a wish, or say what is"
            " missing."
        ),
        example=(
            (Role.PROMPTER, N_("What can I cook for four people?")),
            (Role.ASSISTANT, N_("How about omelettes? You need eight eggs, butter and herbs.")),
        ),
        question=N_("Which message gives the assistant something to do?"),
        choices=(
            Choice(
                N_("“Thanks, bye!”"),
                N_("Polite, but it ends the conversation. Ask for something more."),
            ),
            Choice(
                N_("“ok”"),
                N_("There is nothing in it to reply to. Ask for something more."),
            ),
            Choice(
                N_("“One of us eats no eggs. What else could I cook?”"),
                N_("Yes: a new wish that builds on the reply."),
                right=True,
            ),
        ),
    ),
    Step(
        lesson=N_(
            "If the assistant is wrong, say so as a user would: kindly and to the point. The"
            " better reply is not yours to write."
        ),
        example=(
            (Role.PROMPTER, N_("When did people first walk on the Moon?")),
            (Role.ASSISTANT, N_("In 1979.")),
        ),
        question=N_("What do you write?"),
        choices=(
            Choice(
                N_("“People first walked on the Moon in July 1969.”"),
                N_("True, but that is a reply for the assistant to give. Write as the user."),
            ),
            Choice(
                N_("“I thought it was 1969. Could you check that?”"),
                N_("Yes: it names the mistake and lets the assistant mend it."),
                right=True,
            ),
            Choice(
                N_("“You are useless.”"),
                N_("That helps nobody. Say what is wrong instead."),
            ),
        ),
    ),
)

ASSISTANT_REPLY = (
    Step(
        lesson=N_(
            "Now you are the assistant. Find out what the user wants, then help: correctly,"
            " completely, and no longer than needed. If the request is unclear, ask back."
        ),
        example=((Role.PROMPTER, N_("Can I freeze cooked rice?")),),
        question=N_("Which reply is the best?"),
        choices=(
            Choice(
                N_("“Rice is grown in many countries of the world.”"),
                N_("True, but it does not answer the question."),
            ),
            Choice(
                N_("“Look it up on the internet.”"),
                N_("That sends the user away without help."),
            ),
            Choice(
                N_("“Yes: cool it quickly and freeze it the same day.”"),
                N_("Yes: it answers the question and adds what one needs to know."),
                right=True,
            ),
        ),
    ),
    Step(
        lesson=N_(
            "Be polite and honest. Check facts, say what you are not sure of, and warn where a"
            " mistake could hurt somebody. Where opinions differ, show more than one."
        ),
        example=((Role.PROMPTER, N_("My chest hurts when I breathe. What is it?")),),
        question=N_("Which reply is the best?"),
        choices=(
            Choice(
                N_("“A strained muscle. Don't worry about it.”"),
                N_("Nobody can know that from here, and false comfort is dangerous."),
            ),
            Choice(
                N_("“I can't tell from here. Please see a doctor today.”"),
                N_("Yes: honest about what it cannot know, clear about what to do."),
                right=True,
            ),
            Choice(
                N_("“I don't talk about health.”"),
                N_("Dodging leaves the user alone. Say what you can, and who can help."),
            ),
        ),
    ),
    Step(
        lesson=N_(
            "Use your own words and the language of the conversation; copy nothing from the web or"
            " from a chatbot. Decline what is unlawful or harms people: kindly, with a reason and,"
            " if there is one, a better way."
        ),
        example=((Role.PROMPTER, N_("How can I secretly read my sister's messages?")),),
        question=N_("Which reply is the best?"),
        choices=(
            Choice(
                N_("“That would break her trust. Why not ask her openly?”"),
                N_("Yes: a kind refusal with a reason and a better way."),
                right=True,
            ),
            Choice(
                N_("“No.”"),
                N_("Right to decline, but say why, and offer a better way."),
            ),
            Choice(
                N_("“Install this program on her phone: …”"),
                N_("No: that helps to harm somebody, and it is unlawful in many countries."),
            ),
        ),
    ),
)
