"""HTTP for the Bot API over one pool of kept connections."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import aiohttp
import orjson
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.platforms.telegram_read import value_from_json

_SECONDS = 20.0
_CONNECT_SECONDS = 10.0
_RESULT = b'"result"'
_MOST = 600  # statuses are below


class TooFast(TelegramError):
    """Telegram asks for quiet. (The library's own error for it warns about itself.)"""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"quiet for {seconds:g} seconds")
        self.seconds = seconds


class HttpRequest(BaseRequest):
    """Half the work per call of the library's own client."""

    __slots__ = ("_connections", "_session")

    def __init__(self, connections: int = 64) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return _SECONDS

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=55),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise NetworkError("the connection is closed")
        seconds = read_timeout if isinstance(read_timeout, int | float) else _SECONDS
        try:
            async with self._session.request(
                method,
                url,
                data=_body(request_data),
                timeout=aiohttp.ClientTimeout(seconds + _CONNECT_SECONDS, connect=_CONNECT_SECONDS),
            ) as response:
                content = await response.read()
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError) as error:
            # The address holds the token, and some of these errors tell the address.
            raise NetworkError(type(error).__name__) from None
        status = _status(response.status, content)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise TooFast(_quiet(content))
        return status, content

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """What the server said; a page of HTML instead is an error like others."""
        try:
            said = value_from_json(payload)
        except ValueError as error:
            raise TelegramError("the answer is not JSON") from error
        if not isinstance(said, dict):
            raise TelegramError("the answer is not an object")
        return said


def _status(status: int, content: bytes) -> int:
    """The status that is meant: of a refusal that came as a success, or a page of some proxy."""
    if status < HTTPStatus.MULTIPLE_CHOICES and _RESULT not in content:
        code = (_told(content) or {}).get("error_code")
        if isinstance(code, int) and HTTPStatus.BAD_REQUEST <= code < _MOST:
            return code
        return HTTPStatus.BAD_GATEWAY
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND) and _told(content) is None:
        return HTTPStatus.BAD_GATEWAY  # and not a wrong token
    return status


def _told(content: bytes) -> dict[str, Any] | None:
    """What the Bot API itself says; a page says nothing."""
    try:
        told = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return told if isinstance(told, dict) else None


def _quiet(content: bytes) -> float:
    """How long Telegram wants quiet."""
    try:
        return max(float(orjson.loads(content)["parameters"]["retry_after"]), 0.1)
    except (ValueError, KeyError, TypeError):
        return 1.0


def _body(request_data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        return request_data.json_parameters
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, content_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=file_name, content_type=content_type)
    return form
