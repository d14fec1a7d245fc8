"""Faults a maintainer can mend, each told in one line.

StartError              the program cannot do what it was asked to; ends with `exit_code`
├── SettingsError       a setting is unknown, missing or has an impossible value
└── WrongToken          a chat platform refused the token before anybody was served
"""


class StartError(Exception):
    """What is wrong, where, and how to mend it, in one line; never shown as a traceback."""

    exit_code = 1


class SettingsError(StartError):
    exit_code = 2


class WrongToken(StartError):
    """Raised by a platform's `serve` before it serves anybody."""

    exit_code = 3

    def __init__(self, platform: str, setting: str) -> None:
        super().__init__(
            f"{platform} does not accept the token in {setting}. Copy it again from {platform} "
            f"and put it into {setting} in the environment or in .env."
        )
