"""The published numbers of venues, and exact ones, against the product's own solver."""

import json
from math import inf
from pathlib import Path
from typing import Any

import pytest

from hedgewatch.core.margin import EMPTY, Edges, Leg, are_marginal
from hedgewatch.core.model import Tier
from hedgewatch.core.valuation import margin_ratio
from tests.support.builders import tiers

Case = dict[str, Any]
VECTORS = Path(__file__).parent.parent / "vectors"


def _cases(file: str, family: str, venue: str = "") -> list[Any]:
    cases = json.loads((VECTORS / file).read_text())["cases"]
    return [
        pytest.param(case, id=case["id"])
        for case in cases
        if case["family"] == family and case["venue"].startswith(venue)
    ]


def _close(got: float, case: Case, wanted: str | None) -> bool:
    if wanted is None:
        return abs(got) == inf or got <= 0.0
    value, tolerance = float(wanted), case["tolerance"]
    allowed = max(
        float(tolerance.get("abs", 0)),
        float(tolerance.get("rel", 0)) * abs(value),
        1e-12 * max(1.0, abs(value)),
    )
    return abs(got - value) <= allowed


def _published(rows: list[Any], fee: float = 0.0) -> tuple[Tier, ...]:
    """Tiers from (floor, rate); a liquidation fee is so much more of every rate."""
    return tiers(*((float(floor), float(rate) + fee) for floor, rate in rows))


def _quantity(position: Case) -> float:
    return float(position["qty"]) * (1.0 if position["side"] == "long" else -1.0)


def _leg(position: Case) -> Leg:
    if "tiers" in position:
        table = _published(position["tiers"], float(position.get("fee", 0)))
    else:
        table = (Tier(0.0, float(position["mmr"]), float(position.get("cum", 0))),)
    return Leg(_quantity(position), float(position["entry"]), table)


def _surplus(position: Case) -> float:
    leg, mark = _leg(position), float(position["mark"])
    profit, requirement = leg.value(mark, leg.piece_at(mark))
    return profit - requirement


@pytest.mark.parametrize("case", _cases("public.json", "linear_isolated", "binance"))
def test_an_isolated_position_is_liquidated_where_binance_says(case: Case) -> None:
    inputs = case["inputs"]
    size = abs(_quantity(inputs)) * float(inputs["entry"])
    wallet = float(inputs["wallet"]) if "wallet" in inputs else size / float(inputs["leverage"])
    low, high = Edges([_leg(inputs)]).interval(wallet, (1.0,))
    got = low if inputs["side"] == "long" else high
    assert _close(got, case, case["expected"]["liquidation_price"])


@pytest.mark.parametrize("case", _cases("public.json", "linear_cross_multi", "binance"))
def test_a_cross_position_is_liquidated_where_binance_says(case: Case) -> None:
    inputs = case["inputs"]
    target = next(p for p in inputs["positions"] if p["symbol"] == inputs["target"])
    others = [p for p in inputs["positions"] if p["symbol"] != inputs["target"]]
    constant = float(inputs["wallet"]) + sum(map(_surplus, others))
    low, high = Edges([_leg(target)]).interval(constant, (1.0,))
    got = low if target["side"] == "long" else high
    assert _close(got, case, case["expected"]["liquidation_price"])


@pytest.mark.parametrize("case", _cases("public.json", "mm_tiered", "binance_usdm"))
def test_maintenance_margin_of_a_notional_is_what_binance_publishes(case: Case) -> None:
    inputs, expected = case["inputs"], case["expected"]
    if "tiers" in inputs:
        table = _published(inputs["tiers"])
    else:
        table = (Tier(0.0, float(inputs["mmr"]), float(inputs.get("cum", 0))),)
    leg, notional = Leg(1.0, 1.0, table), float(inputs["notional"])
    tier = leg.piece_at(notional)
    got = {
        "maintenance_margin": leg.maintenance(notional, tier),
        "mmr": table[tier].rate,
        "cum": table[tier].deduction,
    }
    assert expected
    assert [name for name, wanted in expected.items() if not _close(got[name], case, wanted)] == []


@pytest.mark.parametrize("case", _cases("public.json", "bracket_cum", "binance"))
def test_published_brackets_carry_the_deductions_that_keep_the_requirement_continuous(
    case: Case,
) -> None:
    published = [
        Tier(float(floor), float(rate), float(cum))
        for (floor, rate), cum in zip(
            case["inputs"]["brackets"], case["expected"]["cum"], strict=True
        )
    ]
    assert are_marginal(published)
    made = _published(case["inputs"]["brackets"])
    assert all(
        _close(tier.deduction, case, cum)
        for tier, cum in zip(made, case["expected"]["cum"], strict=True)
    )


def _linear(case: Case) -> bool:
    positions = case["inputs"]["positions"]
    return all(p.get("kind", "linear") == "linear" and "contract_size" not in p for p in positions)


@pytest.mark.parametrize(
    "case", [c for c in _cases("derived.json", "account_single") if _linear(c.values[0])]
)
def test_an_account_with_full_tier_tables_has_the_exact_safe_interval(case: Case) -> None:
    inputs, expected = case["inputs"], case["expected"]
    mine = [p for p in inputs["positions"] if p["symbol"] == inputs["target"]]
    others = [p for p in inputs["positions"] if p["symbol"] != inputs["target"]]
    constant = float(inputs["wallet"]) + sum(map(_surplus, others))
    low, high = Edges([_leg(p) for p in mine]).interval(constant, (1.0,) * len(mine))
    surplus = constant + sum(map(_surplus, mine))
    assert (surplus > 0.0) is (expected["safe"] == "1")
    if expected["safe"] == "1":
        assert _close(low, case, expected["lower"])
        assert _close(high, case, expected["upper"])
    else:
        mark = float(mine[0]["mark"])
        assert (low, high) == EMPTY or not low <= mark <= high
    equity = float(expected["equity"])
    assert _close(equity - surplus, case, expected["mm"])
    assert _close(margin_ratio(equity - surplus, equity), case, expected["margin_ratio"])
