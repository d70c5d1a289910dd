"""What venues change while the daemon is down is found at its next start."""

import sqlite3
from pathlib import Path

from hedgewatch.store import Store

SUBJECT = "position main binanceusdm AIX/USDT:USDT net"


async def test_facts_are_known_after_a_restart_and_those_of_what_is_gone_are_not(
    tmp_path: Path,
) -> None:
    store = await Store.open(tmp_path / "state.db")
    assert await store.facts.known() == {}
    await store.facts.keep({SUBJECT: {"contract size": "1"}, "gone": {"kind": "linear"}})
    await store.facts.keep({SUBJECT: {"contract size": "10"}})
    await store.close()
    store = await Store.open(tmp_path / "state.db")
    assert await store.facts.known() == {SUBJECT: {"contract size": "10"}}
    await store.close()


async def test_what_is_as_it_was_is_not_written_again(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "state.db")
    await store.facts.keep({SUBJECT: {"contract size": "1"}})
    with sqlite3.connect(tmp_path / "state.db") as database:
        database.execute("DELETE FROM facts")
    await store.facts.keep({SUBJECT: {"contract size": "1"}})
    assert await store.facts.known() == {}
    await store.close()


async def test_a_disk_that_fails_or_lies_costs_no_more_than_the_memory_of_facts(
    tmp_path: Path,
) -> None:
    store = await Store.open(tmp_path / "state.db")
    with sqlite3.connect(tmp_path / "state.db") as database:
        for subject, text in ((SUBJECT, "[1"), ("list", "[]"), ("odd", '{"a": 1, "b": "2"}')):
            database.execute("INSERT INTO facts VALUES (?, ?)", (subject, text))
    assert await store.facts.known() == {"odd": {"b": "2"}}
    with sqlite3.connect(tmp_path / "state.db") as database:
        database.execute("DROP TABLE facts")
    await store.facts.keep({SUBJECT: {"contract size": "1"}})
    assert await store.facts.known() == {}
    await store.close()
