"""Updates are confirmed in order and after their effect; a flooding person holds up nobody."""

import asyncio
from datetime import UTC, datetime

import pytest
from telegram import Chat, Message, Update, User

from bot.platforms import telegram_turns
from bot.platforms.telegram_limits import Limits, Pace, Window
from bot.platforms.telegram_turns import Line, Order, Ticket, Turn
from bot.platforms.telegram_updates import Inbox


def update(
    number: int, person: int, text: str = "hello", second: int = 0, *, group: int | None = None
) -> Update:
    message = Message(
        message_id=number,
        date=datetime(2026, 1, 1, 12, 0, second, tzinfo=UTC),
        chat=Chat(person, "private") if group is None else Chat(group, "supergroup"),
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
    for _ in range(2_000):
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
    monkeypatch.setattr(telegram_turns, "SPLIT_WAIT", 30.0)
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
    monkeypatch.setattr(telegram_turns, "SPLIT_WAIT", 0.01)
    answers = Answers()
    inbox = Inbox(answers)

    inbox.put(update(1, 5, "a" * 4096))
    inbox.put(update(2, 5, second, second=30))
    await inbox.drain(1)

    assert answers.texts == ["a" * 4096, second]


async def test_a_ticket_is_settled_when_committed_for_long_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telegram_turns, "PATIENCE", 0.02)
    ticket = Ticket(update(1, 5))

    waiting = asyncio.create_task(ticket.settled())
    await asyncio.sleep(0.05)
    assert not waiting.done()
    ticket.commit()

    async with asyncio.timeout(1):
        await waiting


# ---------------------------------------------------------------- one person in several chats


class Store:
    """Keeps what turns do, each after as long as the test wants; their answers may be held."""

    def __init__(self) -> None:
        self.kept: list[int] = []
        self.answered: list[int] = []
        self.slow: dict[int, asyncio.Event] = {}  # by update, until it is kept
        self.held: dict[int, asyncio.Event] = {}  # by chat, until its answers go out
        self.fails: set[int] = set()

    async def __call__(self, turn: Turn) -> None:
        number = turn.update.update_id
        chat = turn.update.effective_chat
        assert chat is not None
        if number in self.slow:
            await self.slow[number].wait()
        if number in self.fails:
            raise OSError("the store fails")
        self.kept.append(number)
        turn.commit()
        await turn.may_answer()
        if chat.id in self.held:
            await self.held[chat.id].wait()
        self.answered.append(number)


GROUP, OTHER = -100, -200


async def test_what_one_person_does_in_several_chats_is_kept_in_the_order_it_came() -> None:
    store = Store()
    inbox = Inbox(store)
    store.slow = {1: asyncio.Event(), 4: asyncio.Event()}

    for number, group in enumerate((None, GROUP, None, OTHER, GROUP, None), start=1):
        inbox.put(update(number, 5, group=group))
    inbox.put(update(7, 6))
    await settle()
    assert store.kept == [7]  # somebody else
    store.slow[1].set()
    await settle()
    assert store.kept == [7, 1, 2, 3]
    store.slow[4].set()
    await settle()

    assert store.kept == [7, 1, 2, 3, 4, 5, 6]
    assert inbox.offset() == 8


async def test_a_group_that_is_full_holds_up_nobodys_private_chat() -> None:
    store = Store()
    inbox = Inbox(store)
    store.held[GROUP] = asyncio.Event()

    inbox.put(update(1, 5, group=GROUP))
    inbox.put(update(2, 5, group=GROUP))
    inbox.put(update(3, 6))
    await settle()
    inbox.put(update(4, 6, group=GROUP))
    inbox.put(update(5, 6))
    await settle()
    assert sorted(store.kept) == [1, 2, 3, 4, 5]
    assert store.answered == [3, 5]
    store.held[GROUP].set()
    await settle()

    assert [number for number in store.answered if number < 3] == [1, 2]
    assert sorted(store.answered) == [1, 2, 3, 4, 5]


async def test_answers_wait_for_those_before_them_in_the_same_chat_alone() -> None:
    store = Store()
    inbox = Inbox(store)
    store.held[GROUP] = asyncio.Event()

    for number, group in enumerate((GROUP, None, GROUP, None, OTHER), start=1):
        inbox.put(update(number, 5, group=group))
    await settle()

    assert store.kept == [1, 2, 3, 4, 5]
    assert sorted(store.answered) == [2, 4, 5]
    store.held[GROUP].set()
    await inbox.drain(1)
    assert store.answered[3:] == [1, 3]


async def test_a_turn_that_fails_lets_the_later_ones_of_other_chats_go_on() -> None:
    store = Store()
    inbox = Inbox(store)
    store.slow[1], store.fails = asyncio.Event(), {1}

    inbox.put(update(1, 5))
    inbox.put(update(2, 5, group=GROUP))
    await settle()
    assert store.kept == []
    store.slow[1].set()
    await settle()

    assert store.kept == [2]
    assert inbox.offset() == 3


async def test_halves_of_a_text_around_a_message_in_a_group_wait_for_nothing_but_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telegram_turns, "SPLIT_WAIT", 30.0)
    store = Store()
    inbox = Inbox(store)

    inbox.put(update(1, 5, "a" * 4096))
    inbox.put(update(2, 5, group=GROUP))
    await settle()
    inbox.put(update(3, 5, "b"))
    inbox.put(update(4, 5, "a new one"))
    await settle()

    assert store.kept == [3, 2, 4]
    assert inbox.offset() == 5


async def test_a_drain_ends_also_where_one_turn_waits_for_another() -> None:
    store = Store()
    inbox = Inbox(store)
    store.slow[1] = asyncio.Event()

    inbox.put(update(1, 5))
    inbox.put(update(2, 5, group=GROUP))
    async with asyncio.timeout(1):
        await inbox.drain(0.01)

    assert store.kept == []
    assert inbox.offset() is None  # both are shown again after the restart


async def test_admins_behind_one_account_do_not_wait_for_each_other() -> None:
    store = Store()
    inbox = Inbox(store)
    store.slow[1] = asyncio.Event()
    for number, group in ((1, GROUP), (2, OTHER)):
        hidden = Message(
            message_id=number,
            date=datetime(2026, 1, 1, tzinfo=UTC),
            chat=Chat(group, "supergroup"),
            from_user=User(1087968824, "Group", is_bot=True),
            sender_chat=Chat(group, "supergroup"),
            text="/post_button",
        )
        inbox.put(Update(number, message=hidden))
    await settle()

    assert store.kept == [2]
    store.slow[1].set()
    await inbox.drain(1)


async def test_an_inbox_that_is_done_remembers_nobody() -> None:
    store = Store()
    inbox = Inbox(store)
    store.fails = {4}

    for number in range(1, 40):
        inbox.put(update(number, number % 3, group=GROUP if number % 2 else None))
    await inbox.drain(5)

    assert len(store.kept) == 38
    assert inbox.offset() == 40
    assert (inbox._lines, len(inbox._order), inbox._workers) == ({}, 0, set())


async def test_nobody_is_remembered_when_nothing_of_theirs_waits() -> None:
    order = Order()
    line = Line()
    private, group, next_one = (
        Turn((Ticket(update(number, 5, group=chat)),), line, None)
        for number, chat in ((1, None), (2, GROUP), (3, None))
    )
    for turn in (private, group, next_one):
        order.put(turn.tickets[0])

    private.commit()
    await order.reached(group)
    group.commit()
    order.passed(group)
    order.passed(private)
    assert len(order) == 1
    await order.reached(next_one)
    next_one.commit()
    order.passed(next_one)
    order.passed(next_one)

    assert len(order) == 0


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


@pytest.mark.parametrize("processes", [1, 2, 3, 7, 20, 50])
def test_processes_together_say_no_more_than_one_may(processes: int) -> None:
    pace, share = Pace(), Pace().shared(processes)

    assert share.overall * processes <= pace.overall
    turns, seconds = share.group
    assert turns >= 1
    assert turns * processes / seconds <= pace.group[0] / pace.group[1] + 1e-9
    assert seconds >= pace.group[1]
    turns, seconds = share.person
    assert turns * processes / seconds == pytest.approx(pace.person[0] / pace.person[1])


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
