"""A small Bot API over HTTP: queues updates, keeps messages, limits, and fails when told to."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from aiohttp import web
from fakes.telegram_markup import BadMarkup, parsed, utf16

TOKEN = "4242:AAE-fake-token-for-tests"
BOT_ID = 4242
BOT_NAME = "GroveTestBot"

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One request of the bot, whatever became of it."""

    method: str
    params: dict[str, str]
    files: dict[str, bytes]
    at: float
    refused: str = ""

    @property
    def chat(self) -> int:
        return int(self.params.get("chat_id", 0))


@dataclass
class Fault:
    """What happens to the next calls of a method.

    Kinds: a status code, "html" (502 with a page), "page" (200 with a page), "no page" (404 with
    one), "refused" (an error as 200), "drop" (the connection ends before anything is done), "lost"
    (done, then the connection ends), "held" (done, and never said), "slow".
    """

    method: str
    kind: str
    times: int = 1
    chat: int | None = None
    seconds: float = 1.0
    description: str = ""
    parameters: Json = field(default_factory=dict)

    def meets(self, call: Call) -> bool:
        if self.times <= 0 or self.method.lower() not in ("*", call.method.lower()):
            return False
        return self.chat is None or self.chat == call.chat


_VERY_LONG = 600.0
_PAGES = {"html": 502, "page": 200, "no page": 404}
"""What comes from a proxy in between, and with which status."""


class _Refused(Exception):
    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class _Window:
    """Refuses what comes faster than so many in so many seconds."""

    def __init__(self, count: int, seconds: float) -> None:
        self._seconds, self._times = seconds, deque[float](maxlen=count)

    def admits(self, now: float) -> bool:
        if len(self._times) == self._times.maxlen and now - self._times[0] < self._seconds:
            return False
        self._times.append(now)
        return True


class FakeTelegram:
    """The server, and everybody who talks to the bot."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.polls: deque[Call] = deque(maxlen=20)
        self.faults: list[Fault] = []
        self.messages: dict[tuple[int, int], Json] = {}
        self.drawn: dict[tuple[int, int], int] = {}  # after how many calls each was last shown
        self.answers: dict[str, Json] = {}  # of callback queries
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.members: dict[tuple[int, int], str] = {}
        self.chats: dict[int, Json] = {}
        self.blocked: set[int] = set()
        self.webhook: Json = {"url": ""}
        self.webhook_targets: list[str] = []
        self.limited = True
        self.updates: list[Json] = []
        self.confirmed = 0
        self.delivered = 0
        self.waits = 5.0  # seconds that a poll waits at most for something to report
        self.asked = 0  # polls
        self.unanswered: set[int] = set()  # calls of the webhook without a 200 yet
        self.posts = 0  # calls of the webhook, those that failed among them
        self._update_ids = itertools.count(100_001)
        self._message_ids: defaultdict[int, itertools.count[int]] = defaultdict(
            lambda: itertools.count(1)
        )
        self._query_ids = itertools.count(1)
        self._lines: defaultdict[tuple[str, int], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._changed = asyncio.Condition()
        self._all = _Window(30, 1.0)
        self._chats: defaultdict[int, _Window] = defaultdict(lambda: _Window(5, 3.0))
        self._groups: defaultdict[int, _Window] = defaultdict(lambda: _Window(20, 60.0))
        self._pollers = 0
        self._runner: web.AppRunner | None = None
        self._posting: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self.port = 0
        self.token = TOKEN

    # ------------------------------------------------------------ life

    async def __aenter__(self) -> FakeTelegram:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._called)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        for task in self._posting:
            task.cancel()
        await asyncio.gather(*self._posting, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # ------------------------------------------------------------ what people do

    def queue(self, kind: str, content: Json) -> int:
        """An update on its way to the bot."""
        update = {"update_id": next(self._update_ids), kind: content}
        if self.webhook["url"]:
            task = asyncio.ensure_future(self._post_in_turn(update, content))
            self._posting.add(task)
            task.add_done_callback(self._posting.discard)
        else:
            self.updates.append(update)
            self._wake()
        return update["update_id"]

    def message(self, user: Json, chat: Json, text: str | None, **more: Any) -> Json:
        message = {
            "message_id": next(self._message_ids[chat["id"]]),
            "date": int(time.time()),
            "chat": chat,
            "from": user,
            **more,
        }
        if text is not None:
            message["text"] = text
            if text.startswith("/"):
                length = utf16(text.split()[0])
                message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return message

    def tap(self, user: Json, message: Json, data: str) -> str:
        """Somebody taps a button; the id of the query."""
        query_id = str(next(self._query_ids))
        self.queue(
            "callback_query",
            {
                "id": query_id,
                "from": user,
                "chat_instance": "1",
                "message": json.loads(json.dumps(message)),
                "data": data,
            },
        )
        return query_id

    async def until(self, found: Callable[[], Any], seconds: float = 30.0) -> Any:
        """Wait until something is true of what the bot did."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                while not (result := found()):
                    await self._changed.wait()
                return result
        except TimeoutError:
            told = [call for call in self.calls if not call.method.endswith("MyCommands")]
            said = "\n".join(_shown(call) for call in told[-6:])
            raise AssertionError(f"waited in vain; the last calls were:\n{said}") from None

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method.lower() == method.lower()]

    # ------------------------------------------------------------ the server

    def _wake(self) -> None:
        async def notify() -> None:
            async with self._changed:
                self._changed.notify_all()

        task = asyncio.ensure_future(notify())
        self._posting.add(task)
        task.add_done_callback(self._posting.discard)

    async def _called(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params, files = await _content(request)
        call = Call(method, params, files, time.monotonic())
        if method.lower() == "getupdates":
            self.polls.append(call)
            self.asked += 1
        else:
            self.calls.append(call)
        fault = next((f for f in self.faults if f.meets(call)), None)
        if fault is not None:
            fault.times -= 1
            self._wake()
            answer = await self._failed(fault, request, call)
            if answer is not None:
                return answer
        return await self._answered(request, call)

    async def _answered(self, request: web.Request, call: Call) -> web.Response:
        try:
            if request.match_info["token"] != self.token:
                raise _Refused(401, "Unauthorized")
            self._limit(call)
            result = await self._result(call)
        except _Refused as refused:
            if call in self.calls:  # in its place: readers know how far they have read
                self.calls[self.calls.index(call)] = replace(call, refused=refused.description)
            return _error(refused.code, refused.description, refused.parameters)
        finally:
            self._wake()
        return web.json_response({"ok": True, "result": result})

    async def _failed(
        self, fault: Fault, request: web.Request, call: Call
    ) -> web.StreamResponse | None:
        match fault.kind:
            case "slow":
                await asyncio.sleep(fault.seconds)
                return None
            case "html" | "page" | "no page":
                return web.Response(status=_PAGES[fault.kind], text="<html>maintenance</html>")
            case "refused":  # as a success
                return web.json_response({"ok": False, "error_code": 500, "description": "x"})
            case "drop" | "lost" | "held":
                if fault.kind != "drop":
                    await self._answered(request, call)
                if fault.kind == "held":
                    await asyncio.sleep(_VERY_LONG)
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()
            case "429":
                return _error(
                    429, f"Too Many Requests: retry after {fault.seconds:g}",
                    {"retry_after": int(fault.seconds)},
                )  # fmt: skip
        return _error(int(fault.kind), fault.description or "a fault", fault.parameters)

    def _limit(self, call: Call) -> None:
        """30 a second to all, 5 in three seconds to one, 20 a minute to a group."""
        if not self.limited or "chat_id" not in call.params or call.method.startswith("get"):
            return
        now = time.monotonic()
        windows = self._groups if call.chat < 0 else self._chats
        if not windows[call.chat].admits(now) or not self._all.admits(now):
            raise _Refused(429, "Too Many Requests: retry after 1", retry_after=1)

    async def _result(self, call: Call) -> Any:
        method = getattr(self, f"_{call.method.lower()}", None)
        if method is None:
            raise _Refused(404, "Not Found")
        result = method(call)
        return await result if asyncio.iscoroutine(result) else result

    def _getme(self, call: Call) -> Json:
        return {
            "id": BOT_ID,
            "is_bot": True,
            "first_name": "Grove",
            "username": BOT_NAME,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    async def _getupdates(self, call: Call) -> list[Json]:
        if self.webhook["url"]:
            raise _Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(call.params.get("offset", 0))
        self.confirmed = max(self.confirmed, offset)
        self.updates = [u for u in self.updates if u["update_id"] >= offset]
        self._pollers += 1
        mine = self._pollers
        self._wake()
        wait = min(float(call.params.get("timeout", 0)), self.waits)
        try:
            async with asyncio.timeout(wait), self._changed:
                while not self.updates:
                    await self._changed.wait()
                    if self._pollers != mine:
                        raise _Refused(409, "Conflict: terminated by other getUpdates request")
        except TimeoutError:
            pass
        shown = self.updates[: int(call.params.get("limit", 100))]
        if shown:
            self.delivered = max(self.delivered, shown[-1]["update_id"])
            self._wake()
        return shown

    def _sendmessage(self, call: Call) -> Json:
        return self._send(call, self._text(call.params["text"], call.params.get("parse_mode")))

    def _senddocument(self, call: Call) -> Json:
        more = {
            "document": {"file_id": "d", "file_unique_id": "u", "file_name": "file"},
            "caption": call.params.get("caption", ""),
        }
        return self._send(call, None, **more)

    _sendphoto = _senddocument

    def _send(self, call: Call, text: str | None, **more: Any) -> Json:
        self._reachable(call.chat)
        me = self._getme(call)
        chat = self.chats.get(call.chat, {"id": call.chat, "type": "private", "first_name": "x"})
        message = self.message(me, chat, text, **more)
        message.pop("entities", None)
        if "reply_markup" in call.params:
            message["reply_markup"] = json.loads(call.params["reply_markup"])
        if "message_thread_id" in call.params:
            message["message_thread_id"] = int(call.params["message_thread_id"])
        self.messages[call.chat, message["message_id"]] = message
        self.drawn[call.chat, message["message_id"]] = len(self.calls)
        return message

    def _editmessagetext(self, call: Call) -> Json:
        text = self._text(call.params["text"], call.params.get("parse_mode"))
        return self._edit(call, text, call.params.get("reply_markup"))

    def _editmessagereplymarkup(self, call: Call) -> Json:
        return self._edit(call, None, call.params.get("reply_markup"))

    def _edit(self, call: Call, text: str | None, markup: str | None) -> Json:
        self._reachable(call.chat)
        message = self.messages.get((call.chat, int(call.params["message_id"])))
        if message is None:
            raise _Refused(400, "Bad Request: message to edit not found")
        if text is not None:
            self.drawn[call.chat, message["message_id"]] = len(self.calls)
        changed = dict(message)
        if text is not None:
            changed["text"] = text
        changed.pop("reply_markup", None)
        if markup is not None:
            changed["reply_markup"] = json.loads(markup)
        if changed == message:
            raise _Refused(400, "Bad Request: message is not modified: it is the same")
        message.clear()
        message.update(changed, edit_date=int(time.time()))
        return message

    def _answercallbackquery(self, call: Call) -> bool:
        query_id = call.params["callback_query_id"]
        if query_id in self.answers:
            raise _Refused(400, "Bad Request: query is too old")
        self.answers[query_id] = dict(call.params)
        return True

    def _getchatmember(self, call: Call) -> Json:
        self._reachable(call.chat)
        user = int(call.params["user_id"])
        status = self.members.get((call.chat, user))
        if status is None:
            raise _Refused(400, "Bad Request: member not found")
        return _member(user, status)

    def _getchatadministrators(self, call: Call) -> list[Json]:
        self._reachable(call.chat)
        return [
            _member(user, status)
            for (chat, user), status in self.members.items()
            if chat == call.chat and status in ("creator", "administrator")
        ]

    def _getchat(self, call: Call) -> Json:
        chat = self.chats.get(call.chat)
        if chat is None:
            raise _Refused(400, "Bad Request: chat not found")
        gifts = (
            "unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels"
        )
        return {
            **chat,
            "accent_color_id": 0,
            "max_reaction_count": 1,
            "accepted_gift_types": dict.fromkeys(gifts.split(), False),
        }

    def _getmycommands(self, call: Call) -> list[Json]:
        return self.commands.get(_scope(call), [])

    def _setmycommands(self, call: Call) -> bool:
        self.commands[_scope(call)] = json.loads(call.params["commands"])
        return True

    def _getwebhookinfo(self, call: Call) -> Json:
        return {"has_custom_certificate": False, "pending_update_count": 0, **self.webhook}

    def _setwebhook(self, call: Call) -> bool:
        allowed = json.loads(call.params.get("allowed_updates", "[]"))
        self.webhook = {"url": call.params["url"], "allowed_updates": allowed}
        self._secret = call.params.get("secret_token", "")
        return True

    def _deletewebhook(self, call: Call) -> bool:
        self.webhook = {"url": ""}
        return True

    def _reachable(self, chat: int) -> None:
        if chat in self.blocked:
            raise _Refused(403, "Forbidden: bot was blocked by the user")
        moved = self.chats.get(chat, {}).get("moved_to")
        if moved:
            raise _Refused(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=moved)

    def _text(self, text: str, mode: str | None) -> str:
        if mode == "HTML":
            try:
                text = parsed(text).text
            except BadMarkup as error:
                raise _Refused(400, f"Bad Request: can't parse entities: {error}") from error
        if not text.strip():
            raise _Refused(400, "Bad Request: message text is empty")
        if utf16(text) > 4096:
            raise _Refused(400, "Bad Request: message is too long")
        return text

    async def _post_in_turn(self, update: Json, content: Json) -> None:
        """The next message of a chat, and the next tap of a person, when the last was taken."""
        is_tap = "callback_query" in update
        place = content["from"] if is_tap else content.get("chat", {})
        async with self._lines["tap" if is_tap else "message", place.get("id", 0)]:
            await self._post(update)

    async def _post(self, update: Json) -> None:
        """Call the webhook until it says 200, now here, now there."""
        assert self._session is not None
        targets = self.webhook_targets or [self.webhook["url"]]
        self.unanswered.add(update["update_id"])
        for attempt in itertools.count(update["update_id"]):
            url = targets[attempt % len(targets)]
            self.posts += 1
            self._wake()
            headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret}
            try:
                async with self._session.post(url, json=update, headers=headers) as answer:
                    if answer.status == 200:
                        self.unanswered.discard(update["update_id"])
                        self._wake()
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


def _shown(call: Call) -> str:
    words = str(call.params.get("text", ""))[:120]
    if call.method == "answerCallbackQuery":
        words = str(call.params)
    return f"{call.method} to {call.chat}: {words!r} {call.refused}"


def _scope(call: Call) -> tuple[str, str]:
    scope = json.loads(call.params.get("scope", '{"type": "default"}'))
    return scope["type"], call.params.get("language_code", "")


def _error(code: int, description: str, parameters: Json) -> web.Response:
    body: Json = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=code)


async def _content(request: web.Request) -> tuple[dict[str, str], dict[str, bytes]]:
    params: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            with value.file:
                files[name] = value.file.read()
        else:
            params[name] = str(value)
    return params, files


def _member(user: int, status: str) -> Json:
    member: Json = {"user": {"id": user, "is_bot": False, "first_name": "x"}, "status": status}
    if status == "restricted":
        rights = (
            "is_member can_send_audios can_send_documents can_send_photos can_send_videos "
            "can_send_video_notes can_send_voice_notes can_send_polls can_send_other_messages "
            "can_add_web_page_previews can_react_to_messages can_edit_tag can_change_info "
            "can_invite_users can_pin_messages can_manage_topics"
        )
        member |= {**dict.fromkeys(rights.split(), False), "until_date": 0}
        member["can_send_messages"] = True
    if status == "creator":
        member["is_anonymous"] = False
    if status == "administrator":
        rights = (
            "can_be_edited is_anonymous can_manage_chat can_delete_messages "
            "can_manage_video_chats can_restrict_members can_promote_members "
            "can_change_info can_invite_users can_post_stories can_edit_stories "
            "can_delete_stories"
        )
        member |= dict.fromkeys(rights.split(), False)
    return member
