"""From what was found to what is to be written: all that is decided without asking."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hedgewatch.config.configuration import Configuration
from hedgewatch.config.schema import aliases_of
from hedgewatch.connect.found import Coins, Found
from hedgewatch.connect.plan import Plan, PlannedAccount
from hedgewatch.connect.pricing import symbols_of, without_price
from hedgewatch.connect.proposals import Proposal, Underlying, propose
from hedgewatch.core.book.pegs import DOLLARS
from hedgewatch.core.book.underlying import Assets
from hedgewatch.core.scenarios import MONEY

Sources = Mapping[str, tuple[str, str]]
"""Account and symbol by asset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What was there before, what was found, and what its owner holds elsewhere (`holdings`, by
    asset as he wrote it, in a `wallet` of that name).
    """

    before: Configuration | None
    found: Sequence[Found]
    wallet: str
    holdings: Mapping[str, str]

    @property
    def _underlying(self) -> Underlying:
        """Which assets are one, by the word of their owner first."""
        own = {} if self.before is None else aliases_of(self.before.assets)
        return Assets(own).underlying_of

    @property
    def coins(self) -> list[Coins]:
        """All of them, without what they are worth."""
        elsewhere = [
            Coins(asset=asset, amount=float(amount), wallet=self.wallet)
            for asset, amount in self.holdings.items()
        ]
        found = [coins for one in self.found for coins in one.coins]
        return [*found, *self._before_elsewhere(), *elsewhere]

    def _before_elsewhere(self) -> Iterator[Coins]:
        for wallet in () if self.before is None else self.before.wallets:
            for asset, holding in wallet.holdings.items():
                yield Coins(asset=asset, amount=holding.amount, wallet=wallet.name)

    def proposals(self, values: Mapping[str, float]) -> list[Proposal]:
        """The hedges that are not there yet. `values` are what one of a coin is worth."""
        return propose(
            (_valued(coins, values) for coins in self.coins),
            (position for one in self.found for position in one.positions),
            self._underlying,
            used=self._used(),
            names=[] if self.before is None else [hedge.name for hedge in self.before.hedges],
        )

    def _used(self) -> Iterator[tuple[str, str, str]]:
        for hedge in () if self.before is None else self.before.hedges:
            for leg in (*hedge.exposure, *hedge.cover):
                yield leg.account, leg.wallet, leg.asset or leg.symbol

    def worth_knowing(self) -> list[str]:
        """Coins whose price would show whether they are hedged by another coin."""
        assets = (coins.asset for coins in self.coins if coins.asset not in MONEY)
        return without_price(assets, symbols_of(self.proposals({})), self._underlying)

    def unpriced(self, hedges: Sequence[Proposal]) -> list[str]:
        """Assets that the configuration will name, and that nothing in it prices yet."""
        owned = [leg.asset for hedge in hedges for leg in hedge.exposure if leg.asset]
        named = set() if self.before is None else set(self.before.prices)
        symbols = [*symbols_of(hedges), *self._symbols_before()]
        wanted = without_price([*self.holdings, *owned], symbols, self._underlying)
        return [asset for asset in wanted if asset not in named]

    def _symbols_before(self) -> Iterator[str]:
        if self.before is None:
            return
        yield from (price.symbol for price in self.before.prices.values())
        for hedge in self.before.hedges:
            yield from (leg.symbol for leg in (*hedge.exposure, *hedge.cover) if leg.symbol)

    def plan(
        self, accounts: Sequence[PlannedAccount], hedges: Sequence[Proposal], known: Sources
    ) -> Plan:
        """With a price for whatever needs one, as far as any account has it (`known`)."""
        needed = self.unpriced(hedges)
        return Plan(
            accounts=tuple(accounts),
            wallets={self.wallet: self.holdings} if self.holdings else {},
            prices={asset: known[asset] for asset in needed if asset in known},
            hedges=tuple(hedges),
            unpriced=frozenset(asset for asset in needed if asset not in known),
            currency=currency_of(self.found),
        )


def currency_of(found: Sequence[Found]) -> str:
    """The stable coin that all margin is of, empty where there is none, or dollars beside it.

    Nothing that is watched would tell what it is in USD: only a venue that counts a whole account
    in USD prices its coins in it. Coins beside it that no position settles in (BNB for fees) are no
    margin.
    """
    pools = {pool.currency for one in found for pool in one.pools} & MONEY
    settled = {position.currency for one in found for position in one.positions} - {""}
    dollars = {coins.asset for one in found for coins in one.coins} & {"USD"}
    only, *others = [*(pools | settled | dollars)] or [""]
    return only if only in DOLLARS and not others else ""


def _valued(coins: Coins, values: Mapping[str, float]) -> Coins:
    price = values.get(coins.asset)
    return coins if price is None else replace(coins, value=coins.amount * price)
