"""From exported files to models: SFT, reward model, RL, evaluation."""
