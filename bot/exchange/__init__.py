"""Trees to files and back."""
