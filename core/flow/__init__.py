"""The use cases: plain functions that load, ask the pure core to decide, and write back."""
