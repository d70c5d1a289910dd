"""Whatever is written, `check` accepts; whatever was written by people stays as it was."""

import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from hedgewatch.config.configuration import Configuration
from hedgewatch.config.loader import load
from hedgewatch.connect.adding import NotAddedError, added
from hedgewatch.connect.found import Coins, Found, Pool, Position
from hedgewatch.connect.plan import Plan, PlannedAccount
from hedgewatch.connect.planning import Desk
from hedgewatch.connect.pricing import sources
from hedgewatch.connect.writing import new_file, quoted, sections_of
from hedgewatch.venues.settings import AccountSettings
from tests.support.chance import examples

ASSETS = ["BTC", "ETH", "PEPE", "1000PEPE", "1INCH", "USDT", "USDC", "NULL", "TRUE", "2Z", "ON"]
VENUES = ["binanceusdm", "binance", "bybit", "okx", "hyperliquid", "gate"]
FEW = settings(
    max_examples=examples(8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def names(count: int) -> some.SearchStrategy[list[str]]:
    name = some.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,8}", fullmatch=True)
    return some.lists(name, min_size=count, max_size=count, unique=True)


amounts = some.floats(0.01, 1e6, allow_nan=False).map(lambda amount: round(amount, 2))


@some.composite
def desks(draw: some.DrawFn) -> tuple[Desk, tuple[PlannedAccount, ...], dict[str, list[str]]]:
    """Accounts with anything in them, a wallet with anything in it, and what the venues list."""
    venues = draw(some.lists(some.sampled_from(VENUES), min_size=1, max_size=4, unique=True))
    accounts = dict(zip(draw(names(len(venues))), venues, strict=True))
    found = [draw(founds(name, venue)) for name, venue in accounts.items()]
    holdings = draw(
        some.dictionaries(some.sampled_from(ASSETS), amounts.map("{:.2f}".format), max_size=4)
    )
    listed = some.lists(some.sampled_from(ASSETS), max_size=4)
    markets = {
        name: [_symbol(base, venue) for base in draw(listed)] for name, venue in accounts.items()
    }
    desk = Desk(before=None, found=found, wallet="cold", holdings=holdings)
    return desk, tuple(_planned(name, venue) for name, venue in accounts.items()), markets


@some.composite
def founds(draw: some.DrawFn, name: str, venue: str) -> Found:
    held = draw(some.dictionaries(some.sampled_from(ASSETS), amounts, max_size=3))
    signed = some.tuples(amounts, some.sampled_from((-1.0, 1.0))).map(lambda one: one[0] * one[1])
    sizes = draw(some.dictionaries(some.sampled_from(ASSETS), signed, max_size=3))
    positions = [_position(name, base, size) for base, size in sizes.items()]
    return Found(
        account=name,
        venue=venue,
        coins=tuple(Coins(asset=a, amount=n, account=name) for a, n in held.items()),
        positions=() if venue == "binance" else tuple(positions),
    )


def _position(account: str, base: str, size: float) -> Position:
    return Position(
        account=account,
        symbol=f"{base}/USDT:USDT",
        base=base,
        currency="USDT",
        contracts=size,
        quantity=size,
        notional=abs(size),
    )


def _symbol(base: str, venue: str) -> str:
    return f"{base}/USDT" if venue == "binance" else f"{base}/USDT:USDT"


def _planned(name: str, venue: str) -> PlannedAccount:
    if venue == "hyperliquid":
        return PlannedAccount(name=name, venue=venue, address="0x" + "a1" * 20)
    parts = {"api_key": ("file", "a key"), "secret": ("env", "A_SECRET")}
    if venue == "okx":
        parts["password"] = ("file", "a key")
    endpoint = {"rest": "http://127.0.0.1:1", "ws": "ws://127.0.0.1:1"}
    return PlannedAccount(
        name=name,
        venue=venue,
        parts=parts,
        endpoint=endpoint if venue == "gate" else {},
        allow_unverified_key=venue == "gate",
    )


RULE = """\
groups:
  - name: few
    rules:
      - {alert: Danger, on: pool, expr: margin_ratio > 80%, labels: {severity: info}}
"""


def checked(text: str, monkeypatch: pytest.MonkeyPatch) -> Configuration:
    """With one rule in place of the shipped ones, which take most of the time."""
    monkeypatch.setenv("A_SECRET", "s" * 64)
    with TemporaryDirectory() as folder:
        key = Path(folder) / "a key"
        key.touch(mode=0o600)
        key.write_text("k" * 64)
        path = Path(folder) / "hedgewatch.yaml"
        (Path(folder) / "few.yaml").write_text(RULE)
        path.write_text(f"{text}\nrules: [few.yaml]\n", encoding="utf-8")
        return load(path)


@FEW
@given(made=desks(), values=some.dictionaries(some.sampled_from(ASSETS), amounts))
def test_whatever_is_found_check_accepts_the_file_that_is_written_of_it(
    monkeypatch: pytest.MonkeyPatch,
    made: tuple[Desk, tuple[PlannedAccount, ...], dict[str, list[str]]],
    values: dict[str, float],
) -> None:
    desk, accounts, markets = made
    known = sources([*desk.worth_knowing(), *desk.holdings], markets)
    priced = {asset: price for asset, price in values.items() if asset in known}
    plan = desk.plan(accounts, desk.proposals(priced), known)
    configuration = checked(new_file(plan, ["hedgewatch run"]), monkeypatch)
    assert [one.name for one in configuration.accounts] == [one.name for one in accounts]
    assert [one.name for one in configuration.hedges] == [one.name for one in plan.hedges]
    written = {asset for wallet in configuration.wallets for asset in wallet.holdings}
    assert written == set(desk.holdings) - plan.unpriced


@FEW
@given(made=desks())
def test_what_is_added_to_a_file_leaves_each_line_of_it_where_it_was(
    monkeypatch: pytest.MonkeyPatch,
    made: tuple[Desk, tuple[PlannedAccount, ...], dict[str, list[str]]],
) -> None:
    desk, accounts, markets = made
    before = Desk(
        before=checked(OLD, monkeypatch), found=desk.found, wallet="colder", holdings=desk.holdings
    )
    known = sources([*before.worth_knowing(), *before.holdings], markets)
    new = [one for one in accounts if one.name != "old"]
    plan = before.plan(new, [], {a: w for a, w in known.items() if w[0] != "old"})
    text = added(OLD, sections_of(plan))
    left = iter(text.splitlines())
    assert all(line in left for line in OLD.splitlines())
    configuration = checked(text, monkeypatch)
    assert [one.name for one in configuration.accounts] == ["old", *(one.name for one in new)]


OLD = """\
# My desk. Nobody touches this.
accounts:
- name: old # the first
  venue: bybit

  credentials: {api_key: {file: a key}, secret: {env: A_SECRET}} # since May
# between the accounts and the wallets

wallets:
    - name: cold
      holdings:
          BTC: 2.5 # on paper

# The end of the wallets.
hedges:
  - name: btc
    exposure: [{wallet: cold, asset: BTC}]
    cover:
      - {account: old, symbol: "BTC/USDT:USDT"}
    # target: 0.5

store: state.db   # here
"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "\nhedges:\n  - a: 1\n"),
        ("store: x", "store: x\n\nhedges:\n  - a: 1\n"),
        ("hedges:\nstore: x\n", "hedges:\n  - a: 1\nstore: x\n"),
        ("hedges: # none yet\n", "hedges: # none yet\n  - a: 1\n"),
        ("hedges:\n  - b: |\n      long\n      text\nstore: x\n", None),
        ("hedges:\n- b: [1,\n    2] # c\n# d\n", "hedges:\n- b: [1,\n    2] # c\n- a: 1\n# d\n"),
    ],
)
def test_an_item_goes_to_the_end_of_its_section(text: str, wanted: str | None) -> None:
    found = added(text, {"hedges": ["- a: 1\n"]})
    assert wanted is None or found == wanted
    assert yaml.safe_load(found)["hedges"][-1] == {"a": 1}


def test_a_section_that_is_new_in_a_file_is_explained_there() -> None:
    found = added("store: x\n", {"hedges": ["- a: 1\n"]}, {"hedges": "# About hedges.\n"})
    assert found == "store: x\n\n# About hedges.\nhedges:\n  - a: 1\n"


@pytest.mark.parametrize("text", ["hedges: []\n", "hedges: [{b: 1}]\n", "- 1\n", "{hedges: []}\n"])
def test_a_file_that_nothing_can_be_put_into_is_left_alone(text: str) -> None:
    with pytest.raises(NotAddedError):
        added(text, {"hedges": ["- a: 1\n"]})


@given(some.text(some.characters(exclude_categories=["C", "Zl", "Zp"])))
def test_a_quoted_text_is_read_as_this_very_text(text: str) -> None:
    assert yaml.safe_load(quoted(text)) == text


def test_each_part_of_a_new_file_is_explained() -> None:
    account = AccountSettings.model_validate(
        {"name": "a", "venue": "hyperliquid", "address": "0x" + "a1" * 20}
    )
    text = new_file(
        Plan(accounts=(_planned(account.name, account.venue),), currency="USDT"),
        ["hedgewatch check -c desk.yaml --online"],
    )
    assert "hedgewatch check -c desk.yaml --online" in text
    for section in re.findall(r"^(\w+):", text, flags=re.MULTILINE):
        assert re.search(rf"^# .+\n{section}:", text, flags=re.MULTILINE), section


def test_coins_that_are_one_by_their_owners_word_are_hedged_by_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = checked(f"{OLD}\nassets: {{UETH: ETH}}\n", monkeypatch)
    held = Coins(asset="UETH", amount=10.0, account="old")
    short = _position("old", "ETH", -10.0)
    found = Found(account="old", venue="bybit", coins=(held,), positions=(short,))
    for known, proposed in ((before, ["eth"]), (None, [])):
        desk = Desk(before=known, found=[found], wallet="colder", holdings={})
        assert [one.name for one in desk.proposals({})] == proposed


def _margin(venue: str, *currencies: str, settled: str = "", coins: str = "") -> Found:
    """An account with pools of these currencies, a position and coins."""
    position = replace(_position(venue, "BTC", -1.0), currency=settled)
    return Found(
        account=venue,
        venue=venue,
        pools=tuple(
            Pool(name=each, currency=each, equity=1.0, margin_ratio=0.1) for each in currencies
        ),
        positions=(position,) if settled else (),
        coins=(Coins(asset=coins, amount=1.0, account=venue),) if coins else (),
    )


BINANCE = _margin("binanceusdm", "USDT", "BNB", settled="USDT")
"""With BNB for fees, which backs nothing."""


@pytest.mark.parametrize(
    ("found", "currency"),
    [
        ([BINANCE], "USDT"),
        ([BINANCE, _margin("binance", coins="BTC")], "USDT"),
        ([_margin("hyperliquid", "USDC", settled="USDC")], "USDC"),
        ([BINANCE, _margin("hyperliquid", "USDC", settled="USDC")], ""),
        ([BINANCE, _margin("bybit", "USD", settled="USDT")], ""),
        ([BINANCE, _margin("binancecoinm", "BTC", settled="BTC")], ""),
        ([BINANCE, _margin("kraken", coins="USD")], ""),
        ([_margin("binance", coins="BTC")], ""),
        ([], ""),
    ],
)
def test_a_new_file_tells_totals_in_the_stable_coin_that_all_margin_is_of(
    monkeypatch: pytest.MonkeyPatch, found: list[Found], currency: str
) -> None:
    plan = Desk(before=None, found=found, wallet="cold", holdings={}).plan(
        [_planned("main", "binanceusdm")], [], {}
    )
    text = new_file(plan, [])
    assert ("currency:" in text) is bool(currency)
    assert checked(text, monkeypatch).currency == (currency or "USD")


def test_a_file_that_is_there_keeps_the_currency_that_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = Desk(before=checked(OLD, monkeypatch), found=[BINANCE], wallet="colder", holdings={})
    text = added(OLD, sections_of(before.plan([_planned("main", "binanceusdm")], [], {})))
    assert checked(text, monkeypatch).currency == "USD"
