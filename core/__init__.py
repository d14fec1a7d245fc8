"""The inside: plain decisions about trees, tasks, people and words; standard library only."""
