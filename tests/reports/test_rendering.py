"""How a report reads: what comes first, what is escaped, what is not drawn."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from functools import cache
from html.parser import HTMLParser
from itertools import islice
from typing import Any

import pytest

from hedgewatch.reports.drawing import runs, svg, ticks
from hedgewatch.reports.figures import Kept
from hedgewatch.reports.minute import Minute
from hedgewatch.reports.numbers import money, percent
from hedgewatch.reports.page import Plot
from hedgewatch.reports.periods import Kind, Period
from hedgewatch.reports.report import report_of
from tests.reports.days import SUNDAY, WEEK, Pool, firing, minutes_of
from tests.reports.watching import lines

HOSTILE = "<script>alert(1)</script>|*_`[x](http://evil)\x1b[2J\u202e\"'&"


def story(period: Period, name: str = "main/USDT") -> Kept:
    """Blind at ten past three, unwatched for some time, and a rule that comes and goes."""
    blind = period.begins + 3 * 3_600.0 + 600.0
    pools = (Pool(name, blind=(blind, blind + 240.0)), Pool("spare/USDT", 2_500.0, sway=4.0))
    gap = (period.begins + 50_400.0, period.begins + 54_000.0)
    minutes = tuple(minutes_of(period, *pools, unwatched=gap))
    news = []
    for number in range(4):
        at, episode = period.begins + 20_000.0 + 900.0 * number, str(number)
        news.append(firing("MarginDanger", at, episode=episode))
        news.append(firing("MarginDanger", at + 300.0, episode=episode, state="resolved"))
    news.append(firing("HedgeDrift", period.begins + 9e3, episode="h", severity="warning"))
    seen = {"episode": "0", "change": "acknowledged", "seen_by": "ann"}
    news.append(firing("MarginDanger", period.begins + 20_090.0, **seen))
    return Kept(minutes=minutes, told=lines(*news), latest=minutes[-1])


@cache
def told(period: Period) -> dict[str, Any]:
    """A story takes a second to be made up."""
    return report_of(period, story(period), period.ends + 3_600.0)


def made(period: Period, kept: Kept | None = None) -> dict[str, Any]:
    return told(period) if kept is None else report_of(period, kept, period.ends + 3_600.0)


def test_a_day_reads_from_the_gravest_to_what_is_to_come() -> None:
    report = made(SUNDAY)
    assert report["title"] == "desk-1: daily report, Sunday 29 November 2026"
    brief = report["brief"]
    assert (
        brief[0]
        == "alerts: 4 critical, 1 warning (MarginDanger main/USDT 4×, HedgeDrift main/USDT)"
    )
    assert brief[1] == "critical and never acknowledged: MarginDanger main/USDT 3×"
    assert brief[3] == "came and went: MarginDanger main/USDT"
    assert re.fullmatch(
        r"equity [\d,.]+ USDT, \+[\d,.]+ \(\+[\d.]+%\): mark to market \+[\d,.]+, "
        r"at funding times -15\.00",
        brief[4],
    )
    assert "nobody watched for 1 h 00 min" in brief
    assert brief[-1].startswith("next: main: AIX/USDT:USDT ends, Mon 30 Nov 02:00")


def test_what_was_unknown_is_said_with_its_times_by_the_wall_of_the_reader() -> None:
    for shape in ("text", "markdown", "html"):
        said = made(SUNDAY)[shape]
        assert "unknown from 03:10 to 03:14: no price for 5 s" in said
        assert "nobody watched from 14:00 to 15:00" in said


def test_a_week_says_which_rules_fired_how_often_and_which_never_did() -> None:
    text = made(WEEK)["text"]
    assert re.search(r"MarginDanger +4 +1 +20 min +yes +1 of 4 +1 min", text)
    assert "2 of 4 rules never fired: AccountBlind, MarginWarning" in text
    assert "RULES" not in made(SUNDAY)["text"]


def test_a_week_has_its_days_beside_each_other_and_they_add_up() -> None:
    report = made(WEEK)
    days = report["figures"]["days"]
    assert [day["day"] for day in days] == [f"2026-11-{number}" for number in range(23, 30)]
    assert [day["fired"] for day in days] == [5, 0, 0, 0, 0, 0, 0]
    assert [day["blind"] for day in days] == [240.0, 0, 0, 0, 0, 0, 0]
    changes = [day["total"]["closes"] - day["total"]["opens"] for day in days]
    total = report["figures"]["total"]
    assert sum(changes) == pytest.approx(total["closes"] - total["opens"])
    assert re.search(r"Mon 23 Nov +[\d,.]+ USDT .* 30\.00% +5 +4 min", report["text"])
    assert made(SUNDAY)["figures"]["days"] == []


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2026, 3, 29), 23)])
def test_a_day_on_which_the_clocks_are_turned_is_whole(day: date, hours: int) -> None:
    period = Period(kind=Kind.DAILY, last=day, timezone="Europe/Berlin")
    report = made(period, Kept(minutes=tuple(minutes_of(period, Pool("main/USDT")))))
    assert report["figures"]["minutes"] == hours * 60
    assert "everything was known all the time" in report["text"]
    for hour in ("00:00", "04:00", "20:00"):
        assert f'text-anchor="middle">{hour}</text>' in report["html"]


def test_of_a_large_desk_every_pool_has_its_row_and_the_largest_are_drawn() -> None:
    pools = [Pool(f"main/C{number}", 1_000.0 * (number + 1)) for number in range(40)]
    report = made(SUNDAY, Kept(minutes=tuple(islice(minutes_of(SUNDAY, *pools), 200))))
    assert report["html"].count("<figure") == 1 + 6 + 1 + 1
    assert "equity of main/C39" in report["html"]
    assert all(f"<td>main/C{number}</td>" in report["mail"] for number in range(40))
    assert len(report["html"]) < 250_000


def test_of_a_time_of_which_nothing_was_kept_nothing_is_claimed() -> None:
    report = made(SUNDAY, Kept())
    assert report["brief"][0].startswith("nothing was kept of this time")
    assert "nobody watched from 00:00 to 00:00 (24 h 00 min)" in report["text"]
    assert "0.00" not in report["text"]


def test_an_equity_that_was_not_known_at_midnight_is_not_that_of_later() -> None:
    pool = Pool("main/USDT", blind=(SUNDAY.begins, SUNDAY.begins + 420.0))
    report = made(SUNDAY, Kept(minutes=tuple(minutes_of(SUNDAY, pool))))
    assert "unknown (10,000.00 USDT at 00:07)" in report["text"]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(html)
    return parser.seen


def test_the_page_is_one_file_without_scripts_and_escapes_what_others_named() -> None:
    minutes = story(SUNDAY, name=f"main/{HOSTILE}").minutes
    news = lines(firing(HOSTILE, SUNDAY.begins + 9.0, episode="x", subject=HOSTILE))
    report = made(SUNDAY, Kept(minutes=minutes, told=news))
    seen = tags(report["html"])
    assert not {tag for tag, _ in seen} & {"script", "link", "img", "iframe", "object", "a"}
    assert not [1 for _, has in seen for name in has if name.startswith("on") or name == "src"]
    assert "default-src 'none'" in report["html"]
    for shape in ("text", "markdown", "html", "mail", "title"):
        assert not {"\x1b", "\u202e"} & set(report[shape])
    assert "<script>" not in report["html"] + report["markdown"]
    assert all("\x1b" not in line for line in report["brief"])


def test_mail_has_the_tables_and_leaves_out_what_mail_programs_do_not_show() -> None:
    report = made(SUNDAY)
    assert "<svg" in report["html"]
    assert "<svg" not in report["mail"]
    assert report["mail"].count("<table") == report["html"].count("<table")


def test_a_table_in_markdown_has_as_many_cells_in_each_row() -> None:
    def widths() -> Iterator[tuple[int, ...]]:
        block: list[int] = []
        for line in (*made(WEEK)["markdown"].splitlines(), ""):
            if line.startswith("|"):
                block.append(len(re.findall(r"(?<!\\)\|", line)))
            elif block:
                yield tuple(block)
                block = []

    found = list(widths())
    assert len(found) >= 6
    assert all(len(set(block)) == 1 for block in found)


def test_no_line_is_drawn_over_what_was_not_known() -> None:
    points = [(60.0 * n, None if 10 <= n < 14 else 1.0) for n in range(30) if not 20 <= n < 25]
    assert [(run[0][0], run[-1][0]) for run in runs(points, 0.0, 1_800.0)] == [
        (0.0, 540.0),
        (840.0, 1_140.0),
        (1_500.0, 1_740.0),
    ]


def test_what_is_thinned_keeps_its_peaks() -> None:
    points = [(60.0 * n, 9.0 if n == 4_321 else -7.0 if n == 77 else 1.0) for n in range(10_080)]
    (run,) = runs(points, 0.0, 604_800.0)
    assert len(run) < 700
    assert {(60.0 * 4_321, 9.0), (60.0 * 77, -7.0)} <= set(run)


@pytest.mark.parametrize("values", [(1.0,), (0.0, 0.0), (1e-9, 2e-9), (-5.0, float("inf"))])
@pytest.mark.parametrize("percent", [True, False])
def test_any_line_makes_a_picture_that_is_sound(
    values: tuple[float, ...],
    percent: bool,  # noqa: FBT001
) -> None:
    points = tuple((60.0 * number, value) for number, value in enumerate(values))
    plot = Plot(
        title=HOSTILE, begins=0.0, ends=3_600.0, lines=((HOSTILE, points), ("other", points)),
        holes=((600.0, 900.0),), percent=percent, limit=1.0 if percent else None,
    )  # fmt: skip
    clean = svg(plot, "UTC").replace("\x1b", "").replace("\u202e", "")
    root = ET.fromstring(clean)  # noqa: S314 - made here
    for shape in root.iter():
        for name in ("x", "y", "cx", "cy"):
            assert -1.0 <= float(shape.get(name, 0.0)) <= 761.0


def test_values_beside_a_picture_are_round_and_few() -> None:
    assert ticks(0.0, 1.0) == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert all(
        2 <= len(ticks(low, low + size)) <= 11 for low in (-3.3, 0.1) for size in (0.01, 7.0)
    )


def test_a_day_of_a_desk_of_which_only_a_minute_was_seen_is_made_all_the_same() -> None:
    day = Period(kind=Kind.DAILY, last=date(2026, 11, 29), timezone="UTC")
    minute = Minute(begins=day.begins + 60.0, ends=day.begins + 120.0, instance="desk-1")
    report = made(day, Kept(minutes=(minute,)))
    assert "no margin pool was seen" in report["brief"]
    assert report["figures"]["minutes"] == 1


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (-0.000_04, "0.00%"),
        (0.000_04, "0.00%"),
        (0.0, "0.00%"),
        (-0.0123, "-1.23%"),
        (0.5, "+50.00%"),
    ],
)
def test_a_change_that_rounds_to_nothing_has_no_sign(part: float, said: str) -> None:
    assert percent(part, signed=True) == said
    assert money(100.0 * part, signed=True) == said.removesuffix("%")
