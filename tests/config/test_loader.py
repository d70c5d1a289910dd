import os
import subprocess
import sys
from pathlib import Path

import pytest

from hedgewatch.config.configuration import Configuration
from hedgewatch.config.loader import load
from hedgewatch.config.problems import ConfigurationError
from hedgewatch.core.model import AccountPlan, HedgePlan, LegPlan, PricePlan, WalletPlan
from hedgewatch.notify.mqtt_settings import broker_options
from tests.config.conftest import RULE, SOUND, Spoil


def test_a_sound_file_becomes_the_desk_that_the_core_watches(sound: Configuration) -> None:
    desk = sound.desk()
    assert desk.instance == "desk-1"
    assert desk.accounts == (
        AccountPlan(name="main", venue="binanceusdm"),
        AccountPlan(name="spot", venue="binance"),
    )
    assert desk.wallets == (
        WalletPlan(name="cold", holdings={"ALT": 500000.0}, entry_prices={"ALT": 0.4}),
    )
    assert desk.prices == {"ALT": PricePlan(account="main", symbol="ALT/USDT:USDT")}
    assert desk.hedges == (
        HedgePlan(
            name="ai-basket",
            exposure=(LegPlan(wallet="cold", asset="ALT"),),
            cover=(LegPlan(account="main", symbol="AIX/USDT:USDT"),),
        ),
    )


def test_a_hedge_may_aim_at_the_ratio_that_leaves_the_least_variance(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    path.write_text(SOUND.replace("    cover:", "    target: minimum_variance\n    cover:"))
    (plan,) = load(path).desk().hedges
    assert plan.minimum_variance


def test_betas_of_the_common_move_reach_the_desk_and_none_is_negative(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    path.write_text(SOUND + "betas: {ALT: 1.5, BTC: 0}\n")
    assert load(path).desk().betas == {"ALT": 1.5, "BTC": 0.0}
    path.write_text(SOUND + "betas: {ALT: -1.5, BTC: much}\n")
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    assert "ALT: must be greater than or equal to 0" in str(caught.value)
    assert "BTC: must be a number" in str(caught.value)


def test_other_names_of_an_asset_and_the_currency_of_totals_reach_the_desk(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    path.write_text(SOUND + "assets: {UBTC: BTC, XEC6: 1000000 XEC}\ncurrency: USDT\n")
    desk = load(path).desk()
    assert desk.assets == {"UBTC": ("BTC", 1.0), "XEC6": ("XEC", 1e6)}
    assert desk.currency == "USDT"
    path.write_text(SOUND)
    assert (load(path).desk().assets, load(path).desk().currency) == ({}, "USD")


@pytest.mark.parametrize("alias", ["0 SHIB", "many SHIB", "1000", "-1 SHIB", "1e3 SHIB", "''"])
def test_another_name_that_says_nothing_is_a_mistake(spoil: Spoil, alias: str) -> None:
    said = spoil("wallets:", f"assets: {{KSHIB: {alias}}}\nwallets:")
    assert len(said) == 1
    assert said[0].startswith("hedgewatch.yaml:7:")


def test_a_holding_under_another_name_has_the_price_of_what_it_is(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    other = SOUND.replace("holdings: {ALT:", "holdings: {WALT: 5, ALT:", 1)
    path.write_text(other)
    with pytest.raises(ConfigurationError, match="WALT has no price"):
        load(path)
    path.write_text(other + "assets: {WALT: ALT}\n")
    assert load(path).desk().assets == {"WALT": ("ALT", 1.0)}


@pytest.mark.parametrize(("money", "beta"), [("USDT", "0.05"), ("USDC", "0"), ("EUR", "1")])
def test_money_has_no_beta_for_a_lost_peg_is_a_scenario(
    spoil: Spoil, money: str, beta: str
) -> None:
    betas = f"betas: {{BTC: 0.8, {money}: {beta}, ETH: much}}\nwallets:"
    mend = "leave it out; a lost peg is a scenario: depeg"
    said = f"{money} is money and does not move with the market: {mend}"
    assert spoil("wallets:", betas) == [
        f"hedgewatch.yaml:7:{21 + len(money)}: {said}",
        f"hedgewatch.yaml:7:{28 + len(money + beta)}: ETH: must be a number, without quotes",
    ]


def test_what_is_not_said_has_a_default_that_is_safe(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    head, tail = SOUND.split("rules:")[0], SOUND.split("instance: desk-1\n")[1]
    path.write_text(tail)
    assert load(path).instance == "hedgewatch"
    path.write_text(head)
    configuration = load(path)
    assert configuration.store == Path("/var/lib/hedgewatch/state.db")
    assert configuration.http.listen == "127.0.0.1:9464"
    assert configuration.replica is None


def test_two_replicas_may_tell_alertmanager_and_a_console(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    oncall = 'alertmanager: {urls: ["http://127.0.0.1:9093", "http://127.0.0.1:9193"]}'
    text = SOUND.replace("mqtt: {host: 127.0.0.1}", oncall)
    path.write_text(f"replica: b\n{text}  - {{to: [desk]}}\n")
    assert load(path).replica == "b"


def test_without_rules_of_its_own_a_configuration_has_the_shipped_ones(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    path.write_text(SOUND.split("rules:")[0])
    names = {rule.name for rule in load(path).rules}
    assert {"MarginDanger", "LiquidationNear", "AccountBlind"} <= names


def test_secrets_are_read_and_shown_by_nothing(sound: Configuration) -> None:
    assert {secret.reveal() for secret in sound.secrets()} == {"an api key", "hush"}
    assert "hush" not in repr(sound)
    assert "an api key" not in f"{sound} {sound.secrets()}"


def test_relative_paths_start_where_the_file_is(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    path.write_text(SOUND + "store: state/hedgewatch.db\n")
    assert load(path).store == folder / "state" / "hedgewatch.db"


def test_reading_a_configuration_never_imports_the_exchange_library(folder: Path) -> None:
    program = (
        "import sys, pathlib; from hedgewatch.config.loader import load; "
        "load(pathlib.Path(sys.argv[1])); print('ccxt' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, folder / "hedgewatch.yaml"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout, run.stderr) == ("False\n", "")


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"lost\.yaml:1:1: the file cannot be read: no such"
    ):
        load(tmp_path / "lost.yaml")


@pytest.mark.parametrize("text", ["", "- a\n", "just words"])
def test_a_file_that_is_no_mapping_says_what_it_should_be(text: str, tmp_path: Path) -> None:
    path = tmp_path / "hedgewatch.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match="the configuration is a mapping"):
        load(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "instance: desk-1",
            "instanse: desk-1",
            "1:1: unknown key 'instanse' (did you mean 'instance'?)",
        ),
        ("instance: desk-1", "instance: desk/1", "1:11: a name is up to 63 letters"),
        ("    venue: bin", "    colour: red\n    venue: bin", "4:5: unknown key 'colour'"),
        ("venue: binanceusdm", "venue: binanceusd", "4:12: unknown venue binanceusd"),
        ("name: spot", "name: main", "6:12: the name main stands already in line 3"),
        ("{env: HW_KEY}, secret: {f", "{env: HW_NONE}, secret: {f", "HW_NONE is not set"),
        ("file: main.secret", "file: lost.secret", "lost.secret does not exist"),
        ("{file: main.secret}", "hush", "5:51: secret: a secret is never written here"),
        ("{file: main.secret}", "{hush: 1}", "5:52: secret: a secret is never written here"),
        (
            "mqtt: {host: 127.0.0.1}",
            "mqtt: {host: 127.0.0.1, username: desk, password: hush}",
            "17:68: password: a secret is never written here: give {credential: NAME}, ",
        ),
        (
            "mqtt: {host: 127.0.0.1}",
            "mqtt: {host: 127.0.0.1, username: {hush: 1}}",
            "17:53: username: a secret is never written here",
        ),
        (
            "mqtt: {host: 127.0.0.1}",
            "mqtt: {host: 127.0.0.1, username: 7}",
            "17:52: username: must be a text: put it in quotes",
        ),
        ("file: main.secret", "file: a, env: B", "5:51: a secret is given by exactly one"),
        ("0.40", '"0.40"', "entry_price: must be a number, without quotes"),
        ("500000", ".inf", "a number must be finite"),
        ("500000", "-5", "amount: must be greater than or equal to 0"),
        (
            'account: main, symbol: "ALT',
            'account: mian, symbol: "ALT',
            "10:18: unknown account 'mian' (did you mean 'main'?)",
        ),
        ("ALT/USDT:USDT", "ALTUSDT", "10:32: a symbol is written as ccxt writes it"),
        ("ALT/USDT:USDT", "ALT/USDT:USDT-261399", "10:32: a symbol is written as ccxt writes it"),
        ("ALT/USDT:USDT", "ALT/USDT", "write ALT/USDT:USDT"),
        ("ALT/USDT:USDT", "ALT/USD:ALT", "write ALT/USD:USD"),
        (
            "  ALT: {account",
            "  ATL: {account",
            "8:29: ALT has no price: add to prices: ALT: {account",
        ),
        ("wallet: cold", "wallet: clod", "13:25: unknown wallet 'clod' (did you mean 'cold'?)"),
        ("asset: ALT", "asset: ATL", "13:38: the wallet cold holds no 'ATL' (did you mean 'ALT'?)"),
        (
            "{wallet: cold, asset: ALT}",
            "{account: spto, asset: ALT}",
            "13:26: unknown account 'spto'",
        ),
        (
            "{wallet: cold, asset: ALT}",
            '{account: spot, symbol: "ALT/USDT"}',
            "spot is a spot account (binance): name an asset",
        ),
        ("{wallet: cold, asset: ALT}", "{account: spot, asset: XYZ}", "13:32: XYZ has no price"),
        ("{wallet: cold, asset: ALT}", "{wallet: cold}", "13:16: a leg is {wallet, asset}, "),
        (
            "{wallet: cold, asset: ALT}",
            "{wallet: cold, asset: ALT, share: 1.5}",
            "share: must be less than or equal to 1",
        ),
        (
            "{wallet: cold, asset: ALT}",
            "{wallet: cold, asset: ALT}, {wallet: cold, asset: ALT, share: 0.5}",
            "13:78: the shares of ALT of cold sum to 1.5",
        ),
        (
            '{account: main, symbol: "AIX/USDT:USDT"}',
            "{wallet: cold, asset: ALT}",
            "a cover is a position in futures",
        ),
        (
            'cover: [{account: main, symbol: "AIX/USDT:USDT"}]',
            "target: 0\n    cover: []",
            "14:13: target: must be greater than 0",
        ),
        (
            'cover: [{account: main, symbol: "AIX/USDT:USDT"}]',
            'cover: [{account: main, symbol: "AIX/USDT:USDT"}]\n    target: minimum',
            "target: must be a number without quotes, or minimum_variance",
        ),
        ("rules/*.yaml", "rulez/*.yaml", "15:9: no file matches rulez/*.yaml"),
        ("to: [desk]", "to: [dusk]", "19:40: unknown receiver 'dusk' (did you mean 'desk'?)"),
        ("severity: critical", "severity: critcal", "19:24: unknown severity 'critcal'"),
        ("repeat: 5m", "repeat: 5 minutes", "a duration must read like"),
        (
            "mqtt: {host: 127.0.0.1}",
            "mqtt: {host: 127.0.0.1, prot: 1}",
            "unknown key 'prot' (did you mean 'port'?)",
        ),
        (
            "mqtt: {host: 127.0.0.1}",
            "telegram: {token: 1}",
            "unknown key 'telegram': it is a url of apprise: {url: {file: PATH}}",
        ),
        ("routes:", "replica: b\nroutes:", "with replica: only alertmanager may be told"),
        (
            "mqtt: {host: 127.0.0.1}",
            'alertmanager: {urls: ["http://am:9093", "am:9093"]}',
            "17:58: a url starts with http:// or https://",
        ),
        ("routes:", "http: {listen: 9464}\nroutes:", "listen: must be a text: put it in quotes"),
        ("wallets:", "wallets: 5\nwalets:", "7:10: wallets: must be a list"),
        (
            "    credentials",
            '    endpoint: {rest: "http://10.0.0.1", ws: "ws://127.0.0.1"}\n    credentials',
            "rest: must begin with https://",
        ),
        (
            "wallets:",
            """\
  - name: proxied
    venue: binanceusdm
    credentials: {api_key: {file: main.key}, secret: {file: main.secret}}
    endpoint: {rest: "https://proxy.example", ws: "wss://proxy.example"}
wallets:""",
            "another account at binanceusdm has another endpoint: their prices would mix",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_its_mend(
    spoil: Spoil, old: str, new: str, said: str
) -> None:
    lines = spoil(old, new)
    assert any(said in line for line in lines), lines


def test_a_secret_that_others_can_read_names_the_command_that_mends_it(
    folder: Path, spoil: Spoil
) -> None:
    (folder / "main.secret").chmod(0o640)
    assert spoil("desk-1", "desk-2") == [
        (
            "hedgewatch.yaml:5:51: main.secret is readable by others than its owner: "
            "chmod 600 main.secret"
        )
    ]


def test_the_name_of_a_user_is_no_secret_and_may_stand_in_the_file(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    (folder / "user").write_text("from-a-file")
    (folder / "user").chmod(0o600)
    found = []
    for user in ("desk", "{file: user}", "{env: HW_KEY}"):
        path.write_text(SOUND.replace("host: 127.0.0.1", f"host: 127.0.0.1, username: {user}"))
        broker = next(each.mqtt for each in load(path).receivers if each.mqtt)
        found.append(broker_options(broker)["username"])
    assert found == ["desk", "from-a-file", os.environ["HW_KEY"]]


def test_no_message_repeats_a_secret_that_stands_in_a_wrong_place(spoil: Spoil) -> None:
    key = "Zk3" + "x9Y" * 20 + "q"
    for wrong in (key, f"{{{key}: }}", f"{{env: {key}}}", f"!{key}", f"[{key}]"):
        assert key not in "\n".join(spoil("{file: main.secret}", wrong))


def test_an_unsound_account_hides_no_mistake_of_its_hedge_nor_makes_new_ones(spoil: Spoil) -> None:
    lines = spoil("venue: binanceusdm", "venue: binanceusdm\n    colour: red")
    assert len(lines) == 1


def test_a_symbol_of_a_hedge_gives_its_base_a_price(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    path.write_text(
        SOUND.replace('  ALT: {account: main, symbol: "ALT/USDT:USDT"}', "  {}").replace(
            "AIX/", "ALT/"
        )
    )
    assert load(path).prices == {}


def test_a_market_of_a_thousand_coins_gives_each_of_them_a_price(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    text = SOUND.replace('  ALT: {account: main, symbol: "ALT/USDT:USDT"}', "  {}")
    path.write_text(text.replace("AIX/", "1000ALT/"))
    assert load(path).prices == {}


def test_without_routes_every_receiver_hears_of_everything(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    path.write_text(SOUND.split("routes:")[0])
    (route,) = load(path).routes
    assert (route.to, route.match) == (("desk",), {})
    path.write_text(SOUND.split("routes:")[0] + "routes: []\n")
    nobody = load(path)
    assert nobody.routes == ()
    assert any("NOBODY IS TOLD OF ANY ALERT" in str(each) for each in nobody.warnings)


def test_a_folder_whose_name_looks_like_a_pattern_is_just_a_folder(folder: Path) -> None:
    odd = folder / "[desk] *"
    (odd / "rules").mkdir(parents=True)
    (odd / "rules" / "margin.yaml").write_text((folder / "rules" / "margin.yaml").read_text())
    path = odd / "hedgewatch.yaml"
    path.write_text(SOUND.replace("file: main.secret", "env: HW_KEY"))
    assert [rule.name for rule in load(path).rules] == ["MarginDanger"]


def test_the_shipped_rules_have_a_name_beside_ones_own(folder: Path) -> None:
    file = folder / "hedgewatch.yaml"
    (folder / "rules" / "margin.yaml").write_text(RULE.replace("MarginDanger", "Mine"))
    file.write_text(
        file.read_text().replace("rules: [rules/*.yaml]", "rules: [shipped, rules/*.yaml]")
    )
    names = {rule.name for rule in load(file).rules}
    assert {"Mine", "MarginDanger", "LiquidationNear"} <= names


def _links(path: Path, *lines: str) -> set[tuple[str, str]]:
    """Status page and runbook of every shipped rule, but for the names of the rules."""
    path.write_text("\n".join((SOUND.partition("rules:")[0], "rules: [shipped]", *lines)))
    annotations = [rule.annotations for rule in load(path).rules]
    return {
        (
            texts["status_url"].text if "status_url" in texts else "",
            texts["runbook_url"].render(str).partition("#")[0],
        )
        for texts in annotations
    }


def test_links_of_alerts_are_absolute_as_soon_as_it_is_known_from_where(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    desk = 'http: {external_url: "https://desk.lan"}'
    assert _links(path) == {("", "http://127.0.0.1:9464/runbooks/rules/README.md")}
    assert _links(path, 'http: {listen: "[::1]:80"}') == {
        ("", "http://[::1]:80/runbooks/rules/README.md")
    }
    assert _links(path, 'http: {listen: "127.0.0.1:0"}') == {("", "rules/README.md")}
    assert _links(path, desk) == {
        ("https://desk.lan/", "https://desk.lan/runbooks/rules/README.md")
    }
    assert _links(path, desk, 'runbooks: "https://wiki.lan/watch/"') == {
        ("https://desk.lan/", "https://wiki.lan/watch/rules/README.md")
    }


def test_an_address_that_nobody_can_follow_is_refused(spoil: Spoil) -> None:
    (said,) = spoil("wallets:", "runbooks: desk.lan/books\nwallets:")
    assert said.endswith("a web address starts with http:// or https:// and names a host")
