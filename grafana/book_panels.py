"""All accounts together: what is owned and owed over all venues, and what comes from outside."""

from grafana.builder import Panel, Target, columns, joined_by, override
from grafana.looks import LINES, TABLE
from grafana.terms import AMOUNT, FINE, HERE, highest, lowest

TOTALS = Panel(
    look=LINES,
    title="The whole book",
    description="Equity of all pools and what is owned, net and gross exposure, in one "
    "currency, stable coins at their price. A gap: a part is unknown.",
    unit=AMOUNT,
    targets=[
        Target(f"hedgewatch_total_equity{HERE}", "{{instance}} equity"),
        Target(
            f"hedgewatch_total_equity_known{HERE}", "{{instance}} equity, as far as it is known"
        ),
        Target(f"hedgewatch_net_exposure{HERE}", "{{instance}} net exposure"),
        Target(f"hedgewatch_gross_exposure{HERE}", "{{instance}} gross exposure"),
        Target(
            f"hedgewatch_gross_exposure_known{HERE}",
            "{{instance}} gross exposure, as far as it is known",
        ),
    ],
    width=12,
    height=8,
    defaults={"decimals": 0},
)

_COLUMNS = {
    "asset": "Asset",
    "Value #A": "Owned",
    "Value #B": "Net, coins",
    "Value #C": "Net",
    "Value #D": "Locked",
}

ASSETS = Panel(
    look=TABLE,
    title="By asset",
    description="Over all venues and wallets, under one name: what is owned, what is "
    "left after positions, and how much cannot be moved at once. Of several "
    "desks: choose one above.",
    unit=AMOUNT,
    targets=[
        Target(f"max by (asset) ({metric}{HERE})", instant=True, table=True)
        for metric in (
            "hedgewatch_asset_owned",
            "hedgewatch_asset_net_exposure_coins",
            "hedgewatch_asset_net_exposure",
            "hedgewatch_asset_locked_share_ratio",
        )
    ],
    width=12,
    height=8,
    defaults={"decimals": 2, "noValue": "unknown"},
    overrides=[
        *(override(name, decimals=FINE) for name in ("Owned", "Net, coins")),
        override("Locked", unit="percentunit"),
    ],
    transformations=columns(_COLUMNS, joined_by("asset")),
)

SIGNALS = Panel(
    look=LINES,
    title="Signals",
    description="Numbers from outside, as rules ask for them. A gap: too old.",
    unit=AMOUNT,
    targets=[Target(highest("hedgewatch_signal_value", HERE), "{{signal}}")],
    width=12,
    height=7,
    defaults={"noValue": "none is configured"},
)

EVENTS = Panel(
    look=LINES,
    title="Until the next event",
    description="Of each calendar; 0 while one goes on.",
    unit="s",
    targets=[Target(f"{lowest('hedgewatch_event_in_seconds', HERE)} < Inf", "{{calendar}}")],
    width=12,
    height=7,
    defaults={"min": 0, "noValue": "nothing is due"},
)
