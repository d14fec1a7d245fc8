"""Whole lists against expanded pairs: the same number of replies is read."""

from pathlib import Path

import pytest

from training import main

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


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
