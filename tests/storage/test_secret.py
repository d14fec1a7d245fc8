"""The secret is made once, for its owner's eyes only, however many start at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.errors import StoreReadOnly
from storage.identity import KEY_FILE, replace_secret, secret_from


def test_all_who_start_at_once_get_the_same_whole_secret(tmp_path: Path) -> None:
    for number in range(20):
        folder = tmp_path / str(number)
        folder.mkdir()
        with ThreadPoolExecutor(8) as pool:
            secrets = {f.result() for f in [pool.submit(secret_from, folder) for _ in range(8)]}

        assert len(secrets) == 1
        assert len(secrets.pop()) > 40
        assert [path.name for path in folder.iterdir()] == [KEY_FILE]
        assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_a_folder_that_takes_no_key_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreReadOnly, match="cannot be written"):
        replace_secret(tmp_path / "nowhere" / KEY_FILE, "new,old")
