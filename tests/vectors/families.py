"""Which function of the product answers which family (margin.md §4.2).

The modules beside this one exchange names and make numbers of texts; no formula stands in them.
"""

from collections.abc import Callable, Mapping

from tests.vectors.accounts import account_factor, account_single
from tests.vectors.cases import Answer, Fields
from tests.vectors.hedges import beta_hedge, ewma_days, min_var_hedge
from tests.vectors.positions import (
    avg_entry,
    inverse_cross,
    inverse_isolated,
    kraken_inverse,
    linear_cross_multi,
    linear_isolated,
    pnl,
    requirement_of_margin,
    wallet_implied,
)
from tests.vectors.printed import (
    bybit_im_mm,
    deribit_margin,
    hl_snapshot,
    inverse_isolated_entry_mm,
    linear_isolated_entry_mm,
    okx_inverse,
    okx_linear,
)
from tests.vectors.tables import bracket_cum, discount, margin_ratio, mm_tiered

FAMILIES: Mapping[str, Callable[[Fields], Answer]] = {
    "linear_isolated": linear_isolated,
    "linear_isolated_entry_mm": linear_isolated_entry_mm,
    "inverse_isolated": inverse_isolated,
    "inverse_isolated_entry_mm": inverse_isolated_entry_mm,
    "linear_cross_multi": linear_cross_multi,
    "inverse_cross": inverse_cross,
    "hl_snapshot": hl_snapshot,
    "okx_linear": okx_linear,
    "okx_inverse": okx_inverse,
    "bybit_im_mm": bybit_im_mm,
    "deribit_margin": deribit_margin,
    "kraken_inverse": kraken_inverse,
    "mm_tiered": mm_tiered,
    "bracket_cum": bracket_cum,
    "discount": discount,
    "margin_ratio": margin_ratio,
    "margin_requirement": requirement_of_margin,
    "implied_wallet": wallet_implied,
    "pnl": pnl,
    "avg_entry": avg_entry,
    "min_var_hedge": min_var_hedge,
    "beta_hedge": beta_hedge,
    "ewma_days": ewma_days,
    "account_single": account_single,
    "account_factor": account_factor,
}
