"""The event loop of what serves many events: uvloop, where it runs.

It is a drop-in for the loop of the standard library. Each event goes to a thread of the store and
back, or to a server, and that way costs about a third less with it.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from asyncio import run
else:
    from uvloop import run

__all__ = ["run"]
