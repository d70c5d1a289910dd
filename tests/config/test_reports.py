"""`reports:` of the configuration."""

from datetime import time
from pathlib import Path

import pytest

from hedgewatch.config.loader import load
from hedgewatch.reports.periods import Due, Kind
from tests.config.conftest import SOUND, Spoil

TWO = """\
reports:
  daily: {at: 07:30, timezone: Europe/Berlin, receivers: [desk]}
  weekly: {receivers: [desk]}
"""


def test_reports_are_made_when_and_for_whom_it_says_and_none_unless_it_does(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    assert list(load(path).reports.wanted()) == []
    path.write_text(SOUND + TWO)
    daily, weekly = load(path).reports.wanted()
    assert daily.due() == Due(kind=Kind.DAILY, at=time(7, 30), timezone="Europe/Berlin")
    assert weekly.due() == Due(kind=Kind.WEEKLY, at=time(8, 0), timezone="UTC", weekday=0)
    assert weekly.receivers == ("desk",)
    assert load(path).reports.timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("daily: {receivers: []}", "must not be empty"),
        ("daily: {at: 25:00, receivers: [desk]}", "must read like 08:00"),
        ("daily: {timezone: Berlin, receivers: [desk]}", "no such timezone is known here"),
        ("weekly: {day: funday, receivers: [desk]}", "mon"),
        ("dayly: {receivers: [desk]}", "daily"),
        ("daily: {receivers: [dask]}", "unknown receiver 'dask' (did you mean 'desk'?)"),
    ],
)
def test_a_mistake_in_it_is_told_with_its_place(spoil: Spoil, wrong: str, said: str) -> None:
    (found,) = spoil("routes:", f"reports:\n  {wrong}\nroutes:")
    assert found.startswith("hedgewatch.yaml:19:")
    assert said in found


def test_a_report_to_what_shows_alerts_only_is_a_mistake(spoil: Spoil) -> None:
    oncall = '  - {name: oncall, alertmanager: {urls: ["http://127.0.0.1:9093"]}}\n'
    wanted = "reports: {weekly: {receivers: [desk, oncall]}}\n"
    (found,) = spoil("routes:", f"{oncall}{wanted}routes:")
    assert "oncall shows alerts only: send reports to another receiver" in found
