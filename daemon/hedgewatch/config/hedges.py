"""Whether the legs of the hedges exist, may be what they are, and are not given away twice."""

from collections import defaultdict
from collections.abc import Iterator

from hedgewatch.config.draft import Draft
from hedgewatch.config.listings import Kind, listed_at, misfit
from hedgewatch.config.problems import Problem, did_you_mean
from hedgewatch.config.schema import LegSettings
from hedgewatch.config.symbols import Symbol, parse_symbol
from hedgewatch.config.yaml_source import Location

_ROUNDING = 1e-9


def unknown_legs(draft: Draft) -> Iterator[Problem]:
    """A leg that nobody holds would be a hedge that is never watched."""
    for location, leg in draft.placed_legs():
        yield from _unknown_leg(draft, location, leg)


def _unknown_leg(draft: Draft, location: Location, leg: LegSettings) -> Iterator[Problem]:
    if "cover" in location and leg.asset:
        yield draft.source.problem(
            location, "a cover is a position in futures: {account: …, symbol: …}"
        )
    elif leg.wallet:
        yield from _wallet_leg(draft, location, leg)
    elif leg.symbol:
        yield from wrong_market(draft, location, leg.account, leg.symbol)
    else:
        yield from _unknown_account(draft, location, leg.account)


def excessive_shares(draft: Draft) -> Iterator[Problem]:
    """A leg may be in several hedges only as far as there is enough of it."""
    taken: defaultdict[str, float] = defaultdict(float)
    for location, leg in draft.placed_legs():
        before = taken[leg.held]
        taken[leg.held] += leg.share
        if taken[leg.held] > 1 + _ROUNDING >= before:
            message = (
                f"the shares of {leg.held} sum to {_total(draft, leg):g} over the hedges: "
                "give each leg a share, together at most 1"
            )
            place = (*location, "share")
            yield draft.source.problem(place, message)


def wrong_market(draft: Draft, location: Location, account: str, symbol: str) -> Iterator[Problem]:
    """A symbol that the account's venue cannot have."""
    yield from _unknown_account(draft, location, account)
    parts, venue = parse_symbol(symbol), draft.venue_of(account)
    if parts is None or venue is None:
        return
    kinds = listed_at(venue, portfolio_margin=draft.has_portfolio_margin(account))
    if problem := _misplaced(parts, account, venue, kinds, in_hedge="hedges" in location):
        yield draft.source.problem((*location, "symbol"), problem)


def _misplaced(
    parts: Symbol, account: str, venue: str, kinds: frozenset[Kind], *, in_hedge: bool
) -> str:
    """What is wrong with a market of an account, empty when nothing is."""
    if kinds == {Kind.SPOT}:
        if not in_hedge and not parts.settle:
            return ""
        mend = "name an asset" if in_hedge else f"write {parts.base}/{parts.quote}"
        return f"{account} is a spot account ({venue}): {mend}"
    if in_hedge and Kind.SPOT in kinds and not parts.settle:
        return f"of a spot pair nobody has a position: write {{account: …, asset: {parts.base}}}"
    return misfit(parts, venue, kinds)


def _total(draft: Draft, leg: LegSettings) -> float:
    return sum(other.share for _, other in draft.placed_legs() if other.held == leg.held)


def _wallet_leg(draft: Draft, location: Location, leg: LegSettings) -> Iterator[Problem]:
    known = draft.names("wallets")
    if leg.wallet not in known:
        message = f"unknown wallet '{leg.wallet}'{did_you_mean(leg.wallet, known)}"
        yield draft.source.problem((*location, "wallet"), message)
        return
    held = [asset for wallet, _, asset in draft.holdings() if wallet == leg.wallet]
    if leg.asset not in held:
        hint = did_you_mean(leg.asset, held)
        message = f"the wallet {leg.wallet} holds no '{leg.asset}'{hint}"
        yield draft.source.problem((*location, "asset"), message)


def _unknown_account(draft: Draft, location: Location, account: str) -> Iterator[Problem]:
    known = draft.names("accounts")
    if account not in known:
        message = f"unknown account '{account}'{did_you_mean(account, known)}"
        yield draft.source.problem((*location, "account"), message)
