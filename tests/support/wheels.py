"""The packages that the pins name, as pip has them from PyPI: fetched once, since it takes long.

They are installed on the machine that the tests boot, which has no network.
"""

import fcntl
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

PINS = Path(__file__).parents[2] / "requirements.txt"


def wheels() -> Path:
    """The folder with them, within the `.venv` that asks; `make test` has begun to fetch them."""
    kept = Path(sys.prefix) / "wheels" / sha256(PINS.read_bytes()).hexdigest()[:16]
    kept.parent.mkdir(exist_ok=True)
    with (kept.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _fetch(kept)
    return kept


def _fetch(kept: Path) -> None:
    fetched = tempfile.mkdtemp(dir=kept.parent)
    command = [sys.executable, "-m", "pip", "download", "-q", "--require-hashes"]
    subprocess.run([*command, "-r", str(PINS), "-d", fetched], check=True, capture_output=True)
    Path(fetched).rename(kept)


if __name__ == "__main__":
    wheels()
