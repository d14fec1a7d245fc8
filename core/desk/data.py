"""Consent, privacy, and what people may do with their data."""

from __future__ import annotations

import json
from collections.abc import Mapping

from core.desk.tasks import nothing_open
from core.desk.words import choose_kind, take_task
from core.dialogue import AskChoice, Attachment, Button, Emphasis, Passage, Say, Screen, press
from core.flow import people
from core.flow.turn import Visit
from core.languages import LANGUAGES
from core.text import N_, Nn_, Text
from core.values import replace


def purpose(visit: Visit) -> tuple[Text, ...]:
    """The terms, in plain words."""
    return (
        N_(
            "Grove collects conversations: volunteers write messages, review them and rank them."
            " They are used to train and study language models."
        ),
        N_(
            "What you write and how you judge is published as open data, for anybody to use, under"
            " the licence {licence}. Your name and account are not.",
            licence=visit.policy.licence,
        ),
        N_(
            "Send only what you wrote yourself and may share. Leave out personal data, yours as"
            " well as other people's."
        ),
        N_("You must be at least 18 years old, or of legal age where you live."),
        N_(
            "You can stop at any time with /consent, see everything stored with /export-my-data,"
            " and delete it with /delete-my-data. What has been published already cannot be"
            " recalled."
        ),
    )


def consent_screen(visit: Visit, text: str | None = None) -> AskChoice:
    """The terms before anything else; a text that was sent without consent is handed back."""
    changed = N_("The terms have changed since you agreed. Please read them once more.")
    kept = N_("Your text was not kept. Copy it if you need it.")
    return AskChoice(
        title=N_("Before you begin"),
        body=purpose(visit),
        notes=(
            *(() if visit.person.consent_version is None else (changed,)),
            *(() if text is None else (kept,)),
        ),
        passages=() if text is None else (Passage(text=text, heading=N_("Your text")),),
        buttons=(
            Button(press("agree"), N_("I agree"), Emphasis.PRIMARY),
            Button(press("decline"), N_("No, thank you")),
            Button(press("privacy"), N_("Privacy")),
        ),
    )


def consent(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/consent: the terms, and whether they were agreed to."""
    if not people.has_consented(visit):
        return consent_screen(visit)
    return AskChoice(
        title=N_("Your consent"),
        body=(
            *purpose(visit),
            N_("You agreed on {date}.", date=visit.person.consented_at or visit.now),
        ),
        buttons=(
            Button(press("decline"), N_("Withdraw my consent"), Emphasis.DANGER),
            Button(press("home"), N_("Keep it")),
        ),
    )


def press_terms(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    return consent(visit, {})


def press_agree(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """From here on there is work; what was wished for before is remembered."""
    if not people.has_consented(visit):
        people.give_consent(visit)
    notes = (N_("Thank you! You can begin."),)
    if not visit.person.languages:
        people.choose_languages(visit, [visit.language])
    names = tuple(LANGUAGES[code].own_name for code in visit.person.languages)
    return Say(
        notes=notes,
        body=(
            N_("You get tasks in: {languages}", languages=names),
            N_("New here? The tutorial takes two minutes."),
        ),
        buttons=(
            take_task(),
            choose_kind(),
            Button(press("languages"), N_("Languages")),
            Button(press("learn"), N_("Tutorial")),
        ),
    )


def press_decline(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """Nothing is handed out any more; what was given before stays until it is deleted."""
    people.withdraw_consent(visit)
    visit.session = replace(visit.session, step="idle", task_id=None)
    return Say(
        notes=(N_("All right, you get no tasks. You can come back with /consent."),),
        body=(N_("To delete what is stored about you, use /delete-my-data."),),
        buttons=(
            Button(press("terms"), N_("The terms")),
            Button(press("forget"), N_("Delete my data")),
        ),
    )


# ---------------------------------------------------------------- privacy


def privacy(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/privacy: for anybody, with consent or without."""
    return Say(
        title=N_("Privacy"),
        body=(
            N_(
                "Stored: your platform account (as a keyed hash and an encrypted number), your name"
                " there (for leaderboards), your settings, your answers and your points."
            ),
            N_("Why: to give you tasks, to count points and to collect open training data."),
            N_("Published: texts and judgements under a pseudonym. Never: names and accounts."),
            N_(
                "How long: until you delete it with /delete-my-data. If you are blocked, a salted"
                " hash of your account stays, so that the block holds."
            ),
            N_("Chat messages in channels and groups are never read."),
        ),
        buttons=(
            Button(press("mydata"), N_("Export my data")),
            Button(press("forget"), N_("Delete my data")),
            Button(press("terms"), N_("The terms")),
        ),
    )


def press_privacy(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    return privacy(visit, {})


def export_my_data(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/export-my-data: a file for the person alone."""
    data = json.dumps(visit.unit.own_data(visit.person.id), ensure_ascii=False, indent=2)
    return Say(
        title=N_("Your data"),
        body=(N_("Everything that is stored about you, and nothing about anybody else."),),
        attachment=Attachment(
            name="grove-my-data.json",
            content=data.encode(),
            description=N_("Your data as a JSON file"),
        ),
        buttons=(Button(press("privacy"), N_("Privacy")),),
    )


def press_mydata(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    return export_my_data(visit, {})


# ---------------------------------------------------------------- deletion


def delete_my_data(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/delete-my-data: asks which of the two levels is meant."""
    return AskChoice(
        title=N_("Delete my data"),
        body=(
            N_(
                "Profile only: your account, settings and points are deleted; your texts stay,"
                " without a name."
            ),
            N_("Texts too: your texts are also taken out of everything published from now on."),
            N_("This cannot be undone. What has been published already cannot be recalled."),
        ),
        buttons=(
            Button(press("forget", None, "profile"), N_("Profile only")),
            Button(press("forget", None, "texts"), N_("Profile and texts")),
            Button(press("home"), N_("Keep everything")),
        ),
    )


def press_forget(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """The first press asks once more; the second deletes.

    Texts of somebody who has withdrawn their consent never stay: nothing would keep them from
    being published once they are nobody's.
    """
    level = (argument or "").rstrip("!")
    with_texts = level == "texts" or visit.person.consent_version is None
    if argument in {"profile", "texts"}:
        return AskChoice(
            title=N_("Are you sure?"),
            body=(
                N_("Your profile and your texts will be deleted.")
                if with_texts
                else N_("Your profile will be deleted; your texts stay without a name."),
            ),
            buttons=(
                Button(press("forget", None, f"{argument}!"), N_("Delete"), Emphasis.DANGER),
                Button(press("home"), N_("Keep everything")),
            ),
        )
    if argument not in {"profile!", "texts!"}:
        return delete_my_data(visit, {})
    withdrawn = people.leave(visit, with_texts=with_texts)
    receipt = [N_("Done: your profile is deleted.")]
    if with_texts:
        receipt.append(Nn_("{count} text removed.", "{count} texts removed.", withdrawn))
    return Say(
        title=N_("Receipt"),
        body=(*receipt, N_("Deleted on {date}.", date=visit.now)),
    )


def press_home(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    return nothing_open([N_("Nothing was changed.")])
