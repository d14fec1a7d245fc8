"""The settings: what a maintainer may change, read from the environment and from .env."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import fields
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Annotated, Literal, Self

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError
from bot.policy_values import fault_in, tables_filled
from core.policy import Policy

PREFIX = "GROVE_"
SECRETS = (
    "database_url",
    "secret_key",
    "discord_token",
    "telegram_token",
    "telegram_webhook_secret",
)
"""Settings that may also be in a file of their own, named by the setting with _FILE at its end."""


_OPTIONS = {"discord_shard_ids": "--shard-ids", "discord_shard_count": "--shard-count"}
"""Settings that a command takes too."""
_UTF8 = "utf-8-sig"
"""With the mark that some editors put before it, or without."""
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    # Store
    data_dir: Path = Path(".grove")
    """The folder for the SQLite store, the key and everything else that the program writes."""
    database_url: SecretStr | None = None
    """Where the tree store is: postgresql://user:password@host/name or sqlite:///file.
    Without it: a SQLite file in the data folder."""
    secret_key: SecretStr | None = None
    """Encrypts the ids that people have on the platforms. Without it a key is made on the first
    start and kept in the data folder; processes that share a store must share the key."""

    # Discord
    discord_token: SecretStr | None = None
    """The token of the Discord bot; without it Discord is not served."""
    discord_api_base: str | None = None
    """The address of the Discord API, for other implementations of it."""
    discord_gateway_url: str | None = None
    """The address of the Discord gateway; wins over what the API says."""
    discord_cdn_base: str | None = None
    """The address of Discord's files."""
    discord_shard_ids: Annotated[tuple[int, ...], NoDecode] = ()
    """Which shards this process serves, such as 0,1,2; empty: all of them."""
    discord_shard_count: int | None = Field(default=None, ge=1)
    """How many shards there are in all processes together; empty: as Discord recommends."""

    # Telegram
    telegram_token: SecretStr | None = None
    """The token of the Telegram bot; without it Telegram is not served."""
    telegram_api_base: str | None = None
    """The address of the Telegram Bot API without /bot, for a server of one's own."""
    telegram_webhook_url: str | None = None
    """The public address that Telegram calls; without it the bot asks for updates itself."""
    telegram_webhook_secret: SecretStr | None = None
    """What Telegram must show with every call: 1 to 256 letters, digits, _ or -."""
    telegram_webhook_workers: int = Field(default=1, ge=1)
    """How many processes stand behind that address; each keeps its share of Telegram's limits."""

    # People
    owners: Annotated[tuple[str, ...], NoDecode] = ()
    """Who may moderate everywhere: accounts such as discord:80351110224678912,telegram:42."""

    # Process
    http_host: str = "127.0.0.1"
    """Where the webhook listens, behind a proxy that speaks TLS."""
    http_port: int = Field(default=8080, ge=0, le=65535)
    """On which port; 0 takes any free one."""
    health_host: str = "127.0.0.1"
    """Where /livez, /readyz and /metrics listen; never let the public reach them."""
    health_port: int = Field(default=8081, ge=0, le=65535)
    """On which port; 0 takes any free one. Each process on a machine needs one of its own."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much is logged; answers, names and tokens never are."""

    policy: Policy = Policy()

    @field_validator("data_dir")
    @classmethod
    def _at_home(cls, value: Path) -> Path:
        """No shell has looked at what a file says."""
        return Path(os.path.expanduser(value))

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_lower_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("discord_shard_ids", mode="before")
    @classmethod
    def _numbers(cls, value: object) -> object:
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value

    @field_validator("owners", mode="before")
    @classmethod
    def _accounts(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        accounts = [part.strip().lower() for part in value.split(",") if part.strip()]
        for account in accounts:
            platform, _, number = account.partition(":")
            if platform not in {"discord", "telegram"} or not number.isdecimal():
                raise ValueError(
                    f"{account} is no account; write discord:NUMBER or telegram:NUMBER"
                )
        return accounts

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _WEBHOOK_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("must be 1 to 256 letters, digits, _ or -")
        return value

    @field_validator("discord_api_base", "discord_cdn_base", "telegram_api_base")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        return _address(value, "https://", "http://")

    @field_validator("discord_gateway_url")
    @classmethod
    def _socket_address(cls, value: str | None) -> str | None:
        return _address(value, "wss://", "ws://")

    @field_validator("telegram_webhook_url")
    @classmethod
    def _webhook_address(cls, value: str | None) -> str | None:
        return _address(value, "https://", "http://")

    @model_validator(mode="after")
    def _shards_that_exist(self) -> Self:
        ids, count = self.discord_shard_ids, self.discord_shard_count
        if ids and (count is None or not 0 <= min(ids) <= max(ids) < count):
            raise ValueError(
                "DISCORD_SHARD_IDS: need DISCORD_SHARD_COUNT, and must be from 0 to below it"
            )
        return self

    @field_validator("policy", mode="before")
    @classmethod
    def _policy_tables(cls, value: object) -> object:
        return tables_filled(value) if isinstance(value, dict) else value

    @field_validator("policy")
    @classmethod
    def _sensible_policy(cls, policy: Policy) -> Policy:
        if fault := fault_in(policy):
            raise ValueError(": ".join(fault))
        return policy


def settings_from(env_file: Path | None = Path(".env"), **given_on_top: object) -> Settings:
    """The checked settings; the environment wins over the file, and faults are SettingsErrors.

    What is given on top, save None, wins over both.
    """
    given = _given(env_file)
    for name in given:
        _known_or_refused(name)
    on_top = {name: value for name, value in given_on_top.items() if value is not None}
    values = {
        "_env_file": env_file,
        "_env_file_encoding": _UTF8,
        **dict(_from_files(given)),
        **on_top,
    }
    try:
        return Settings(**values)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError(_by_option("; ".join(_faults(error)), on_top)) from None


def _by_option(said: str, on_top: Collection[str]) -> str:
    """A setting that was given as an option is called as it was typed."""
    for name in _OPTIONS.keys() & on_top:
        said = said.replace(f"{PREFIX}{name.upper()}", _OPTIONS[name])
    return said


def policy_from(settings: Settings) -> Policy:
    """The policy with the maintainer's numbers in it."""
    return settings.policy


def setting_names() -> frozenset[str]:
    """Every name that may be set."""
    plain = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields if name != "policy"}
    policy = {f"{PREFIX}POLICY_{field.name.upper()}" for field in fields(Policy)}
    return frozenset(plain | policy | {f"{PREFIX}{name.upper()}_FILE" for name in SECRETS})


def _given(env_file: Path | None) -> dict[str, str]:
    """What is set and not empty, ours alone."""
    file = {} if env_file is None else _written_in(env_file)
    both = {**file, **os.environ}
    return {name: value for name, value in both.items() if name.startswith(PREFIX) and value}


def _written_in(env_file: Path) -> dict[str, str | None]:
    """What the file sets, if there is one; a line that sets nothing is refused."""
    try:
        text = env_file.read_text(_UTF8)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{env_file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{env_file} cannot be read: it is no text in UTF-8.") from None
    for line in parse_stream(StringIO(text)):
        if line.error:
            number = line.original.line
            raise SettingsError(f"{env_file}, line {number}, is no setting: write NAME=value.")
    return dotenv_values(stream=StringIO(text))


def _known_or_refused(name: str) -> None:
    known = setting_names()
    if name not in known:
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        meant = f"; did you mean {near[0]}?" if near else "."
        raise SettingsError(f"{name} is not a setting{meant} All of them stand in .env.example.")


def _from_files(given: dict[str, str]) -> Iterator[tuple[str, str]]:
    """GROVE_X_FILE names a file that holds GROVE_X, as container platforms hand over secrets."""
    for field in SECRETS:
        name = PREFIX + field.upper()
        path = given.get(f"{name}_FILE")
        if path is None:
            continue
        if name in given:
            raise SettingsError(f"{name} and {name}_FILE are both set; keep one of them.")
        try:
            yield field, Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{name}_FILE names {path}, which cannot be read: {error}"
            ) from None


def _faults(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        name = PREFIX + "_".join(x for x in fault["loc"] if isinstance(x, str)).upper()
        said = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "value_error" and fault["loc"] in ((), ("policy",)):
            # these validators look at several settings, and name the one that is wrong themselves
            named, _, said = said.partition(": ")
            name = "_".join(filter(None, (name.rstrip("_"), named.upper())))
        shown = f" ({fault['input']!r})" if _may_be_shown(fault["loc"]) else ""
        yield f"{name}{shown}: {said[:1].lower()}{said[1:]}"


def _may_be_shown(place: tuple[int | str, ...]) -> bool:
    return place not in ((), ("policy",)) and place[0] not in SECRETS


def _address(value: str | None, *starts: str) -> str | None:
    if value is not None and not value.startswith(starts):
        raise ValueError(f"an address must begin with {' or '.join(starts)}")
    return value.rstrip("/") if value else value
