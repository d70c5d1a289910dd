"""The configuration once it is known to be sound."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hedgewatch.config.problems import Problem
from hedgewatch.config.schema import (
    MINIMUM_VARIANCE,
    HedgeSettings,
    LegSettings,
    PriceSettings,
    WalletSettings,
    aliases_of,
)
from hedgewatch.core.model import (
    AccountPlan,
    Desk,
    HedgePlan,
    LegPlan,
    Pages,
    PricePlan,
    SignalPlan,
    WalletPlan,
)
from hedgewatch.core.rules import Rule
from hedgewatch.core.scenarios import Scenario
from hedgewatch.notify.heartbeat import HeartbeatSettings
from hedgewatch.notify.muting import Calendar
from hedgewatch.notify.routing import RouteSettings
from hedgewatch.notify.settings import ReceiverSettings
from hedgewatch.recording.settings import RecordingSettings
from hedgewatch.reports.settings import ReportsSettings
from hedgewatch.settings import Secret
from hedgewatch.signals.settings import CalendarSettings, SignalSettings
from hedgewatch.telemetry.settings import HttpSettings, LogSettings
from hedgewatch.telemetry.web_settings import WebSettings
from hedgewatch.venues.settings import AccountSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything its owner said, checked. `replica` is set when two instances watch one desk;
    `warnings` are what is odd, and may be meant.
    """

    path: Path
    instance: str
    accounts: tuple[AccountSettings, ...]
    wallets: tuple[WalletSettings, ...]
    prices: Mapping[str, PriceSettings]
    betas: Mapping[str, float]
    assets: Mapping[str, str]
    currency: str
    hedges: tuple[HedgeSettings, ...]
    scenarios: tuple[Scenario, ...]
    rules: tuple[Rule, ...]
    pages: Pages
    receivers: tuple[ReceiverSettings, ...]
    routes: tuple[RouteSettings, ...]
    calendar: Calendar
    signals: tuple[SignalSettings, ...] = ()
    calendars: tuple[CalendarSettings, ...] = ()
    http: HttpSettings
    web: WebSettings | None = None
    log: LogSettings
    store: Path
    recording: RecordingSettings
    heartbeat: HeartbeatSettings | None = None
    reports: ReportsSettings = field(default_factory=ReportsSettings)
    replica: str | None = None
    warnings: tuple[Problem, ...] = ()
    _secrets: tuple[Secret, ...] = field(default=(), repr=False)

    def secrets(self) -> list[Secret]:
        """Every secret that the configuration names, for the redaction of logs."""
        return list(self._secrets)

    @property
    def ring(self) -> Path:
        """The folder of what happened last: beside the store, unless it is named."""
        return self.recording.folder or self.store.with_suffix(".recording")

    def desk(self) -> Desk:
        """What is to be watched, as the core has it."""
        return Desk(
            instance=self.instance,
            accounts=tuple(
                AccountPlan(name=a.name, venue=a.venue, leverage_limit=a.leverage_limit)
                for a in self.accounts
            ),
            wallets=tuple(map(_wallet, self.wallets)),
            scenarios=self.scenarios,
            hedges=tuple(map(_hedge, self.hedges)),
            prices={
                asset: PricePlan(account=price.account, symbol=price.symbol)
                for asset, price in self.prices.items()
            },
            betas=self.betas,
            signals=tuple(map(_signal, self.signals)),
            calendars=tuple(calendar.name for calendar in self.calendars),
            assets=aliases_of(self.assets),
            currency=self.currency,
            pages=self.pages,
        )


def _signal(signal: SignalSettings) -> SignalPlan:
    return SignalPlan(
        name=signal.name,
        unit=signal.unit,
        stale_after=signal.stale_after,
        correlate=signal.correlate,
    )


def _wallet(wallet: WalletSettings) -> WalletPlan:
    return WalletPlan(
        name=wallet.name,
        holdings={asset: holding.amount for asset, holding in wallet.holdings.items()},
        entry_prices={
            asset: holding.entry_price
            for asset, holding in wallet.holdings.items()
            if holding.entry_price is not None
        },
    )


def _hedge(hedge: HedgeSettings) -> HedgePlan:
    return HedgePlan(
        name=hedge.name,
        exposure=tuple(map(_leg, hedge.exposure)),
        cover=tuple(map(_leg, hedge.cover)),
        target=hedge.target if isinstance(hedge.target, float) else 1.0,
        minimum_variance=hedge.target == MINIMUM_VARIANCE,
        basis_of_drift=hedge.basis_of_drift,
    )


def _leg(leg: LegSettings) -> LegPlan:
    return LegPlan(
        wallet=leg.wallet,
        account=leg.account,
        asset=leg.asset,
        symbol=leg.symbol,
        share=leg.share,
        beta=leg.beta,
    )
