"""The cost of an interaction is measured beside what the library alone costs."""

from bot.platforms.discord_cost import interaction_costs


async def test_commands_presses_and_forms_are_measured_beside_the_library():
    costs = await interaction_costs(rounds=20)

    assert [cost.kind for cost in costs] == ["command", "press", "form"]
    assert all(0 < cost.library < cost.whole for cost in costs)
    assert all(cost.added < 20 for cost in costs), "milliseconds"
