"""Many rules: how long they take to load and to judge first, and what those elsewhere cost.

200 positions, ten in each of 20 accounts that share no market, with ten rules each.
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter_ns, process_time

from hedgewatch.config.rule_files import load_rules
from hedgewatch.core.events import ClockAdvanced
from hedgewatch.core.rules import Rule
from tests.bench.desk import PRICE, TIERS, ticks
from tests.support.builders import desk, held, mark, market, read, tiered
from tests.support.stories import Story

ACCOUNTS, SYMBOLS_EACH, RULES_EACH = 20, 10, 10
RULES = ACCOUNTS * SYMBOLS_EACH * RULES_EACH
FIRST = "M0x0/USDT:USDT"
_SECONDS = 6
"""Of the clock, of which each takes a sample."""


def _markets(account: int) -> list[str]:
    return [f"M{account}x{number}/USDT:USDT" for number in range(SYMBOLS_EACH)]


def _subjects() -> Iterator[tuple[str, str]]:
    for account in range(ACCOUNTS):
        for symbol in _markets(account):
            yield f"a{account}", symbol


def _file(folder: Path, name: str, expr: str, clear: str, *, alike: bool = True) -> Path:
    """A rule file of ten rules a position, the same ten on each if `alike`; JSON is YAML."""
    rules = []
    for subject, (account, symbol) in enumerate(_subjects()):
        for number in range(RULES_EACH):
            threshold = f"{number + 1}" if alike else f"{number + 1}{subject:03}"
            rules.append(
                {
                    "alert": f"{name}{number}n{subject}",
                    "on": "position",
                    "where": {"account": account, "symbol": symbol},
                    "expr": expr.format(threshold),
                    "clear": clear.format(threshold),
                    "annotations": {"summary": "{account} {symbol}: {liquidation_distance:.1%}"},
                }
            )
    group = {"name": name, "labels": {"severity": "critical"}, "rules": rules}
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps({"groups": [group]}))
    return path


def judged(rules: Sequence[Rule]) -> Story:
    """An engine that knows all of its book, and has judged it."""
    story = Story(*rules, on=desk(accounts=tuple(f"a{n}" for n in range(ACCOUNTS)), prices={}))
    for number in range(ACCOUNTS):
        symbols = _markets(number)
        positions = [held(symbol, 300.0, PRICE) for symbol in symbols]
        account = f"a{number}"
        story.at(0.0, *map(market, symbols))
        story.at(0.0, *(tiered(symbol, TIERS, account) for symbol in symbols))
        story.at(0.0, read(*positions, wallet=1_500_000.0, account=account))
        story.at(0.0, *(mark(symbol, PRICE) for symbol in symbols))
    return story


def measure(rounds: int, size: int) -> dict[str, list[float]]:
    """Seconds of loading and of judging all that is known for the first time, µs of a tick, ms of
    a second of windows.
    """
    names = ("load", "judge", "own load", "own judge", "all", "touched", "clock")
    found: dict[str, list[float]] = {name: [] for name in names}
    distance = ("liquidation_distance < 0.{}%", "liquidation_distance > 1.{}%")
    with tempfile.TemporaryDirectory(prefix="hedgewatch-bench-") as folder:
        alike = _file(Path(folder), "Alike", *distance)
        own = _file(Path(folder), "Own", *distance, alike=False)
        past = _file(Path(folder), "Past", "change(mark_price, {}m) < -90", "mark_price > {}")
        story = judged(())
        _start(found, story, own, "own ")
        for _ in range(rounds):
            _start(found, story, alike)
        _tick(found, load_rules([alike], ()), story, size)
        _clock(found, load_rules([past], ()))
    return found


def _start(found: dict[str, list[float]], story: Story, path: Path, kind: str = "") -> None:
    """CPU seconds: nothing waits in it, and what else the machine does is not ours."""
    story.reload()
    began = process_time()
    rules = load_rules([path], ())
    loaded = process_time()
    story.reload(*rules)
    found[f"{kind}load"].append(loaded - began)
    found[f"{kind}judge"].append(process_time() - loaded)


def _tick(found: dict[str, list[float]], rules: Sequence[Rule], every: Story, size: int) -> None:
    """All rules, against those alone whose subjects the price touches."""
    touched = judged([rule for rule in rules if rule.where["account"] == {"a0"}])
    for _ in range(5):
        found["all"].append(_ticked(every, size))
        found["touched"].append(_ticked(touched, size))


def _ticked(story: Story, size: int) -> float:
    """The median of quiet ticks, in µs."""
    times = []
    for event in ticks(size, since=story.now, symbol=FIRST):
        before = perf_counter_ns()
        story.engine.handle(event, event.venue_time)
        times.append(perf_counter_ns() - before)
    story.now += size / 1000.0
    return median(times) / 1000.0


def _clock(found: dict[str, list[float]], rules: Sequence[Rule]) -> None:
    """A second of 2,000 windows, sampled and judged."""
    story = judged(rules)
    for second in range(1, _SECONDS):
        before = perf_counter_ns()
        story.engine.handle(ClockAdvanced(), story.now + second)
        found["clock"].append((perf_counter_ns() - before) / 1e6)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
