"""The shipped doubles: a store in memory, a clock that is set by hand, a guess that is told.

They keep the same contract as the real ones (tests/contracts) and are imported by tests alone.
"""

from core.testing.doubles import ManualClock, ToldGuess
from core.testing.memory import MemoryStore, MemoryUnit
from core.testing.tables import Tables

__all__ = ["ManualClock", "MemoryStore", "MemoryUnit", "Tables", "ToldGuess"]
