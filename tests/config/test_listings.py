from pathlib import Path

import pytest

from hedgewatch.config.listings import Kind, listed_at, misfit
from hedgewatch.config.loader import load
from hedgewatch.config.symbols import parse_symbol


def complaint(venue: str, symbol: str, *, portfolio_margin: bool = False) -> str:
    parts = parse_symbol(symbol)
    assert parts is not None
    return misfit(parts, venue, listed_at(venue, portfolio_margin=portfolio_margin))


@pytest.mark.parametrize(
    ("venue", "symbol"),
    [
        ("binanceusdm", "BTC/USDT:USDT"),
        ("binancecoinm", "BTC/USD:BTC"),
        ("okx", "BTC/USDT:USDT"),
        ("okx", "BTC/USD:BTC-261225"),
        ("bybit", "BTC/USD:BTC"),
        ("bybit", "BTC/USDT"),
        ("hyperliquid", "BTC/USDC:USDC"),
        ("hyperliquid", "HYPE/USDC"),
        ("dydx", "BTC/USD:USDC"),
        ("deribit", "BTC/USD:BTC"),
    ],
)
def test_an_account_may_be_asked_for_whatever_its_venue_may_list(venue: str, symbol: str) -> None:
    assert complaint(venue, symbol) == ""


@pytest.mark.parametrize(
    ("venue", "symbol", "mend"),
    [
        ("binancecoinm", "BTC/USDT:USDT", "write BTC/USD:BTC"),
        ("binanceusdm", "BTC/USD:BTC", "write BTC/USD:USD"),
        ("hyperliquid", "BTC/USD:BTC", "write BTC/USD:USD"),
        ("dydx", "BTC/USD", "write BTC/USD:USD"),
    ],
)
def test_a_market_of_a_kind_that_the_venue_never_lists_is_told_before_the_start(
    venue: str, symbol: str, mend: str
) -> None:
    assert mend in complaint(venue, symbol)


def test_a_portfolio_margin_account_is_all_of_binance() -> None:
    for symbol in ("BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"):
        assert complaint("binance", symbol, portfolio_margin=True) == ""
    assert listed_at("binance", portfolio_margin=False) == {Kind.SPOT}


CONFIGURATION = """\
instance: desk
accounts:
  - name: main
    venue: {venue}
    credentials: {{api_key: {{env: HW_KEY}}, secret: {{env: HW_SECRET}}}}
    allow_unverified_key: true
rules: [shipped]
"""


def warnings(folder: Path, monkeypatch: pytest.MonkeyPatch, venue: str) -> list[str]:
    for name in ("HW_KEY", "HW_SECRET"):
        monkeypatch.setenv(name, f"{name} of nobody")
    path = folder / "hedgewatch.yaml"
    path.write_text(CONFIGURATION.format(venue=venue), encoding="utf-8")
    path.chmod(0o600)
    return [warning.message for warning in load(path).warnings]


def test_an_account_whose_margin_is_not_computed_is_warned_of_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (said,) = warnings(tmp_path, monkeypatch, "gate")
    assert "how gate computes margin is not known here" in said
    assert "`hedgewatch venues gate`" in said
    assert warnings(tmp_path, monkeypatch, "binanceusdm") == []
