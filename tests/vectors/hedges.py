"""The families of the textbooks: hedge ratios and decay."""

from typing import Any

from tests.support.published.textbook import (
    beta_contracts,
    contracts,
    contracts_tailed,
    days_to_tolerance,
    hedge_from_series,
    minimum_variance_ratio,
)
from tests.vectors.cases import Answer, Fields


def min_var_hedge(given: Fields) -> Answer:
    answer: dict[str, Any]
    if "dS" in given:
        series = hedge_from_series(given.numbers("dS"), given.numbers("dF"))
        assert series is not None
        ratio = series.ratio
        answer = {
            "rho": series.rho,
            "sigma_s": series.sigma_spot,
            "sigma_f": series.sigma_futures,
        }
    else:
        answer = {name: given.number(name) for name in ("rho", "sigma_s", "sigma_f")}
        ratio = minimum_variance_ratio(answer["rho"], answer["sigma_s"], answer["sigma_f"])
    assert isinstance(ratio, float)
    answer["h"] = ratio
    return {**answer, **_contracts(given, given.number("h_rounded", ratio))}


def _contracts(given: Fields, ratio: float) -> Answer:
    if "exposure" not in given:
        return {}
    exposure, size = given.number("exposure"), given.number("contract_size")
    answer = {"contracts": contracts(ratio, exposure, size)}
    spot, futures = given.optional("spot"), given.optional("futures")
    if spot is not None and futures is not None:
        answer["contracts_tailed"] = contracts_tailed(ratio, exposure, spot, size, futures)
    return answer


def beta_hedge(given: Fields) -> Answer:
    return {
        "contracts": beta_contracts(
            given.number("portfolio_value"),
            given.number("beta"),
            given.number("futures"),
            given.number("multiplier"),
        )
    }


def ewma_days(given: Fields) -> Answer:
    return {"days": days_to_tolerance(given.number("lambda"), given.number("tolerance"))}
