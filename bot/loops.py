"""The event loop of what serves many events: uvloop, where it runs.

It is a drop-in for the loop of the standard library, and what goes to the store's thread and back,
or to a server, costs less on it; docs/adr/0012 has the figures.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from asyncio import run
else:
    from uvloop import run

__all__ = ["run"]
