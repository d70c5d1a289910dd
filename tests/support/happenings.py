"""Whatever may happen to a desk, drawn by hypothesis: the events with the moments they come at."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from random import Random

from hypothesis import strategies as st

from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import shipped_rules, shipped_scenarios
from hedgewatch.core.alert_model import Severity
from hedgewatch.core.engine import Engine
from hedgewatch.core.episodes import Episodes
from hedgewatch.core.events import (
    AlertAcknowledged,
    BarsRead,
    ClockAdvanced,
    ClockStepped,
    DaemonObserved,
    Event,
    LiquidityRead,
    RulesReplaced,
    VenueClockRead,
)
from hedgewatch.core.model import Desk, EndReason, Scope, Subject
from hedgewatch.core.rules import Rule
from hedgewatch.core.stress import scenarios_read
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    VENUE,
    Said,
    accepted,
    balance,
    desk,
    heard,
    held,
    lost,
    mark,
    market,
    paid,
    read,
    refused,
    restored,
    rule,
    tiered,
    tiers,
    told,
)
from tests.support.stories import START

Happening = tuple[Event, float]

_HASTY = (
    rule(
        "Hot", Scope.POOL, "margin_ratio > 10%", clear="margin_ratio < 8%", severity=Severity.INFO
    ),
    rule(
        "Moving", Scope.POSITION, "liquidation_distance < 25%", hold_for=1.0, summary="{notional}"
    ),
    rule("Uneven", Scope.POOL, "abs(transfer_to_even) > 1", keep_firing_for=1.0),
    rule("Gains", Scope.BOOK, "evenness_gain > 0.1%", unknown="fire"),
    rule("Sliding", Scope.POOL, "change(margin_ratio, 5s) > 0.1%", hold_for=0.5),
    rule("Odd", Scope.POSITION, "zscore(mark_price, 6s) > 1", summary="{lowest(mark_price, 6s)}"),
    rule("Lag", Scope.BOOK, "loop_lag_seconds > 1", keep_firing_for=2.0),
    rule("Volatile", Scope.POSITION, "volatility > 10%", summary="{volatility:.1%}"),
)
"""Rules that are soon true, beside the shipped ones."""

_STEEP = tiers((0.0, 0.01), (100_000.0, 0.05))
_READ = ("read", "read smaller", "read whole", "read isolated", "read empty")
_KINDS = (
    "price", "price", "price", "alt", "time", "time", "time", "minutes", "book", "bars", "close",
    "liquidated", "open", "more", "wallet", "lost", "restored", "refused", "accepted", "tiers",
    "reload", "reload all", "acknowledged", "venue clock", "stepped", "observed", *_READ,
)  # fmt: skip

scripts = st.lists(
    st.tuples(st.sampled_from(_KINDS), st.integers(0, 2**16)), min_size=5, max_size=40
)


@cache
def everything() -> tuple[Desk, tuple[Rule, ...]]:
    """A desk of two accounts, a hedge and scenarios, with the shipped rules and hasty ones."""
    scenarios = load_scenarios(shipped_scenarios())
    rules = (*load_rules(shipped_rules(), [each.name for each in scenarios]), *_HASTY)
    read_by_rules = frozenset[str]().union(*scenarios_read(rules).values())
    kept = tuple(each for each in scenarios if each.name in read_by_rules)
    plain = desk(BASKET, accounts=("main", "other"))
    return replace(plain, scenarios=kept, betas={"ALT": 1.5}), rules


def engine() -> Engine:
    """One that knows nothing yet."""
    watched, rules = everything()
    return Engine(watched, rules, START, Episodes("seed"))


def happenings(script: list[tuple[str, int]]) -> list[Happening]:
    """The events of a script, after those that make a desk known."""
    return list(_Teller().tell(script))


class _Teller:
    def __init__(self) -> None:
        self.now = START

    def tell(self, script: list[tuple[str, int]]) -> Iterator[Happening]:
        yield from self._said(accepted(), accepted("other"), market(AIX), market(ALT))
        yield from self._said(tiered(AIX), tiered(ALT), tiered(AIX, account="other"))
        yield from self._said(read(held(AIX, -200.0)), read(held(AIX, 20.0), account="other"))
        yield from self._said(mark(AIX, 1_000.0), mark(ALT, 0.40))
        for kind, number in script:
            self.now += 0.25
            yield from self._happens(kind, Random(number))

    def _said(self, *events: Event | Said) -> Iterator[Happening]:
        for event in events:
            yield (event(self.now) if callable(event) else event), self.now

    def _happens(self, kind: str, chance: Random) -> Iterator[Happening]:
        match kind:
            case "time":
                for _ in range(chance.randint(1, 20)):
                    self.now += 0.5
                    yield from self._said(heard(), heard("other"), ClockAdvanced())
            case "minutes":
                for _ in range(chance.randint(1, 40)):
                    self.now += 60.0
                    yield from self._said(
                        mark(AIX, chance.gauss(1_000.0, 9.0)), mark(ALT, chance.gauss(0.4, 0.004)),
                        ClockAdvanced(),
                    )  # fmt: skip
            case _:
                yield from self._said(_event(kind, chance, self.now))


def _event(kind: str, chance: Random, now: float) -> Event | Said:  # noqa: C901, PLR0911, PLR0912 (a table)
    watched, rules = everything()
    match kind:
        case "price":
            return mark(AIX, chance.uniform(850.0, 1_300.0), late=chance.choice([0.0, 0.0, 1.0]))
        case "alt":
            return mark(ALT, chance.uniform(0.2, 0.6), index=0.4)
        case "book":
            levels = tuple((1_000.0 - step, 5.0) for step in range(10))
            above = tuple((1_001.0 + step, 5.0) for step in range(10))
            return LiquidityRead(VENUE, AIX, levels, above, now, 1e6)
        case "bars":
            ends = [60.0 * (now // 60.0 - back) for back in range(1, chance.randint(2, 90))]
            symbol = chance.choice([AIX, ALT])
            return BarsRead(VENUE, symbol, tuple((e, chance.uniform(0.9, 1.1)) for e in ends))
        case "close":
            return told(held(AIX, 0.0), chance.choice([None, EndReason.CLOSED]))
        case "liquidated":
            return told(held(AIX, 0.0), EndReason.LIQUIDATED)
        case "open" | "more":
            return told(held(AIX, chance.uniform(-400.0, 100.0), chance.uniform(900.0, 1_100.0)))
        case "wallet":
            return paid(balance(chance.uniform(1_000.0, 90_000.0)))
        case "lost" | "restored":
            feed = chance.choice(["mark", "user", "rest"])
            return lost(feed) if kind == "lost" else restored(feed)
        case "refused":
            return refused("the key is refused")
        case "accepted":
            return accepted()
        case "tiers":
            return tiered(AIX, chance.choice([_STEEP, tiers((0.0, 0.01))]))
        case "reload":
            return RulesReplaced(tuple(chance.sample(rules, len(rules) // 2)), watched)
        case "reload all":
            return RulesReplaced(rules, watched)
        case "acknowledged":
            subject = Subject(Scope.POOL, (("account", "main"), ("venue", VENUE), ("pool", "USDT")))
            return AlertAcknowledged(
                alertname="Hot", subject=subject, by="me", withdrawn=chance.random() < 0.3
            )
        case "venue clock":
            return VenueClockRead(VENUE, chance.uniform(-5.0, 5.0))
        case "stepped":
            return ClockStepped(3.0)
        case "observed":
            stuck = (("phone", 99.0),) if chance.random() < 0.3 else ()
            return DaemonObserved(loop_lag=chance.choice([0.0, 2.0]), stuck=stuck)
        case _:
            return _reading(kind, chance)


def _reading(kind: str, chance: Random) -> Said:
    position = held(AIX, -200.0)
    match kind:
        case "read smaller":
            position = held(AIX, -chance.uniform(1.0, 199.0))
        case "read isolated":
            position = held(AIX, -200.0, isolated=30_000.0)
        case "read empty":
            return read(margin=0.0)
        case _:
            pass
    regime = "binance-usdm-multi-assets" if kind == "read whole" else "binance-usdm-cross"
    return read(position, regime=regime, margin=2_000.0)
