"""Assets under their multipliers: 1000PEPE and PEPE are one underlying."""

import re
from collections.abc import Mapping
from functools import lru_cache

from hedgewatch.core.scenarios import MONEY

_MULTIPLIER = re.compile(r"(1(?:0{3,6})|1M)(?=[A-Z])")


@lru_cache(maxsize=4096)  # asked about the same few assets at every tick
def underlying_of(base: str) -> tuple[str, float]:
    """The underlying of a contract's base and how many of it one base unit is.

    >>> underlying_of("1000PEPE"), underlying_of("BTC"), underlying_of("1INCH")
    (('PEPE', 1000.0), ('BTC', 1.0), ('1INCH', 1.0))
    """
    found = _MULTIPLIER.match(base)
    if found is None:
        return base, 1.0
    multiplier = 1e6 if found[0] == "1M" else float(found[0])
    return base[found.end() :], multiplier


def beta_of(asset: str, betas: Mapping[str, float]) -> float:
    """What part of a common move an asset makes: as its owner said, else 0 if money, else 1."""
    underlying = underlying_of(asset)[0]
    if underlying in betas:
        return betas[underlying]
    return 0.0 if underlying in MONEY else 1.0
