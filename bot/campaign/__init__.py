"""Simulated volunteers and the corpus they answer from."""
