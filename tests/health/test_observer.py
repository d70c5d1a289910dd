"""What the daemon sees of itself, and that rules hear of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from hedgewatch.core.events import ClockStepped, DaemonObserved
from hedgewatch.core.model import Scope, Unknown
from hedgewatch.health import Lag, Memory, Observer
from tests.support.builders import desk, rule
from tests.support.stories import Story

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class _Delivery:
    store_error: str = ""
    waits: tuple[tuple[str, float, bool], ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)

    def stuck(self, _now: float) -> Iterable[tuple[str, float, bool]]:
        return self.waits

    def why_stuck(self, receiver: str) -> str:
        return self.why.get(receiver, "")


@dataclass(frozen=True, slots=True)
class _Troubled:
    trouble: str = ""
    recording: str = ""


def _machine(tmp_path: Path, *, limit: str, group: str = "/system.slice/hw.service") -> Memory:
    """A process of 300 MB on a machine of 8 GB, below a control group."""
    proc, groups = tmp_path / "proc", tmp_path / "groups"
    (proc / "self").mkdir(parents=True)
    (proc / "self" / "statm").write_text("999999 76800 1 1 0 1 0\n")
    (proc / "self" / "cgroup").write_text(f"0::{group}\n")
    (proc / "meminfo").write_text("MemTotal:        8388608 kB\nMemFree: 1 kB\n")
    folder = groups / group.strip("/")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.max").write_text(f"{limit}\n")
    return Memory(proc, groups)


@pytest.mark.parametrize(
    ("limit", "share"), [(str(512 * MEGABYTE), 300 / 512), ("max", 300 / 8_192), ("?", 300 / 8_192)]
)
def test_memory_is_measured_against_the_least_that_it_may_use(
    tmp_path: Path, limit: str, share: float
) -> None:
    assert _machine(tmp_path, limit=limit).share() == pytest.approx(share)


def test_a_limit_of_a_group_above_holds_too(tmp_path: Path) -> None:
    _machine(tmp_path, limit="max")
    (tmp_path / "groups" / "system.slice" / "memory.max").write_text(str(400 * MEGABYTE))
    assert Memory(tmp_path / "proc", tmp_path / "groups").share() == pytest.approx(0.75)


def test_where_nobody_tells_of_memory_it_is_not_known(tmp_path: Path) -> None:
    assert Memory(tmp_path, tmp_path).share() is None
    assert (Memory().share() or 0.5) < 1.0


def test_what_is_seen_is_told_whole(tmp_path: Path) -> None:
    lag = Lag(0.5, 100.0)
    waits = (("phone", 75.0, True), ("hook", 5.0, False))
    observer = Observer(
        lag,
        _Delivery("no space left on device", waits, {"phone": "the broker\nrefuses " + "it " * 99}),
        _Troubled("refused", "stopped"),
        withheld=lambda: ("store: full",),
        memory=_machine(tmp_path, limit="max"),
    )
    assert observer.look(102.5) == DaemonObserved(
        loop_lag=2.0,
        stuck=((f"phone (the broker refuses {'it ' * 32}[...])", 75.0), ("hook", 5.0)),
        store_error="no space left on device",
        configuration_error="refused",
        recording_error="stopped",
        withheld=("store: full",),
        memory_share=300 / 8_192,
    )


def test_a_broken_channel_fires_within_a_tick_and_ends_when_it_is_mended() -> None:
    summary = "{failing_receivers}: {outbox_age_seconds}"
    broken = rule("Broken", Scope.BOOK, "outbox_age_seconds > 60s", summary=summary)
    story = Story(broken, on=desk())
    well = DaemonObserved(loop_lag=0.0)
    story.advance(2.0, well)
    assert story.firing() == set()
    story.advance(2.5, replace(well, stuck=(("phone", 75.0),)))
    assert story.record("Broken").annotations["summary"] == "phone: 1 min"
    story.advance(4.0, well)
    assert story.firing() == set()


def test_before_the_first_look_nothing_is_said_to_be_well() -> None:
    totals = Story(on=desk()).engine.book.totals
    for value in (totals.loop_lag_seconds, totals.store_failing, totals.receivers_failing):
        assert isinstance(value, Unknown)


def test_a_step_of_the_clock_is_told_for_ten_minutes() -> None:
    story = Story(on=desk())
    story.at(0.0, ClockStepped(-3.5))
    story.advance(599.0, every=1.0)
    assert story.engine.book.totals.clock_step_seconds == -3.5
    story.advance(602.0, every=1.0)
    assert story.engine.book.totals.clock_step_seconds == 0.0
