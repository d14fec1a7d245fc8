"""Updates are confirmed in order and after their effect; a flooding person holds up nobody."""

import asyncio
from datetime import UTC, datetime

import pytest
from telegram import Chat, Message, Update, User

from bot.platforms import telegram_updates
from bot.platforms.telegram_limits import Limits, Pace, Window
from bot.platforms.telegram_updates import Inbox, Ticket, Turn


def update(number: int, person: int, text: str = "hello", second: int = 0) -> Update:
    message = Message(
        message_id=number,
        date=datetime(2026, 1, 1, 12, 0, second, tzinfo=UTC),
        chat=Chat(person, "private"),
        from_user=User(person, "x", is_bot=False),
        text=text,
    )
    return Update(number, message=message)


class Answers:
    """Answers turns; those of chosen people only when let."""

    def __init__(self, *held: int) -> None:
        self.seen: list[tuple[int, int]] = []
        self.texts: list[str] = []
        self.held = set(held)
        self.let = asyncio.Event()
        self.commits = False

    async def __call__(self, turn: Turn) -> asyncio.Task[None] | None:
        person = turn.update.effective_user
        assert person is not None
        self.seen.append((person.id, turn.update.update_id))
        self.texts.append("".join(u.message.text or "" for u in turn.updates if u.message))
        if self.commits:
            turn.commit()
        if person.id in self.held:
            await self.let.wait()
        return None


@pytest.fixture
def answers() -> Answers:
    return Answers(1)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_nothing_is_confirmed_past_an_update_still_at_work(answers: Answers) -> None:
    inbox = Inbox(answers)
    assert inbox.offset() is None

    for number, person in ((10, 2), (11, 1), (12, 3)):
        inbox.put(update(number, person))
    await settle()
    assert inbox.offset() == 11
    answers.let.set()
    await settle()

    assert inbox.offset() == 13
    assert inbox.waiting == 0


async def test_an_update_shown_again_while_at_work_is_not_taken_twice(answers: Answers) -> None:
    inbox = Inbox(answers)

    for _ in range(3):
        inbox.put(update(11, 1))
        await settle()
    answers.let.set()
    await settle()

    assert answers.seen == [(1, 11)]


async def test_each_persons_updates_keep_their_order_while_others_go_on(answers: Answers) -> None:
    inbox = Inbox(answers)

    for number in range(10, 20):
        inbox.put(update(number, 1 if number % 2 else 2))
    await settle()
    assert [n for person, n in answers.seen if person == 2] == [10, 12, 14, 16, 18]
    assert [n for person, n in answers.seen if person == 1] == [11]
    answers.let.set()
    await settle()

    assert [n for person, n in answers.seen if person == 1] == [11, 13, 15, 17, 19]


async def test_a_full_window_lets_go_what_is_committed(answers: Answers) -> None:
    inbox = Inbox(answers)
    answers.commits = True

    inbox.put(update(0, 1))
    for number in range(1, 99):
        inbox.put(update(number, 2))
    await settle()
    assert inbox.offset() == 0 or inbox.offset() is None
    inbox.put(update(99, 2))
    await settle()

    assert inbox.offset() == 100
    answers.let.set()
    await inbox.drain(1)


async def test_a_full_window_never_lets_go_what_is_not_committed(answers: Answers) -> None:
    inbox = Inbox(answers)

    for number in range(200):
        inbox.put(update(number, 1 if number == 0 else 2))
    await settle()

    assert inbox.offset() is None
    answers.let.set()
    await inbox.drain(1)
    assert inbox.offset() == 200


async def test_a_failing_answer_does_not_stop_the_line() -> None:
    seen = []

    async def fails_once(turn: Turn) -> None:
        seen.append(turn.update.update_id)
        if len(seen) == 1:
            raise RuntimeError("a fault in the platform")

    inbox = Inbox(fails_once)
    inbox.put(update(1, 5))
    inbox.put(update(2, 5))
    await settle()

    assert seen == [1, 2]
    assert inbox.offset() == 3


async def test_parts_of_a_split_text_become_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram_updates, "SPLIT_WAIT", 0.05)
    answers = Answers()
    inbox = Inbox(answers)

    inbox.put(update(1, 5, "a" * 4096))
    await settle()
    inbox.put(update(2, 5, "b" * 4096))
    inbox.put(update(3, 5, "c"))
    inbox.put(update(4, 5, "a new one"))
    await settle()

    assert answers.texts == ["a" * 4096 + "b" * 4096 + "c", "a new one"]
    assert answers.seen[0] == (5, 3)


@pytest.mark.parametrize("second", ["/skip", "later"])
async def test_what_follows_too_late_or_is_a_command_is_not_joined(
    monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    monkeypatch.setattr(telegram_updates, "SPLIT_WAIT", 0.01)
    answers = Answers()
    inbox = Inbox(answers)

    inbox.put(update(1, 5, "a" * 4096))
    inbox.put(update(2, 5, second, second=30))
    await inbox.drain(1)

    assert answers.texts == ["a" * 4096, second]


async def test_a_ticket_is_settled_when_committed_for_long_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telegram_updates, "PATIENCE", 0.02)
    ticket = Ticket(update(1, 5))

    waiting = asyncio.create_task(ticket.settled())
    await asyncio.sleep(0.05)
    assert not waiting.done()
    ticket.commit()

    async with asyncio.timeout(1):
        await waiting


# ---------------------------------------------------------------- limits


def test_a_window_never_holds_more_turns_than_it_may() -> None:
    window, now, begun = Window(3, 1.0), 0.0, []

    for step in range(40):
        now += (0.0, 0.1, 0.5)[step % 3]
        begun.append(now + window.delay(now))

    assert all(
        later - earlier >= 1.0 - 1e-9 for earlier, later in zip(begun, begun[3:], strict=False)
    )
    assert begun == sorted(begun)


async def test_quiet_asked_for_in_one_chat_is_quiet_there_and_in_two_everywhere() -> None:
    limits, now = Limits(Pace()), asyncio.get_running_loop().time

    limits.pause(1, 0.2)
    began = now()
    await limits.turn(2)
    assert now() - began < 0.15
    await limits.turn(1)
    assert now() - began >= 0.2

    limits.pause(1, 0.2)
    limits.pause(2, 0.2)
    began = now()
    await limits.turn(3)
    assert now() - began >= 0.2


async def test_what_is_dispensable_gives_way_to_what_is_not() -> None:
    limits = Limits(Pace(person=(1, 5.0)))
    assert limits.is_free(1)

    await limits.turn(1)
    waiting = asyncio.create_task(limits.turn(1))
    await asyncio.sleep(0.01)

    assert not limits.is_free(1)
    assert limits.is_free(2)
    waiting.cancel()
