"""A model's replies on their way to the volunteers: prompts out, completions in."""
