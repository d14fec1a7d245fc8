"""A demonstration replaces an earlier one, and nothing that anybody else made."""

from pathlib import Path

import pytest

from bot.campaign.folder import MARK, default_folder, make_room
from bot.errors import StartError


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def planted(folder: Path) -> Path:
    """Something in the folder, and something deeper in it."""
    (folder / "deeper").mkdir(parents=True)
    (folder / "deeper" / "file").touch()
    (folder / "grove.db").write_text("a store")
    return folder


def test_an_earlier_demonstration_is_replaced(tmp_path: Path, data_dir: Path) -> None:
    make_room(tmp_path / "demo", data_dir)
    planted(tmp_path / "demo")

    make_room(tmp_path / "demo", data_dir)

    assert [path.name for path in (tmp_path / "demo").iterdir()] == [MARK]


def test_the_folder_that_a_demonstration_takes_by_itself_needs_no_mark(data_dir: Path) -> None:
    folder = planted(default_folder(data_dir))

    make_room(folder, data_dir)

    assert [path.name for path in folder.iterdir()] == [MARK]


def test_a_link_in_the_folder_is_removed_and_what_it_leads_to_stays(
    tmp_path: Path, data_dir: Path
) -> None:
    make_room(tmp_path / "demo", data_dir)
    foreign = planted(tmp_path / "foreign")
    (tmp_path / "demo" / "link").symlink_to(foreign)

    make_room(tmp_path / "demo", data_dir)

    assert (foreign / "grove.db").exists()
    assert not (tmp_path / "demo" / "link").is_symlink()


def test_an_empty_folder_is_taken(tmp_path: Path, data_dir: Path) -> None:
    (tmp_path / "new").mkdir()

    make_room(tmp_path / "new", data_dir)

    assert (tmp_path / "new" / MARK).exists()


def test_what_no_demonstration_made_is_refused(tmp_path: Path, data_dir: Path) -> None:
    foreign = planted(tmp_path / "foreign")

    with pytest.raises(StartError, match="no demonstration made"):
        make_room(foreign, data_dir)
    with pytest.raises(StartError, match="no demonstration made"):
        make_room(foreign / "grove.db", data_dir)
    assert (foreign / "grove.db").read_text() == "a store"


@pytest.mark.parametrize("named", ["data", "data/", ".", "", "..", "link"])
def test_a_folder_around_the_store_or_around_oneself_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    here = tmp_path / "here"
    planted(here / "data")
    (here / "data" / MARK).touch()
    (here / MARK).touch()
    (here / "link").symlink_to("data")
    monkeypatch.chdir(here)

    with pytest.raises(StartError, match="replaces what is in its folder"):
        make_room(Path(named), Path("data"))
    assert (here / "data" / "grove.db").exists()
