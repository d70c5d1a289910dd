"""Short words for the nouns of the core, so that a test reads as the story that it tells.

What is said of a market or an account carries the venue's time. A builder therefore returns a
function of the moment (epoch seconds) at which it is said; `Story.at` supplies it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal, TypedDict, Unpack

from hedgewatch.core.alert_model import Severity
from hedgewatch.core.events import (
    AccountAccepted,
    AccountHeard,
    AccountRead,
    AccountRefused,
    BalanceChanged,
    BalanceReading,
    Event,
    FeedLost,
    FeedRestored,
    MarketDefined,
    MarkPriceChanged,
    PositionChanged,
    PositionReading,
    QuoteChanged,
    TiersChanged,
)
from hedgewatch.core.expression import parse_condition
from hedgewatch.core.margin.regimes import REGIMES, UNKNOWN
from hedgewatch.core.measures import symbols
from hedgewatch.core.model import (
    AccountPlan,
    Desk,
    EndReason,
    HedgePlan,
    LegPlan,
    Market,
    PositionKind,
    PricePlan,
    Scope,
    Tier,
    WalletPlan,
)
from hedgewatch.core.rules import TEXTS, Rule
from hedgewatch.core.templates import parse_template

AIX, ALT, PEPE = "AIX/USDT:USDT", "ALT/USDT:USDT", "1000PEPE/USDT:USDT"
VENUE = "binanceusdm"

Said = Callable[[float], Event]
"""An event, once it is known when it is said."""


def tiers(*rows: tuple[float, float]) -> tuple[Tier, ...]:
    """Tiers of (floor, rate), with the deductions that make the requirement continuous."""
    made: list[Tier] = []
    for floor, rate in rows:
        before = made[-1] if made else Tier(0.0, rate, 0.0)
        made.append(Tier(floor, rate, before.deduction + floor * (rate - before.rate)))
    return tuple(made)


TIERS = tiers((0.0, 0.01), (100_000.0, 0.02), (1_000_000.0, 0.05))


def market(
    symbol: str, *, contract_size: float = 1.0, step: str = "1", taker_fee: float | None = None
) -> MarketDefined:
    base, _, rest = symbol.partition("/")
    quote, _, settle = rest.partition(":")
    return MarketDefined(
        Market(
            venue=VENUE if settle else "binance",
            symbol=symbol,
            base=base,
            quote=quote,
            settle=settle,
            contract_size=contract_size,
            step=Decimal(step),
            tick=Decimal("0.01"),
            linear=settle in {"", quote},
            taker_fee=taker_fee,
        )
    )


def tiered(symbol: str, table: tuple[Tier, ...] = TIERS, account: str = "main") -> TiersChanged:
    return TiersChanged(account, symbol, table)


def mark(symbol: str, price: float, *, index: float | None = None, late: float = 0.0) -> Said:
    """A mark price; `late` is how many seconds ago the venue made it."""
    return lambda now: MarkPriceChanged(VENUE, symbol, price, now - late, index)


def quote(symbol: str, bid: float, ask: float) -> Said:
    return lambda now: QuoteChanged("binance", symbol, bid, ask, now)


def held(
    symbol: str,
    contracts: float,
    entry: float = 1_000.0,
    *,
    kind: PositionKind = "net",
    isolated: float | None = None,
) -> Callable[[float], PositionReading]:
    """A position as the venue would tell it at a moment."""
    return lambda said: PositionReading(
        symbol=symbol,
        kind=kind,
        contracts=contracts,
        entry_price=entry,
        venue_time=said,
        isolated_wallet=isolated,
    )


def with_its_own(
    position: Callable[[float], PositionReading],
    *,
    price: float | None = None,
    maintenance: float | None = None,
    rank: float | None = None,
) -> Callable[[float], PositionReading]:
    """The same with the venue's own liquidation price, maintenance margin and rank."""
    return lambda said: replace(
        position(said),
        venue_liquidation_price=price,
        venue_maintenance_margin=maintenance,
        adl_rank=rank,
    )


def balance(
    total: float,
    asset: str = "USDT",
    *,
    cross: float | None = None,
    maintenance: float | None = None,
    equity: float | None = None,
) -> Callable[[float], BalanceReading]:
    return lambda said: BalanceReading(
        asset=asset,
        total=total,
        venue_time=said,
        cross_wallet=total if cross is None else cross,
        maintenance_margin=maintenance,
        equity=equity,
    )


def read(
    *positions: Callable[[float], PositionReading],
    wallet: float | None = 50_000.0,
    balances: Iterable[Callable[[float], BalanceReading]] = (),
    margin: float | None = None,
    regime: str = "binance-usdm-cross",
    late: float = 0.0,
    account: str = "main",
) -> Said:
    """A whole reading of an account by REST; `late` is how old what it says is."""
    asked = [*balances] if wallet is None else [balance(wallet), *balances]
    return lambda now: AccountRead(
        account=account,
        positions=tuple(position(now - late) for position in positions),
        balances=tuple(one(now - late) for one in asked),
        margin_in_use=margin,
        cross_regime=REGIMES.get(regime, UNKNOWN),
        isolated_regime=REGIMES["binance-usdm-isolated"],
    )


def told(
    position: Callable[[float], PositionReading],
    end: EndReason | None = None,
    *,
    late: float = 0.0,
    account: str = "main",
) -> Said:
    """What the private stream says of one position."""
    return lambda now: PositionChanged(account, position(now - late), end)


def paid(
    amount: Callable[[float], BalanceReading], *, late: float = 0.0, account: str = "main"
) -> Said:
    """What the private stream says of one balance."""
    return lambda now: BalanceChanged(account, amount(now - late))


def heard(account: str = "main") -> AccountHeard:
    return AccountHeard(account)


def refused(reason: str, account: str = "main", *, powerful: bool = False) -> AccountRefused:
    return AccountRefused(account, reason, powerful=powerful)


def accepted(account: str = "main") -> AccountAccepted:
    return AccountAccepted(account)


def lost(feed: str = "mark", account: str = "main") -> FeedLost:
    return FeedLost(account, feed, "the socket closed")


def restored(feed: str = "mark", account: str = "main") -> FeedRestored:
    return FeedRestored(account, feed)


class RuleSettings(TypedDict, total=False):
    """What a rule may say beside its conditions."""

    hold_for: float
    keep_firing_for: float
    settle: float
    unknown: Literal["hold", "fire"]
    severity: Severity
    where: Mapping[str, frozenset[str]]


def rule(
    name: str,
    scope: Scope,
    expr: str,
    clear: str = "",
    summary: str = "",
    **settings: Unpack[RuleSettings],
) -> Rule:
    names = symbols(scope) | dict.fromkeys(("account", "alertname", *TEXTS.get(scope, ())))
    plain = Rule(
        name=name,
        scope=scope,
        expr=parse_condition(expr, symbols(scope)),
        clear=parse_condition(clear, symbols(scope)) if clear else None,
        where={},
        severity=Severity.CRITICAL,
        labels={},
        annotations={"summary": parse_template(summary, names)} if summary else {},
    )
    return replace(plain, **settings)


def hedge(
    exposure: Sequence[LegPlan] | LegPlan,
    cover: Sequence[LegPlan] | LegPlan,
    target: float = 1.0,
    name: str = "basket",
) -> HedgePlan:
    return HedgePlan(
        name=name,
        exposure=(exposure,) if isinstance(exposure, LegPlan) else tuple(exposure),
        cover=(cover,) if isinstance(cover, LegPlan) else tuple(cover),
        target=target,
    )


IN_COLD = LegPlan(wallet="cold", asset="ALT")
SHORT_AIX = LegPlan(account="main", symbol=AIX)
BASKET = hedge(IN_COLD, SHORT_AIX)


def desk(
    *hedges: HedgePlan,
    holdings: dict[str, float] | None = None,
    costs: dict[str, float] | None = None,
    prices: dict[str, str] | None = None,
    accounts: tuple[str, ...] = ("main",),
) -> Desk:
    """A desk of Binance accounts and one cold wallet, of 500,000 ALT bought at 0.40 as it comes."""
    owned = {"ALT": 500_000.0} if holdings is None else holdings
    wanted = {"ALT": ALT} if prices is None else prices
    return Desk(
        instance="test",
        accounts=tuple(AccountPlan(name=name, venue=VENUE) for name in accounts),
        wallets=(WalletPlan(name="cold", holdings=owned, entry_prices=costs or {}),),
        hedges=hedges,
        prices={asset: PricePlan(account="main", symbol=name) for asset, name in wanted.items()},
    )
