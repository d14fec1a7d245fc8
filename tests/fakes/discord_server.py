"""A small Discord on a loopback port: its HTTP API and its gateway, as far as a bot needs them.

Requests are recorded, judged, and answered; faults are dealt out from a list. Its members, who
press and type, are in discord_people.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web
from fakes.discord_payloads import (
    API,
    APPLICATION,
    CHANNEL,
    COMPONENTS_V2,
    GUILD,
    TOKEN,
    bot_user,
    guild,
    numbered,
    snowflake,
)
from fakes.discord_rules import broken_rules
from fakes.discord_spec import judge

RESPONSE_SECONDS = 3.0
_A_SECOND = 50
_VERY_LONG = 600.0


@dataclass(frozen=True)
class Request:
    """A request as it came, with the fault that was dealt to it."""

    method: str
    path: str
    body: Any
    files: tuple[tuple[str, bytes], ...] = ()
    fault: str | None = None


@dataclass
class Fault:
    """What happens to the next request whose path holds `on`, `times` times.

    `status` answers with it; "reset" drops the connection before anything happened; "lost" drops
    it after the effect; a delay comes before either. "held" has the effect and never says so.
    """

    on: str
    status: int | str = 500
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    delay: float = 0.0


@dataclass
class Pending:
    """An interaction that a member began, and what came back to it."""

    interaction: dict[str, Any]
    began: float
    responses: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    answered: bool = False
    first_after: float | None = None
    original: str | None = None


class DiscordServer:
    """Start it, aim a bot at `api` and `gateway`, let members act."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        self.faults: list[Fault] = []
        self.commands: list[dict[str, Any]] = []
        self.messages: dict[str, dict[str, Any]] = {}
        self.pending: dict[str, Pending] = {}
        self.identified: list[dict[str, Any]] = []
        self.resumed: list[dict[str, Any]] = []
        self.sockets: dict[int, web.WebSocketResponse] = {}
        self.valid_token = TOKEN
        self.may_post = True
        self.says_what_became_of_it = True
        self.refuses_sessions: int | None = None
        self._nonces: dict[tuple[str, str], str] = {}
        self.refuse_gateway = 0
        self.hurried = 0
        self._times: deque[float] = deque(maxlen=_A_SECOND)
        self.shards = 1
        self._sequence = count(1)
        self._ready = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}{API}"

    @property
    def gateway(self) -> str:
        return f"ws://127.0.0.1:{self.port}/gateway"

    async def start(self, port: int = 0) -> DiscordServer:
        app = web.Application(client_max_size=30_000_000)
        app.router.add_get("/gateway", self._gateway)
        app.router.add_route("*", API + "/{path:.*}", self._api)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def close(self) -> None:
        assert self._runner is not None
        for socket in list(self.sockets.values()):
            await socket.close()
        await self._runner.cleanup()

    async def ready(self, seconds: float = 10.0) -> None:
        """Wait until a bot is connected."""
        await asyncio.wait_for(self._ready.wait(), seconds)

    @property
    def is_ready(self) -> bool:
        return self._ready.is_set()

    async def until(self, happened: Callable[[], object], seconds: float = 10.0) -> None:
        """Wait until something is the case."""
        async with asyncio.timeout(seconds):
            while not happened():  # noqa: ASYNC110 - what happens is elsewhere
                await asyncio.sleep(0.01)

    def sent(self, on: str) -> list[Request]:
        """The requests whose path holds this."""
        return [request for request in self.requests if on in request.path]

    # ------------------------------------------------------------ gateway

    async def dispatch(self, event: str, data: dict[str, Any], shard: int = 0) -> None:
        await self._send(self.sockets[shard], 0, data, event)

    async def ask_to_reconnect(self, shard: int = 0) -> None:
        await self._send(self.sockets[shard], 7, None)

    async def invalidate_session(self, shard: int = 0) -> None:
        await self._send(self.sockets[shard], 9, False)

    def drop_gateway(self, shard: int = 0) -> None:
        """Cut the line, without a word."""
        self._ready.clear()
        socket = self.sockets[shard]
        assert socket._req is not None
        assert socket._req.transport is not None
        socket._req.transport.abort()

    async def _send(
        self, socket: web.WebSocketResponse, op: int, data: Any, event: str | None = None
    ) -> None:
        number = next(self._sequence) if event else None
        await socket.send_str(json.dumps({"op": op, "d": data, "s": number, "t": event}))

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        if self.refuse_gateway > 0:
            self.refuse_gateway -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self._send(socket, 10, {"heartbeat_interval": 41_250})
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await self._hear(socket, json.loads(frame.data))
        if socket in self.sockets.values():
            self._ready.clear()
        return socket

    async def _hear(self, socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        data = said["d"]
        if said["op"] == 1:
            await self._send(socket, 11, None)
        elif said["op"] in (2, 6) and data["token"] != self.valid_token:
            await socket.close(code=4004)
        elif said["op"] == 2 and self.refuses_sessions is not None:
            await socket.close(code=self.refuses_sessions)
        elif said["op"] == 2:
            await self._identify(socket, data)
        elif said["op"] == 6:
            self.resumed.append(data)
            self.sockets[0] = socket
            await self._send(socket, 0, {}, "RESUMED")
            self._ready.set()

    async def _identify(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
        self.identified.append(data)
        shard = data.get("shard", [0, 1])
        self.sockets[shard[0]] = socket
        ready = {
            "v": 10,
            "user": bot_user(),
            "session_id": snowflake(),
            "shard": shard,
            "resume_gateway_url": self.gateway,
            "private_channels": [],
            "guilds": [{"id": GUILD, "unavailable": True}],
            "application": {"id": APPLICATION, "flags": 0},
        }
        await self._send(socket, 0, ready, "READY")
        await self._send(socket, 0, guild(), "GUILD_CREATE")
        self._ready.set()

    # ------------------------------------------------------------ HTTP

    async def _api(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        body, files = await _read(request)
        fault = self._fault(path)
        self.requests.append(
            Request(request.method, path, body, files, str(fault.status) if fault else None)
        )
        judging = judge()
        if judging is not None:
            self.complaints += judging.faults(request.method, path, body)
        if path.startswith("/channels") and self._is_hurried():
            return answered({"message": "slower", "retry_after": 1.0, "global": True}, status=429)
        if fault is None:
            return await self._effect(request, path, body, files)
        await asyncio.sleep(fault.delay)
        if fault.status in ("lost", "held"):
            await self._effect(request, path, body, files)
        if fault.status == "held":
            await asyncio.sleep(_VERY_LONG)
        if isinstance(fault.status, str):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault.status < 300:
            return await self._effect(request, path, body, files)
        answer = {"message": "fault", "code": 0, **fault.body}
        return answered(answer, status=fault.status, headers=fault.headers)

    def _is_hurried(self) -> bool:
        """Whether more than Discord allows came within the last second."""
        now = time.monotonic()
        hurried = len(self._times) == _A_SECOND and now - self._times[0] < 1.0
        self._times.append(now)
        self.hurried += hurried
        return hurried

    def _fault(self, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.on in path:
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    async def _effect(
        self, request: web.Request, path: str, body: Any, files: tuple[Any, ...]
    ) -> web.StreamResponse:
        kind, *rest = path.strip("/").split("/")
        authorized = request.headers.get("Authorization") == f"Bot {self.valid_token}"
        if kind not in ("interactions", "webhooks") and not authorized:
            return answered({"message": "401: Unauthorized", "code": 0}, status=401)
        ways: dict[str, Callable[..., Awaitable[web.Response]]] = {
            "interactions": self._respond,
            "webhooks": self._webhook,
            "channels": self._post,
            "users": self._private,
            "applications": self._put_commands,
        }
        if kind in ways:
            return await ways[kind](request.method, rest, body, files)
        return answered(self._known(path))

    def _known(self, path: str) -> dict[str, Any]:
        limits = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 16}
        return {
            "/oauth2/applications/@me": {
                "id": APPLICATION,
                "name": "Grove",
                "description": "",
                "icon": None,
                "bot_public": True,
                "bot_require_code_grant": False,
                "verify_key": "",
                "flags": 0,
                "summary": "",
                "team": None,
                "owner": bot_user(),
            },
            "/gateway": {"url": self.gateway},
            "/gateway/bot": {
                "url": self.gateway,
                "shards": self.shards,
                "session_start_limit": limits,
            },
        }[path]

    async def _put_commands(
        self, method: str, rest: list[str], body: Any, files: Any
    ) -> web.Response:
        self.commands = [
            {
                **command,
                "id": snowflake(),
                "application_id": APPLICATION,
                "version": "1",
                "description": command.get("description", ""),
                "type": command.get("type", 1),
            }
            for command in body
        ]
        return answered(self.commands)

    async def _private(self, method: str, rest: list[str], body: Any, files: Any) -> web.Response:
        """The account of the bot, or the private channel with somebody, known by their id."""
        if rest == ["@me"]:
            return answered(bot_user())
        person = {**bot_user(), "id": body["recipient_id"], "bot": False}
        return answered({"id": body["recipient_id"], "type": 1, "recipients": [person]})

    async def _post(self, method: str, rest: list[str], body: Any, files: Any) -> web.Response:
        if not self.may_post:
            return answered({"message": "Missing Access", "code": 50001}, status=403)
        self.complaints += broken_rules("message", body)
        known = self._nonces.get((rest[0], str(body.get("nonce"))))
        if known is not None and body.get("enforce_nonce"):
            return answered(self.messages[known])
        message = self._kept(body, rest[0], files)
        if body.get("nonce"):
            self._nonces[rest[0], str(body["nonce"])] = message["id"]
        return answered(message)

    async def _respond(self, method: str, rest: list[str], body: Any, files: Any) -> web.Response:
        pending = self.pending.get(rest[1])
        now = time.monotonic()
        if pending is None or (now - pending.began > RESPONSE_SECONDS and not pending.answered):
            return answered({"message": "Unknown interaction", "code": 10062}, status=404)
        if pending.answered:
            return answered(
                {"message": "Interaction has already been acknowledged.", "code": 40060},
                status=400,
            )
        pending.answered, pending.first_after = True, now - pending.began
        self.complaints += _wrong_response(pending.interaction, body)
        message = self._responded(pending, body, files)
        pending.responses.put_nowait({**body, "message": message})
        if not self.says_what_became_of_it:
            return web.Response(status=204)
        interaction = {"id": pending.interaction["id"], "type": pending.interaction["type"]}
        if message is not None:
            interaction["response_message_id"] = message["id"]
        resource = {"type": body["type"], **({"message": message} if message else {})}
        return answered({"interaction": interaction, "resource": resource})

    def _responded(
        self, pending: Pending, body: dict[str, Any], files: Any
    ) -> dict[str, Any] | None:
        data = body.get("data") or {}
        if body["type"] in (4, 7):
            self.complaints += broken_rules("message", data)
        if body["type"] == 9:
            self.complaints += broken_rules("form", data)
        if body["type"] in (4, 5):
            message = self._kept(data, CHANNEL, files)
            pending.original = message["id"]
            return message
        if body["type"] in (6, 7):
            pending.original = pending.interaction["message"]["id"]
            return self._changed(pending.original, data, files) if body["type"] == 7 else None
        return None

    async def _webhook(self, method: str, rest: list[str], body: Any, files: Any) -> web.Response:
        pending = self.pending.get(rest[1])
        if pending is None or not pending.answered:
            return answered({"message": "Unknown Webhook", "code": 10015}, status=404)
        self.complaints += broken_rules("message", body)
        if method == "PATCH":
            assert pending.original is not None
            message = self._changed(pending.original, body, files)
            pending.responses.put_nowait({"type": "edit", "message": message})
        else:
            message = self._kept(body, CHANNEL, files)
            pending.responses.put_nowait({"type": "followup", "message": message})
        return answered(message)

    # ------------------------------------------------------------ messages

    def _kept(self, data: dict[str, Any], channel: str, files: Any = ()) -> dict[str, Any]:
        message = {
            "id": snowflake(),
            "channel_id": channel,
            "author": bot_user(),
            "content": "",
            "timestamp": "2026-01-05T12:00:00+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "embeds": [],
            "pinned": False,
            "type": 0,
            "flags": data.get("flags") or 0,
            "attachments": [],
            "components": [],
            "application_id": APPLICATION,
        }
        self.messages[message["id"]] = message
        return self._changed(message["id"], data, files)

    def _changed(self, message_id: str, data: dict[str, Any], files: Any) -> dict[str, Any]:
        message = self.messages[message_id]
        if "components" in data:
            message["components"] = numbered(data["components"])
            message["flags"] |= (data.get("flags") or 0) & COMPONENTS_V2
        if "attachments" in data or files:
            message["attachments"] = [
                {
                    "id": snowflake(),
                    "filename": name,
                    "size": len(content),
                    "url": "",
                    "proxy_url": "",
                    "content": content.decode("utf-8", "replace"),
                }
                for name, content in files
            ]
        return json.loads(json.dumps(message))


def answered(
    data: Any, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """An answer with the very content type that the library looks for."""
    named = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(body=json.dumps(data).encode(), status=status, headers=named)


async def _read(request: web.Request) -> tuple[Any, tuple[tuple[str, bytes], ...]]:
    if request.content_type == "multipart/form-data":
        body, files = None, []
        async for part in await request.multipart():
            content = bytes(await part.read())
            if part.name == "payload_json":
                body = json.loads(content)
            else:
                files.append((part.filename or "", content))
        return body, tuple(files)
    raw = await request.read()
    return (json.loads(raw) if raw else None), ()


def _wrong_response(interaction: dict[str, Any], body: dict[str, Any]) -> list[str]:
    """Responses that Discord refuses to this kind of interaction."""
    kind, answer = interaction["type"], body["type"]
    allowed = {2: {4, 5, 9}, 3: {4, 5, 6, 7, 9}, 4: {8}, 5: {4, 5, 6, 7}}[kind]
    if kind == 5 and "message" not in interaction:
        allowed = {4, 5}
    return [] if answer in allowed else [f"response {answer} to an interaction of type {kind}"]
