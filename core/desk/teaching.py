"""The tutorial and the help."""

from __future__ import annotations

from collections.abc import Mapping

from core.commands import COMMANDS, Audience, CommandSpec, command_named, kinds_named
from core.desk.lessons import LESSONS
from core.desk.words import KIND_GOALS, KIND_NAMES, ROLE_NAMES, take_task
from core.dialogue import AskChoice, Button, Emphasis, Say, Screen, press
from core.errors import Unknown
from core.flow.rules import may_moderate
from core.flow.turn import Visit
from core.model import Role, TaskKind
from core.text import N_, Text
from core.values import replace


def tutorial(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/tutorial [kind]: the lessons there are, or the first step of one."""
    wanted = [kind for kind in kinds_named(args.get("kind", "")) if kind in LESSONS]
    if len(wanted) == 1:
        return _step(wanted[0], 0)
    done = set(visit.person.tutorials)
    return AskChoice(
        title=N_("Tutorial"),
        body=(N_("Each kind of task in three short steps. Which one would you like to learn?"),),
        buttons=tuple(
            Button(
                press("learn", None, f"{_number(kind)}.0"),
                N_("✓ {name}", name=KIND_NAMES[kind]) if kind.value in done else KIND_NAMES[kind],
            )
            for kind in wanted or LESSONS
        ),
    )


def press_learn(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """`kind.step` shows a step, `kind.step.choice` says whether the choice was right."""
    if argument is None:
        return tutorial(visit, {})
    numbers = [int(part) for part in argument.split(".") if part.isdecimal() and len(part) < 3]
    kinds = list(LESSONS)
    if len(numbers) not in {2, 3} or numbers[0] >= len(kinds):
        raise Unknown(N_("This button is out of date. Go on with /work."))
    kind, step = kinds[numbers[0]], numbers[1]
    if step >= len(LESSONS[kind]):
        return _finished(visit, kind)
    if len(numbers) == 2:
        return _step(kind, step)
    return _feedback(kind, step, numbers[2])


def _number(kind: TaskKind) -> int:
    return list(LESSONS).index(kind)


def _step(kind: TaskKind, number: int, notes: tuple[Text, ...] = ()) -> Screen:
    step = LESSONS[kind][number]
    return AskChoice(
        title=N_(
            "{name}: step {number} of {count}",
            name=KIND_NAMES[kind],
            number=number + 1,
            count=len(LESSONS[kind]),
        ),
        notes=notes,
        body=(step.lesson, *(_said(role, text) for role, text in step.example), step.question),
        buttons=tuple(
            Button(press("learn", None, f"{_number(kind)}.{number}.{i}"), choice.label)
            for i, choice in enumerate(step.choices)
        ),
    )


def _said(role: Role, text: Text) -> Text:
    return N_("{role}: {text}", role=ROLE_NAMES[role], text=text)


def _feedback(kind: TaskKind, number: int, chosen: int) -> Screen:
    choices = LESSONS[kind][number].choices
    if chosen >= len(choices):
        raise Unknown(N_("This button is out of date. Go on with /work."))
    choice = choices[chosen]
    if not choice.right:
        return _step(kind, number, (choice.feedback, N_("Try again.")))
    go_on = Button(
        press("learn", None, f"{_number(kind)}.{number + 1}"), N_("Go on"), Emphasis.PRIMARY
    )
    return Say(notes=(choice.feedback,), buttons=(go_on,))


def _finished(visit: Visit, kind: TaskKind) -> Screen:
    if kind.value not in visit.person.tutorials:
        done = (*visit.person.tutorials, kind.value)
        visit.save_person(replace(visit.person, tutorials=done))
    return Say(
        notes=(N_("Well done! You have finished “{name}”.", name=KIND_NAMES[kind]),),
        buttons=(
            Button(press("work", None, kind), N_("Try it for real"), Emphasis.PRIMARY),
            Button(press("learn"), N_("Another tutorial")),
        ),
    )


# ---------------------------------------------------------------- help


def help_(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/help [topic]: what can be done here, by this person."""
    topic = args.get("topic", "").strip()
    if topic:
        return _topic(topic)
    allowed = [spec for spec in COMMANDS if _may(visit, spec)]
    return Say(
        title=N_("What you can do here"),
        body=tuple(_line(spec) for spec in allowed),
        buttons=(take_task(), Button(press("learn"), N_("Tutorial"))),
    )


def press_help(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    return help_(visit, {"topic": argument or ""})


def _may(visit: Visit, spec: CommandSpec) -> bool:
    if spec.audience is Audience.ADMIN:
        return visit.who.may_manage
    if spec.audience is Audience.MODERATOR:
        return may_moderate(visit)
    return True


def _line(spec: CommandSpec) -> Text:
    return N_("{command}: {sentence}", command=f"/{spec.name}", sentence=spec.sentence)


def _topic(topic: str) -> Screen:
    spec = command_named(topic)
    if spec is not None:
        arguments = tuple(
            N_("{argument}: {sentence}", argument=a.name, sentence=a.sentence)
            for a in spec.arguments
        )
        return Say(
            title=N_("{command}", command=f"/{spec.name}"),
            body=(spec.sentence, *arguments),
            buttons=(Button(press("help"), N_("What you can do here")),),
        )
    kinds = kinds_named(topic)
    if len(kinds) == 1:
        return Say(title=KIND_NAMES[kinds[0]], body=(KIND_GOALS[kinds[0]],), buttons=(take_task(),))
    if kinds:
        goals = (
            N_("{argument}: {sentence}", argument=KIND_NAMES[kind], sentence=KIND_GOALS[kind])
            for kind in kinds
        )
        return Say(title=N_("What you can do here"), body=tuple(goals), buttons=(take_task(),))
    raise Unknown(N_("There is no help on “{topic}”. See /help.", topic=topic[:60]))
