"""Lists of like length share a batch, and every list is read once an epoch."""

from training.reward_model import by_length


def examples(count: int) -> list[dict[str, object]]:
    return [{"replies": [[0] * (1 + 7 * number % 90)], "name": number} for number in range(count)]


def longest(example: dict[str, object]) -> int:
    return max(map(len, example["replies"]))  # type: ignore[call-overload]


def padding(given: list[dict[str, object]], batch: int) -> int:
    parts = [given[begin : begin + batch] for begin in range(0, len(given), batch)]
    return sum(len(part) * max(map(longest, part)) - sum(map(longest, part)) for part in parts)


def test_every_list_is_read_once() -> None:
    made = by_length(examples(450), 4, seed=1)

    assert sorted(example["name"] for example in made) == list(range(450))  # type: ignore[type-var]


def test_hardly_anything_is_padded() -> None:
    made = by_length(examples(450), 4, seed=1)

    assert padding(made, 4) < padding(examples(450), 4) / 4


def test_a_batch_that_is_not_full_comes_last() -> None:
    made = by_length(examples(401), 4, seed=1)  # two shares, the second with one list

    assert padding(made, 4) < padding(examples(401), 4) / 4


def test_short_and_long_batches_take_turns_by_chance_and_the_seed_decides() -> None:
    first, again, other = (by_length(examples(200), 4, seed=seed) for seed in (1, 1, 2))

    assert first == again != other
    firsts = [longest(example) for example in first[::4]]
    assert firsts != sorted(firsts)
