import asyncio
import os
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

pytestmark = [pytest.mark.live, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
KILLS = 8


async def life(path: Path, received: Path, *, stored_before_the_kill: int) -> set[str]:
    """One life of the victim, and what it had stored. 0: it may finish."""
    victim = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "tests.notify.victim", str(path), str(received)],
        str(100_000 if stored_before_the_kill else 0),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'daemon'}"},
    )
    assert victim.stdout is not None
    stored = [await victim.stdout.readline() for _ in range(stored_before_the_kill)]
    if stored_before_the_kill:
        victim.kill()
    stored += (await victim.stdout.read()).splitlines()
    assert await victim.wait() == (-9 if stored_before_the_kill else 0)
    return {line.decode().strip() for line in stored}


async def test_kills_lose_no_alert_and_repeat_at_most_the_one_in_flight(
    tmp_path: Path,
) -> None:
    path, received, chance = tmp_path / "state.db", tmp_path / "received", Random(7)
    stored: set[str] = set()
    for _ in range(KILLS):
        stored |= await life(path, received, stored_before_the_kill=chance.randint(1, 40))
    await life(path, received, stored_before_the_kill=0)

    arrived = Counter(lines_of(received))
    assert stored - set(arrived) == set(), "lost"
    assert max(arrived.values()) <= 2
    assert sum(arrived.values()) - len(arrived) <= KILLS, "each kill repeats the one in flight"
    assert len(stored) > KILLS
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        firing = database.execute("SELECT count(*) FROM alerts WHERE state = 'firing'")
        assert firing.fetchone()[0] >= len(stored)
        assert database.execute("SELECT DISTINCT state FROM outbox").fetchall() == [("sent",)]


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines()
