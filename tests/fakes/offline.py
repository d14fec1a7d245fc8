"""A program of others, in a process of its own that finds no model hub."""

import os
import subprocess
import sys
from pathlib import Path


def offline(script: str, home: Path, *words: Path) -> str:
    """What a script prints that is given these words; it has to end well."""
    alone = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(home), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, words)],
        env={**os.environ, **alone},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
