"""What no platform should send but anybody might: refused at the door, or made harmless."""

from __future__ import annotations

from core import screening
from core.commands import CommandSpec
from core.dialogue import Command, Event, Labelled, Moved, Ordered, Press, Revised, Typed
from core.errors import Unknown, handing_back
from core.people import Who
from core.text import N_
from core.values import replace

_LONGEST_NAME = 100
_MOST_ID = 2**63


def tidy(who: Who) -> Who:
    """A visitor whose name every store can keep."""
    name, place = _kept(who.name), _kept(who.community_name)
    if (name, place) == (who.name, who.community_name):
        return who
    return replace(who, name=name, community_name=place)


def _kept(name: str) -> str:
    return screening.without_unkept_signs(name)[:_LONGEST_NAME]


def refuse_unreadable(event: Event) -> None:
    """Numbers that no task can have, and signs that no store can keep, are not looked at."""
    match event:
        case Ordered() | Labelled() | Typed():
            if event.task_id is not None and not _is_id(event.task_id):
                raise Unknown(N_("This task no longer exists. Get a new one with /work."))
    if isinstance(event, Ordered) and any(type(i) is not int for g in event.groups for i in g):
        raise Unknown(N_("This button is out of date. Go on with /work."))
    if isinstance(event, Typed | Revised):
        with handing_back(screening.without_unkept_signs(event.text)):
            screening.refuse_unkept_signs(event.text)
    words = _words(event)
    if screening.unkept_sign("".join(words)):  # once for all, as nearly nobody sends one
        screening.refuse_unkept_signs(
            max(words, key=lambda word: bool(screening.unkept_sign(word)))
        )


def _is_id(number: object) -> bool:
    return type(number) is int and 0 <= number < _MOST_ID


def _words(event: Event) -> tuple[str, ...]:
    match event:
        case Command():
            return (event.name, *event.args, *map(str, event.args.values()))
        case Press():
            return (event.id,)
        case Ordered():
            return (event.method,)
        case Moved():
            return (event.to,)
        case Labelled():
            return tuple(event.values)
    return ()


def arguments(spec: CommandSpec, event: Command) -> dict[str, str]:
    """What a command was given, by the names that it knows."""
    known = {argument.name for argument in spec.arguments}
    for name in event.args:
        if name not in known:
            raise Unknown(
                N_(
                    "{command} takes no “{name}”. See {help}.",
                    command=f"/{spec.name}",
                    name=name[:60],
                    help=f"/help {spec.name}",
                )
            )
    return {name: str(value) for name, value in event.args.items()}
