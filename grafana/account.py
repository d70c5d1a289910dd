"""The dashboard of accounts: how near liquidation is, and what would keep it away."""

from grafana.account_panels import (
    DISAGREEMENT,
    EQUITY_AND_REQUIREMENT,
    KEYS,
    LEVERAGE,
    LINES_OF_LIQUIDATION,
    POSITIONS,
    RATIOS,
    SHOCK,
    STRESS,
    TIERS,
    TOP_UP,
)
from grafana.builder import Json, Row
from grafana.daemon_panels import BLINDNESS, DATA_AGE
from grafana.dashboard import ACCOUNT, About, dashboard, variable
from grafana.terms import MINE

SYMBOL = variable("symbol", "Symbol", f"hedgewatch_position_contracts{MINE}")


def account() -> Json:
    about = About(
        uid="hedgewatch-account",
        title="Hedgewatch: account",
        description="One account or several: equity and maintenance margin of each pool, "
        "the lines at which it is liquidated, and what would happen to it.",
        variables=[ACCOUNT, SYMBOL],
    )
    return dashboard(
        about,
        [
            Row("Margin", [EQUITY_AND_REQUIREMENT, RATIOS, POSITIONS]),
            Row("Liquidation", [LINES_OF_LIQUIDATION]),
            Row("What if", [SHOCK, STRESS, TOP_UP, LEVERAGE, TIERS]),
            Row("Can it be believed?", [BLINDNESS, DATA_AGE, DISAGREEMENT, KEYS]),
        ],
    )
