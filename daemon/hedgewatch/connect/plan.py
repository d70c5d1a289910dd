"""What is to be written: accounts, wallets, prices and hedges, before they are text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hedgewatch.connect.proposals import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAccount:
    """One login. `parts` are where the parts of its key are: `api_key` to (`file`, path), say;
    `address` where a venue wants that instead; `endpoint` has `rest` and `ws`.
    """

    name: str
    venue: str
    parts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    address: str = ""
    portfolio_margin: bool = False
    endpoint: Mapping[str, str] = field(default_factory=dict)
    allow_unverified_key: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`wallets` are amounts by asset by name, as their owner wrote them; `prices` are account and
    symbol by asset. `unpriced` are assets of wallets that no account can price. `currency` is what
    a new file tells totals in, empty where that is left as it comes.
    """

    accounts: tuple[PlannedAccount, ...] = ()
    wallets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    prices: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    hedges: tuple[Proposal, ...] = ()
    unpriced: frozenset[str] = frozenset()
    currency: str = ""
