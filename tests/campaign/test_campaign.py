from pathlib import Path

import pytest

from tests.campaign.kills import prepared
from tests.campaign.progress import nowhere
from tests.campaign.report import Report
from tests.campaign.subsets import subsets

KILLS = 5
"""`make campaign` kills 500 times."""


@pytest.mark.live
@pytest.mark.slow
async def test_kills_amid_deliveries_lose_no_alert_and_repeat_at_most_the_one_in_flight(
    tmp_path: Path,
) -> None:
    async with prepared(tmp_path, seed=7, kills=KILLS) as campaign:
        report = await campaign.run(nowhere)
    assert report.holds, "\n".join(report.lines())
    assert len(campaign.stored) > KILLS


@pytest.mark.live
@pytest.mark.slow
async def test_a_critical_alert_reaches_a_receiver_that_lives_within_half_a_minute() -> None:
    report = await subsets(2.0, nowhere, ["a ladder"])
    assert report.holds, "\n".join(report.lines())
    assert report.counts[0].found == 5**3 - 4**3


@pytest.mark.parametrize(("lost", "verdict"), [(0, True), (1, False)])
def test_a_report_says_which_promise_is_broken(lost: int, verdict: bool) -> None:  # noqa: FBT001 - a parameter
    report = Report("a part")
    report.count("kills", 3)
    report.at_most("repeated", 3, 3)
    report.must_be("lost", lost, 0)
    assert report.holds is verdict
    assert [line.endswith("BROKEN") for line in report.lines()] == [False] * 3 + [not verdict]
