"""Any pool as the general solver sees it: coins, haircuts, netting, betas, inverse contracts."""

from collections.abc import Callable, Iterable, Sequence

from hedgewatch.core.book.legs import regime_of
from hedgewatch.core.book.pooling import base_of, is_whole, settle_of, wallet_of
from hedgewatch.core.book.rows import AccountRow, MarketRow, PoolRow
from hedgewatch.core.events import CollateralReading
from hedgewatch.core.margin import IN_FULL, Account, Collateral, Discount, HeldLeg, at_rate
from hedgewatch.core.margin.regimes import Netting

PriceOf = Callable[[MarketRow], float]


def mark_of(market: MarketRow) -> float:
    """Its price of now."""
    return market.price


def account_of(pool: PoolRow, price_of: PriceOf = mark_of) -> Account:
    """The pool at the prices of now, or at others, in its currency.

    A pool of one coin is counted in that coin where its contracts are linear; where they are
    inverse it is counted in the quote currency, at the price of its first market, so that coin
    and contracts move together (`coin_price` translates back).
    """
    return rebuilt(pool, legs_of(pool, price_of), coins_of(pool, price_of))


def legs_of(pool: PoolRow, price_of: PriceOf = mark_of) -> list[HeldLeg]:
    """Its positions."""
    assets, betas = pool.account.assets, pool.account.betas
    regime = regime_of(pool.account, isolated=pool.isolated)
    netted = regime.netting is Netting.LARGER_SIDE
    return [
        HeldLeg(
            leg=position.leg,
            market=position.symbol,
            price=price_of(position.market),
            settle=settle_of(position),
            beta=assets.beta_of(base_of(position), betas),
            netting=assets.underlying_of(base_of(position))[0] if netted else "",
        )
        for position in pool.positions
        if position.leg is not None
    ]


def coins_of(pool: PoolRow, price_of: PriceOf = mark_of) -> list[Collateral]:
    """What backs it."""
    return _whole(pool) if is_whole(pool) else [_single(pool, price_of)]


def rebuilt(pool: PoolRow, legs: Iterable[HeldLeg], collateral: Iterable[Collateral]) -> Account:
    """These legs and coins by the rules of the pool."""
    regime = regime_of(pool.account, isolated=pool.isolated)
    return Account(
        list(legs),
        list(collateral),
        profit_inside=regime.profit_in_haircut,
        theta=regime.theta,
    )


def moved(pool: PoolRow, account: Account, move: float) -> Account:
    """The account of a pool when all prices have moved together, each by its beta."""
    legs = (
        HeldLeg(
            leg=held.leg, market=held.market, price=held.price * _factor(held.beta, move),
            settle=held.settle, beta=held.beta, netting=held.netting,
        )
        for held in account.legs
    )  # fmt: skip
    coins = (
        priced(coin, coin.price * _factor(coin.beta, move)) for coin in account.collateral.values()
    )
    return rebuilt(pool, legs, coins)


def priced(coin: Collateral, price: float) -> Collateral:
    """The same coins at another price."""
    return Collateral(
        coin=coin.coin, amount=coin.amount, price=price,
        discount=coin.discount, beta=coin.beta, charge=coin.charge,
    )  # fmt: skip


def _factor(beta: float, move: float) -> float:
    """No price falls to nothing: there an inverse contract has no value."""
    return max(1.0 + beta * move, 1e-6)


def coin_price(pool: PoolRow, price_of: PriceOf = mark_of) -> float:
    """What one unit of the pool's currency is worth in the currency of its `account_of`."""
    return price_of(pool.positions[0].market) if is_inverse(pool) else 1.0


def is_inverse(pool: PoolRow) -> bool:
    """Whether the pool is of one coin that its own contracts are about."""
    first = pool.positions[0].leg if pool.positions else None
    return first is not None and first.inverse and not is_whole(pool)


def _single(pool: PoolRow, price_of: PriceOf) -> Collateral:
    """The one coin behind a pool of a settle currency, or behind an isolated position."""
    beta = pool.account.beta_of(pool.currency) if is_inverse(pool) else 0.0
    return Collateral(
        coin=pool.currency, amount=wallet_of(pool), price=coin_price(pool, price_of),
        discount=IN_FULL, beta=beta,
    )  # fmt: skip


def _whole(pool: PoolRow) -> list[Collateral]:
    account, moving = pool.account, _moving_amounts(pool)
    return [
        Collateral(
            coin=asset,
            amount=_backing(account, asset),
            price=reading.price,
            discount=account.discounts[asset]
            if asset in moving
            else _steady(account.discounts[asset], reading, _backing(account, asset)),
            beta=account.beta_of(asset),
            charge=reading.charge,
        )
        for asset, reading in account.collateral.items()
    ]


def _backing(account: AccountRow, asset: str) -> float:
    return account.balances[asset].cross_wallet if asset in account.balances else 0.0


def _moving_amounts(pool: PoolRow) -> set[str]:
    """The coins of which more or less is cut down as prices move: profit counts as them there."""
    inside = regime_of(pool.account, isolated=pool.isolated).profit_in_haircut
    return {settle_of(position) for position in pool.positions} if inside else set()


def _steady(discount: Discount, reading: CollateralReading, amount: float) -> Discount:
    """Slices of coins end where they do whatever a coin is worth: of an amount that stays the same
    part counts at every price.
    """
    value = amount * reading.price
    if not reading.in_coins or not discount.sliced or value <= 0.0:
        return discount
    return at_rate(discount.counted(value) / value, discount.term.slopes[0])


def unpriced(pool: PoolRow) -> str:
    """A coin behind the pool of a whole account whose value the venue has not told, or ""."""
    account = pool.account
    needed = {asset for asset, row in account.balances.items() if row.cross_wallet}
    needed |= {settle_of(position) for position in pool.positions}
    return next((asset for asset in sorted(needed) if asset not in account.collateral), "")


def moving_coins(pool: PoolRow) -> dict[MarketRow, Sequence[str]]:
    """By market, the coins behind a whole account that are its own asset: they go with its price.

    A pool of one coin is counted in it, so that nothing of it moves.
    """
    coins: dict[str, list[str]] = {}
    underlying_of = pool.account.assets.underlying_of
    if is_whole(pool):
        for coin in pool.account.collateral:
            coins.setdefault(underlying_of(coin)[0], []).append(coin)
    return {
        market: coins.get(underlying_of(base_of(positions[0]))[0], ())
        for market, positions in pool.markets
    }
