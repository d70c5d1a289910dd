"""`hedgewatch backup`: a store copied while it is written is a store."""

import asyncio
import json
import stat
from pathlib import Path

import pytest

from hedgewatch.cli import main
from hedgewatch.store import Store, StoreError
from hedgewatch.store.copies import copy

_CONFIGURATION = """\
accounts:
  - name: main
    venue: binanceusdm
    credentials: {api_key: {file: key}, secret: {file: key}}
store: state.db
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "key").touch(mode=0o600)
    (tmp_path / "key").write_text("0" * 64)
    (tmp_path / "hedgewatch.yaml").write_text(_CONFIGURATION)
    return tmp_path


async def test_it_copies_a_store_that_is_open_and_the_copy_opens_as_one(folder: Path) -> None:
    store = await Store.open(folder / "state.db")
    try:
        await store.bans.keep("exchange.example", 5e9)
        arguments = ["backup", "-c", str(folder / "hedgewatch.yaml"), "--out"]
        assert await asyncio.to_thread(main, [*arguments, str(folder / "copy.db")]) == 0
    finally:
        await store.close()
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600
    copied = await Store.open(folder / "copy.db")
    try:
        assert await copied.bans.known(0.0) == {"exchange.example": 5e9}
    finally:
        await copied.close()


async def test_it_says_what_the_copy_holds(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await (await Store.open(folder / "state.db")).close()
    out = folder / "copy.db"
    assert main(["backup", "-c", str(folder / "hedgewatch.yaml"), "--out", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["alerts"], said["undelivered"], said["size"]) == (0, 0, out.stat().st_size)


async def test_it_never_writes_over_a_file_and_leaves_none_that_is_no_copy(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["backup", "-c", str(folder / "hedgewatch.yaml"), "--out", str(folder / "key")]
    assert main(arguments) == 1
    assert "state.db does not exist" in capsys.readouterr().err
    await (await Store.open(folder / "state.db")).close()
    assert main(arguments) == 1
    assert "key exists: name another file" in capsys.readouterr().err
    assert (folder / "key").read_text() == "0" * 64


def test_a_damaged_store_makes_no_backup(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    with pytest.raises(StoreError, match=r"state\.db"):
        copy(tmp_path / "state.db", tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
