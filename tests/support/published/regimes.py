"""Regimes by their names."""

from hedgewatch.core.margin.regimes import REGIMES, UNKNOWN, Regime


def regime_named(name: str) -> Regime:
    """The regime of that name, or `UNKNOWN`: a venue that nobody studied gets no guess."""
    return REGIMES.get(name, UNKNOWN)
