"""What is on disk: whole, or read up to where it is not, with that place."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from hedgewatch.recording.errors import RecordingError
from hedgewatch.recording.frames import MAGIC, frames
from hedgewatch.recording.reading import Flaw, Item, Judged, Opening, files_of, read
from hedgewatch.recording.ring import Ring
from hedgewatch.recording.saving import holding, save
from tests.support.happenings import happenings
from tests.support.recordings import NIGHT, SEGMENTS, record


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recording") / "ring"
    record(folder)
    return folder


@pytest.fixture
def one_file(ring: Path, tmp_path: Path) -> Path:
    """All of the ring in one file."""
    file = tmp_path / "night.hwrec"
    save(Ring(ring, 86_400.0, 10**9), file, 1e9)
    return file


def events(items: list[Item]) -> list[tuple[object, float]]:
    return [(item.event, item.now) for item in items if isinstance(item, Judged)]


def test_everything_that_happened_is_read_back_with_the_moment_it_came_at(ring: Path) -> None:
    items = list(read(ring))
    assert events(items) == NIGHT
    openings = [item for item in items if isinstance(item, Opening)]
    assert len(openings) == len(files_of(ring)) == SEGMENTS
    assert [opening.follows for opening in openings] == [False] + [True] * (SEGMENTS - 1)
    assert {opening.lost for opening in openings} == {0}
    assert not [item for item in items if isinstance(item, Flaw)]


def test_only_its_owner_may_read_it(ring: Path) -> None:
    assert ring.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in ring.iterdir()} == {0o600}


def test_a_copy_holds_the_same_and_overwrites_nothing(ring: Path, one_file: Path) -> None:
    assert events(list(read(one_file))) == NIGHT
    assert one_file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(RecordingError, match="exists: name another file"):
        save(Ring(ring, 86_400.0, 10**9), one_file, 60.0)


def test_a_copy_of_the_last_minutes_begins_with_the_segment_that_they_are_in(
    ring: Path, tmp_path: Path
) -> None:
    held = Ring(ring, 86_400.0, 10**9)
    os.utime(held.files()[-1], (NIGHT[-1][1], NIGHT[-1][1]))
    copied = save(held, tmp_path / "end.hwrec", 60.0)
    assert copied.segments < SEGMENTS
    assert copied.begun_at <= NIGHT[-1][1] - 60.0
    assert copied.ended_at == holding(held).ended_at
    seen = events(list(read(tmp_path / "end.hwrec")))
    assert seen == NIGHT[-len(seen) :]


def test_a_copy_of_what_is_being_written_is_closed_and_one_of_a_damaged_segment_is_not(
    ring: Path, tmp_path: Path
) -> None:
    written = tmp_path / "ring"
    written.mkdir(mode=0o700)
    first = files_of(ring)[0]
    with first.open("rb") as file:
        *_, last, _end = frames(file)
    whole = first.read_bytes()[: last.end]
    damaged = bytearray(whole)
    damaged[-3] ^= 4
    for content, flaws in ((whole, 0), (whole[:-5], 0), (bytes(damaged), 1)):
        (written / first.name).write_bytes(content)
        out = tmp_path / "copy.hwrec"
        out.unlink(missing_ok=True)
        save(Ring(written, 86_400.0, 10**9), out, 1e9)
        items = list(read(out))
        assert isinstance(items[0], Opening)
        assert len([item for item in items if isinstance(item, Flaw)]) == flaws
        seen = events(items)
        assert seen == NIGHT[: len(seen)]


def test_a_file_that_is_cut_off_anywhere_is_read_up_to_its_last_whole_frame(
    one_file: Path,
) -> None:
    whole = one_file.read_bytes()
    second = whole.index(MAGIC, 1)
    chance = Random(3)
    for length in (*(chance.randrange(second) for _ in range(6)), second - 1):
        one_file.write_bytes(whole[:length])
        *items, flaw = read(one_file)
        assert isinstance(flaw, Flaw), length
        assert flaw.cut
        assert flaw.offset <= length
        seen = events(items)
        assert seen == NIGHT[: len(seen)]


def test_what_a_killed_daemon_left_open_is_no_damage_before_the_next_segment(
    ring: Path, tmp_path: Path
) -> None:
    both = tmp_path / "both.hwrec"
    first, second = files_of(ring)[:2]
    with first.open("rb") as file:
        *_, last, _end = frames(file)
    both.write_bytes(first.read_bytes()[: last.end] + second.read_bytes())
    items = list(read(both))
    (flaw,) = [item for item in items if isinstance(item, Flaw)]
    assert flaw.cut
    assert flaw.offset == last.end
    seen = events(items)
    assert seen == NIGHT[: len(seen)]
    assert len([item for item in items if isinstance(item, Opening)]) == 2


def test_a_changed_byte_is_found_named_and_skipped_to_the_next_snapshot(one_file: Path) -> None:
    whole = bytearray(one_file.read_bytes())
    second = whole.index(MAGIC, 1)
    chance = Random(5)
    for at in (0, len(MAGIC), len(MAGIC) + 2, *(chance.randrange(second) for _ in range(12))):
        damaged = bytearray(whole)
        damaged[at] ^= 1 << chance.randrange(8)
        one_file.write_bytes(damaged)
        items = list(read(one_file))
        (flaw,) = [item for item in items if isinstance(item, Flaw)]
        assert flaw.place == "night.hwrec"
        assert flaw.offset <= at
        assert not flaw.cut
        place = items.index(flaw)
        before, after = events(items[:place]), events(items[place:])
        assert before == NIGHT[: len(before)]
        assert isinstance(items[place + 1], Opening)
        assert after == NIGHT[-len(after) :]


def test_what_is_no_recording_is_told_so(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("buy milk")
    assert [str(item) for item in read(text)] == [
        "notes.txt, byte 0: no segment of a recording begins here"
    ]
    text.write_bytes(MAGIC.replace(b"1", b"2"))
    (flaw,) = read(text)
    assert "another version" in str(flaw)
    for missing, words in ((tmp_path / "none", "does not exist"), (tmp_path, "holds no recording")):
        with pytest.raises(RecordingError, match=words):
            list(read(missing))


def test_a_ring_never_grows_beyond_its_size_and_loses_its_oldest(tmp_path: Path) -> None:
    folder, most = tmp_path / "ring", 120_000
    story = happenings([("minutes", number) for number in range(20)])
    record(folder, story, size=most)
    files = files_of(folder)
    assert sum(file.stat().st_size for file in files[:-1]) <= most
    seen = events(list(read(folder)))
    assert 0 < len(seen) < len(story)
    assert seen == story[-len(seen) :]


def test_on_a_disk_that_gets_full_it_gives_way_to_the_store(tmp_path: Path) -> None:
    record(tmp_path / "ring")
    ring = Ring(tmp_path / "ring", 86_400.0, 10**9, reserve=2**62)
    ring.trim(NIGHT[-1][1])
    assert ring.files() == []
    with pytest.raises(OSError, match="MB are left on the disk, for the store"):
        ring.create(NIGHT[-1][1])


def test_what_is_older_than_is_kept_goes_and_a_file_of_others_stays(tmp_path: Path) -> None:
    record(tmp_path / "ring")
    ring = Ring(tmp_path / "ring", 3_600.0, 10**9)
    (ring.folder / "mine.hwrec").write_text("kept by hand")
    ring.trim(NIGHT[-1][1] + 3_000.0)
    assert 1 < len(ring.files()) < SEGMENTS
    ring.trim(NIGHT[-1][1] + 100_000.0)
    assert len(ring.files()) == 1  # which ended just now, for all that is known
    assert (ring.folder / "mine.hwrec").exists()


_KILLED = """\
import os, signal, sys
from pathlib import Path
from tests.support.happenings import engine
from tests.support.recordings import NIGHT, START, recorder_of

recorder = recorder_of(engine(), Path(sys.argv[1]))
recorder.start(START)
for event, now in NIGHT[:-5]:
    recorder.handle(event, now)
while recorder._writer.progress.batches < 40:
    pass
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_after_a_kill_what_was_written_is_there(tmp_path: Path) -> None:
    paths = os.pathsep.join(filter(None, sys.path))
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, tmp_path / "ring"],
        check=False,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert killed.returncode == -signal.SIGKILL
    *items, flaw = read(tmp_path / "ring")
    assert isinstance(flaw, Flaw)
    assert flaw.cut
    seen = events(items)
    assert len(seen) > 40
    assert seen == NIGHT[: len(seen)]
