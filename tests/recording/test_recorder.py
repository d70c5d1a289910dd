"""The recorder in the loop: it never waits, and says when something is missing."""

import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import pytest

from hedgewatch.core.alert_model import NOTHING
from hedgewatch.core.events import ClockAdvanced
from hedgewatch.recording.reading import Judged, Opening, read
from hedgewatch.recording.recorder import AGAIN_AFTER, MOST_WAITING, Recorder
from hedgewatch.recording.ring import Ring
from hedgewatch.recording.writing import Writer
from tests.support.happenings import engine
from tests.support.patience import PATIENCE
from tests.support.recordings import NIGHT, recorder_of
from tests.support.stories import START


class Hanging(Writer):
    """The disk never answers."""

    def start(self) -> None:
        """Nothing is ever taken."""


@contextmanager
def full_disk() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def tick(recorder: Recorder, seconds: float) -> None:
    recorder.handle(ClockAdvanced(), START + seconds)


def until(check: Callable[[], bool]) -> None:
    """The thread does it in its own time, which is short."""
    end = perf_counter() + PATIENCE
    while not check():
        assert perf_counter() < end


def settle(recorder: Recorder, writer: Writer) -> None:
    """Until the thread has done all that it was given."""
    until(lambda: writer.progress.batches == recorder._handed)  # noqa: SLF001


def test_while_the_disk_fails_nothing_is_recorded_and_everything_is_judged(tmp_path: Path) -> None:
    (tmp_path / "ring").write_text("a file where the folder should be")
    writer = Writer(Ring(tmp_path / "ring", 86_400.0, 10**9))
    said: list[str] = []
    recorder = Recorder(engine(), writer, 10**9, lambda one: said.append(one.trouble))
    recorder.start(START)
    until(lambda: bool(writer.progress.failed))
    alone = engine()
    for event, now in NIGHT[:20]:
        assert recorder.handle(event, now) == alone.handle(event, now)
    tick(recorder, 10.0)
    assert said[-1] == f"{tmp_path / 'ring'}: File exists"
    assert recorder.lost == 21

    (tmp_path / "ring").unlink()
    tick(recorder, AGAIN_AFTER + 11.0)
    until(lambda: writer.progress.begun > 1)
    tick(recorder, AGAIN_AFTER + 12.0)
    assert said[-1] == ""
    recorder.stop()
    opening, *judged = read(tmp_path / "ring")
    assert isinstance(opening, Opening)
    assert not opening.follows
    assert opening.lost == 22
    assert [item.now for item in judged if isinstance(item, Judged)] == [START + AGAIN_AFTER + 12.0]


def test_a_full_disk_is_a_trouble_with_its_name(tmp_path: Path) -> None:
    writer = Writer(Ring(tmp_path / "ring", 86_400.0, 10**9))
    recorder = Recorder(engine(), writer, 10**9)
    with full_disk():
        recorder.start(START)
        until(lambda: bool(writer.progress.failed))
    tick(recorder, 0.5)
    assert os.strerror(errno.EFBIG) in recorder.trouble
    recorder.stop()


def test_what_waits_for_a_disk_that_hangs_is_bounded_and_what_is_missing_is_told(
    tmp_path: Path,
) -> None:
    recorder = Recorder(engine(), Hanging(Ring(tmp_path / "ring", 86_400.0, 10**9)), 10**9)
    recorder.start(START)
    for number in range(MOST_WAITING + 10):
        tick(recorder, 0.5 * number)
    assert recorder.trouble == "the disk does not keep up"
    assert 0 < recorder.lost < 12


def test_a_segment_that_is_large_enough_ends_before_its_time(tmp_path: Path) -> None:
    recorder = recorder_of(engine(), tmp_path / "ring", segment=1)
    recorder.start(START)
    for event, now in NIGHT[:60]:
        recorder.handle(event, now)
    until(lambda: recorder.ring_bytes > 0)
    tick(recorder, 30.0)
    tick(recorder, 31.0)
    recorder.stop()
    openings = [item for item in read(tmp_path / "ring") if isinstance(item, Opening)]
    assert len(openings) > 1
    assert all(opening.follows for opening in openings[1:])


def test_an_engine_that_cannot_be_recorded_is_a_trouble_and_no_crash(tmp_path: Path) -> None:
    held = engine()
    held.judge.odd = lambda: None  # type: ignore[attr-defined]
    recorder = recorder_of(held, tmp_path / "ring")
    recorder.start(START)
    assert "Judge.odd" in recorder.trouble
    tick(recorder, 1.0)
    assert recorder.lost == 1
    recorder.stop()


def test_what_the_engine_dies_of_is_the_last_that_is_recorded(tmp_path: Path) -> None:
    held = engine()
    recorder = recorder_of(held, tmp_path / "ring")
    recorder.start(START)
    tick(recorder, 0.5)
    del held.book.totals  # as if a fault of ours had come up
    with pytest.raises(AttributeError):
        tick(recorder, 1.0)
    recorder.stop()
    *_, last = read(tmp_path / "ring")
    assert last == Judged(ClockAdvanced(), START + 1.0, NOTHING)


def test_a_stop_before_the_start_is_none(tmp_path: Path) -> None:
    recorder_of(engine(), tmp_path / "ring").stop()
    assert not (tmp_path / "ring").exists()


@pytest.mark.parametrize("follows", [True, False])
def test_a_segment_follows_only_on_one_that_is_whole(tmp_path: Path, follows: bool) -> None:  # noqa: FBT001
    writer = Writer(Ring(tmp_path / "ring", 86_400.0, 10**9))
    recorder = Recorder(engine(), writer, 10**9)
    recorder.start(START)
    tick(recorder, 1.0)
    settle(recorder, writer)
    if not follows:
        with full_disk():
            tick(recorder, 2.0)
            settle(recorder, writer)
            until(lambda: bool(writer.progress.failed))
    tick(recorder, 601.0)
    tick(recorder, 602.0)
    tick(recorder, 702.0)
    recorder.stop()
    first, *others = [item for item in read(tmp_path / "ring") if isinstance(item, Opening)]
    assert not first.follows
    assert [opening.follows for opening in others] == [follows]
