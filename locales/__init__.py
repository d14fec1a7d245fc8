"""The words shown to people, in every language."""
