"""The cost of an interaction is measured beside what the library alone costs."""

from bot.bench.run import interaction_table
from bot.platforms.discord_cost import Cost, interaction_costs


async def test_commands_presses_and_forms_are_measured_beside_the_library():
    costs = await interaction_costs(rounds=20)

    assert [cost.kind for cost in costs] == ["command", "press", "form"]
    assert all(0 < cost.library < cost.whole for cost in costs)
    assert all(cost.added < 20 for cost in costs), "milliseconds"


def test_the_benchmark_shows_what_is_added_and_not_the_sum():
    library, added = interaction_table([Cost("press", 0.03, 0.33)]).columns[1:]

    assert (list(library.cells), list(added.cells)) == (["0.030"], ["0.300"])
