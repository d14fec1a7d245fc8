"""`grove db rotate-key`: a new secret key, from the data folder or from the settings."""

from __future__ import annotations

from random import Random

from bot.config import Settings
from bot.errors import SettingsError
from bot.store import opened
from storage.rotation import begin_rotation, end_rotation, rotate


async def rotated(settings: Settings) -> str:
    """Write every id anew; what was done, and what is left to do, in words."""
    if settings.secret_key is None:
        begin_rotation(settings.data_dir)
    elif "," not in settings.secret_key.get_secret_value():
        raise SettingsError(
            "GROVE_SECRET_KEY holds one key; write a new one before it, separated by a comma, and"
            " run this again."
        )
    async with opened(settings, Random()) as store:
        written = await rotate(store)
    done = f"{written} platform ids are written with the new key."
    if settings.secret_key is not None:
        return f"{done} Now take the old one out of GROVE_SECRET_KEY, everywhere."
    end_rotation(settings.data_dir)
    return f"{done} The old one is gone; backups that were made with it still hold it."
