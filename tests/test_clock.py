"""One clock: what the wall clock of the machine does moves no time of ours, and is noticed."""

import time

import pytest

from hedgewatch import clock
from hedgewatch.clock import Clock


class Machine:
    """Its wall clock, and the time since it booted, which runs while it sleeps, too."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.since_boot = 1_800_000_000.0, 500.0
        monkeypatch.setattr(time, "time", lambda: self.wall)
        monkeypatch.setattr(clock, "_since_boot", lambda: self.since_boot)

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.since_boot += seconds


@pytest.mark.parametrize("step", [-3600.0, 3600.0, -2.5])
def test_a_step_of_the_wall_clock_is_noticed_once_and_moves_no_time_of_ours(
    monkeypatch: pytest.MonkeyPatch, step: float
) -> None:
    machine = Machine(monkeypatch)
    ours = Clock()
    machine.passes(10.0)
    assert (ours.now(), ours.step()) == (1_800_000_010.0, 0.0)
    machine.wall += step
    machine.passes(1.0)
    assert (ours.now(), ours.step()) == (1_800_000_011.0, step)
    machine.passes(1.0)
    assert (ours.now(), ours.step()) == (1_800_000_012.0, 0.0)


def test_a_machine_that_slept_slept_by_our_clock_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch)
    ours = Clock()
    machine.passes(8 * 3600.0)
    assert (ours.now(), ours.step()) == (1_800_028_800.0, 0.0)


def test_after_a_reboot_time_goes_on_by_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stored is the time of day: what a machine counts since its boot begins anew."""
    machine = Machine(monkeypatch)
    before = Clock().now()
    machine.passes(60.0)
    machine.since_boot = 5.0
    assert Clock().now() - before == 60.0
