"""Whole lists against expanded pairs: the same number of replies is read."""

from pathlib import Path

import pytest

from training import main
from training.errors import Refusal

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    ("sizes", "seeds", "budget"), [([1], 1, 72), ([4, 0], 1, 72), ([4], 0, 72), ([4], 1, 0)]
)
def test_a_comparison_of_nothing_is_refused(
    tmp_path: Path, sizes: list[int], seeds: int, budget: int
) -> None:
    with pytest.raises(Refusal, match="--replies is at least 2"):
        main.bench(tmp_path, sizes, seeds=seeds, budget=budget)


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Refusal, match="cannot be written to"):
        main.bench(tmp_path / "file", [4], seeds=1, budget=72)


@pytest.mark.slow
def test_lists_give_more_comparisons_for_the_same_forward_passes(
    quick: list[str], tmp_path: Path
) -> None:
    found = main.bench(tmp_path, [4], seeds=1, budget=72, overrides=quick)

    rows = {row["shape"]: row for row in found["rows"]}
    assert {row["forwards"] for row in rows.values()} == {72}
    assert rows["pairs"]["comparisons"] == 36
    assert rows["lists"]["comparisons"] > 2 * rows["pairs"]["comparisons"]
    for row in rows.values():
        assert row["against_grade"]["pairs"] > 0
        assert row["against_votes"]["standard_error"] > 0
    assert (tmp_path / "bench.json").is_file()
