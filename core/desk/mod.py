"""/mod: one command for all that moderators do; what it shows has buttons for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.desk import auditlog, cases, searching, subjects
from core.desk.naming import person_named, text_named
from core.dialogue import Screen
from core.errors import Unknown
from core.flow.judging import Act
from core.flow.turn import Visit
from core.text import N_, Text

Do = Callable[[Visit, str, str], Screen]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done with /mod, by name."""

    name: str
    sentence: Text
    do: Do


def mod(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/mod [action] [what] [reason]."""
    name = args.get("action", "").strip().lower().replace("_", "-") or "queue"
    action = BY_NAME.get(name)
    if action is None:
        raise Unknown(N_("There is no “{name}”. There are: {names}.", name=name[:60], names=_NAMES))
    return action.do(visit, args.get("what", "").strip(), args.get("reason", "").strip()[:500])


def _on_text(act: Act) -> Do:
    def do(visit: Visit, what: str, reason: str) -> Screen:
        return cases.acted(visit, text_named(visit, what), act, reason)

    return do


def _on_person(letter: str) -> Do:
    def do(visit: Visit, what: str, reason: str) -> Screen:
        return subjects.acted(visit, person_named(visit, what), letter, reason)

    return do


def _text(visit: Visit, what: str, reason: str) -> Screen:
    return cases.shown(visit, text_named(visit, what))


def _person(visit: Visit, what: str, reason: str) -> Screen:
    return subjects.shown(visit, person_named(visit, what))


def _purge(visit: Visit, what: str, reason: str) -> Screen:
    return searching.purge(visit, person_named(visit, what), reason)


def _log(visit: Visit, what: str, reason: str) -> Screen:
    return auditlog.log(visit, what)


def _search(visit: Visit, what: str, reason: str) -> Screen:
    return searching.search(visit, f"{what} {reason}".strip())


ACTIONS: tuple[Action, ...] = (
    Action("queue", N_("Reported and held texts, oldest first"), cases.queue),
    Action("text", N_("One text in its conversation, with all that can be done"), _text),
    Action("keep", N_("Let a reported or held text stay"), _on_text(Act.KEEP)),
    Action("remove", N_("Remove a text with everything below it"), _on_text(Act.REMOVE)),
    Action("restore", N_("Bring back what was removed"), _on_text(Act.RESTORE)),
    Action("hold", N_("Hold a text until a moderator decides"), _on_text(Act.HOLD)),
    Action("release", N_("Accept a held text"), _on_text(Act.RELEASE)),
    Action("halt", N_("Stop all work on the tree of a text"), _on_text(Act.HALT)),
    Action("resume", N_("Let work on the tree of a text go on"), _on_text(Act.RESUME)),
    Action("person", N_("One person: texts, complaints, blocks"), _person),
    Action("warn", N_("Warn a person; they read it at once"), _on_person("w")),
    Action("block", N_("No more work for a person in this community"), _on_person("b")),
    Action("unblock", N_("Let a person work here again"), _on_person("u")),
    Action("block-everywhere", N_("No more work for a person anywhere; owners"), _on_person("B")),
    Action("unblock-everywhere", N_("Let a person work anywhere again; owners"), _on_person("U")),
    Action("purge", N_("Remove all texts of a person, after a look at the counts"), _purge),
    Action("search", N_("Find texts by words, language, person, date; act on all"), _search),
    Action("trolls", N_("People whose texts others complain about most"), subjects.trolls),
    Action("log", N_("What moderators did, to whom and why"), _log),
)
BY_NAME = {action.name: action for action in ACTIONS}
_NAMES = tuple(BY_NAME)
