"""The outside: program, settings, platforms, schedules, exchange of data."""
