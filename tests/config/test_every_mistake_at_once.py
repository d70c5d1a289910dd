from pathlib import Path

import pytest

from hedgewatch.config.loader import load
from hedgewatch.config.problems import ConfigurationError
from tests.config.conftest import RULE, SOUND, Spoil

TWENTY = """\
instanse: desk-1
accounts:
  - name: main
    venue: binanceusd
    credentials: {api_key: {env: HW_LOST}, secret: {file: main.secret}}
    endpoint: {rest: "http://example.org", ws: "ws://127.0.0.1:1"}
  - {name: main, venue: binance, credentials: {api_key: hush, secret: {env: HW_KEY}}}
  - {name: spot, venue: binance, credentials: {api_key: {env: HW_KEY}, secret: {env: HW_KEY}}}
wallets:
  - {name: cold, holdings: {ALT: "500000", NEW: 3}}
prices:
  ALT: {account: mian, symbol: ALTUSDT}
hedges:
  - name: ai-basket
    exposure:
      - {wallet: cold, asset: ALT, share: 0.8}
      - {wallet: clod, asset: ALT}
      - {account: spot, symbol: "ALT/USDT"}
    cover: [{account: spot, asset: ALT, bets: 1.0}]
    target: 0
  - name: second
    exposure: [{wallet: cold, asset: ALT, share: 0.8}]
    cover: [{account: main}]
rules: [rules/*.yaml, lost/*.yaml]
receivers:
  - {name: desk, mqtt: {host: 127.0.0.1, prot: 1883}}
routes:
  - {match: {severity: critcal}, to: [dusk], repeat: 5}
  - {matchers: ["severity=wraning", "pool=~("], to: [desk],
     escalate: [{after: 2m, to: [dekk]}, {after: 1, to: [desk]}]}
quiet_hours:
  - {name: night, times: 22-7, timezone: Europe/Berlim, match: {severity: infos}}
maintenance:
  - {name: move, from: 2026-12-01, until: 2026-12-01T22:00:00Z, mach: {}}
betas: {USDC: 0.1, BTC: -1}
"""
RULES = """\
groups:
  - name: margin
    rules:
      - alert: marginDanger
        on: pool
        expr: >-
          margin_ratoi > 80%
          or shock_down > 10s
        clear: 'margin_ratio'
        labels: {severity: crtical}
        annotations: {summary: "{acount} {margin_ratio:.1q}"}
      - {alert: Danger, on: pol, expr: margin_ratio > 80%, for: 3}
"""
SAID = """\
hedgewatch.yaml:1:1: unknown key 'instanse' (did you mean 'instance'?)
hedgewatch.yaml:4:12: unknown venue binanceusd
hedgewatch.yaml:5:28: the environment variable HW_LOST is not set
hedgewatch.yaml:5:52: main.secret is readable by others than its owner: chmod 600 main.secret
hedgewatch.yaml:6:22: rest: must begin with https://
hedgewatch.yaml:7:12: the name main stands already in line 3
hedgewatch.yaml:7:57: api_key: a secret is never written here
hedgewatch.yaml:10:34: ALT: must be a number, without quotes
hedgewatch.yaml:10:44: NEW has no price: add to prices: NEW: {account: main,
hedgewatch.yaml:12:18: unknown account 'mian' (did you mean 'main'?)
hedgewatch.yaml:12:32: a symbol is written as ccxt writes it
hedgewatch.yaml:17:18: unknown wallet 'clod' (did you mean 'cold'?)
hedgewatch.yaml:18:33: spot is a spot account (binance): name an asset
hedgewatch.yaml:19:13: a cover is a position in futures
hedgewatch.yaml:19:41: unknown key 'bets' (did you mean 'beta'?)
hedgewatch.yaml:20:13: target: must be greater than 0
hedgewatch.yaml:22:50: the shares of ALT of cold sum to 1.6
hedgewatch.yaml:23:13: a leg is {wallet, asset}
hedgewatch.yaml:24:23: no file matches lost/*.yaml
hedgewatch.yaml:26:42: unknown key 'prot' (did you mean 'port'?)
hedgewatch.yaml:28:24: unknown severity 'critcal' (did you mean 'critical'?)
hedgewatch.yaml:28:39: unknown receiver 'dusk' (did you mean 'desk'?)
hedgewatch.yaml:28:54: a duration must read like
hedgewatch.yaml:29:17: unknown severity 'wraning' (did you mean 'warning'?)
hedgewatch.yaml:29:37: '(' is no pattern
hedgewatch.yaml:30:34: unknown receiver 'dekk' (did you mean 'desk'?)
hedgewatch.yaml:30:50: a duration must read like
hedgewatch.yaml:32:26: times: must read like 22:00-07:00
hedgewatch.yaml:32:42: no such timezone is known here
hedgewatch.yaml:32:75: unknown severity 'infos' (did you mean 'info'?)
hedgewatch.yaml:34:24: from: must be a moment with its offset
hedgewatch.yaml:34:65: unknown key 'mach' (did you mean 'match'?)
hedgewatch.yaml:35:15: USDC is money and does not move with the market: leave it out
hedgewatch.yaml:35:25: BTC: must be greater than or equal to 0
rules/margin.yaml:4:16: a rule is named in CamelCase
rules/margin.yaml:7:11: unknown measure 'margin_ratoi' (did you mean 'margin_ratio'?)
rules/margin.yaml:8:27: '10s' is a time in seconds, 'shock_down' is a ratio
rules/margin.yaml:9:17: 'margin_ratio' is a ratio, not a condition
rules/margin.yaml:10:28: severity must be info, warning or critical (did you mean
rules/margin.yaml:11:33: 'acount' cannot be shown here (did you mean 'account'?)
rules/margin.yaml:11:42: '.1q' is no format for 'margin_ratio'
rules/margin.yaml:12:29: on: must be 'position', 'pool',
rules/margin.yaml:12:65: a duration must read like
rules/margin.yaml:12:9: labels: severity is missing: info, warning or critical
""".splitlines()


def test_every_mistake_of_every_file_is_told_at_once_at_its_line_and_column(
    folder: Path,
) -> None:
    (folder / "hedgewatch.yaml").write_text(TWENTY)
    (folder / "rules" / "margin.yaml").write_text(RULES)
    (folder / "main.secret").chmod(0o644)
    with pytest.raises(ConfigurationError) as error:
        load(folder / "hedgewatch.yaml")
    lines = [str(problem).replace(f"{folder}/", "") for problem in error.value.problems]
    unsaid = [said for said in SAID if not any(line.startswith(said) for line in lines)]
    untold = [line for line in lines if not any(line.startswith(said) for said in SAID)]
    assert (unsaid, untold) == ([], [])
    assert lines == sorted(lines, key=_place)
    assert "hush" not in "".join(lines)


def test_a_key_twice_and_a_number_that_is_none_hide_no_other_mistake(
    folder: Path, spoil: Spoil
) -> None:
    rules = RULE.replace("on: pool", "on: pool, on: pol").replace("margin_ratio", "margin_ratoi")
    (folder / "rules" / "margin.yaml").write_text(rules)
    twice = "instance: desk-1\ninstance: 2\nstor: state.db\n"
    said = spoil("instance: desk-1\n", twice, SOUND.replace("0.40", ".nan"))
    assert said == [
        "hedgewatch.yaml:2:1: the key instance stands twice, first in line 1: remove one",
        "hedgewatch.yaml:3:1: unknown key 'stor' (did you mean 'store'?)",
        "hedgewatch.yaml:10:64: a number must be finite",
        "rules/margin.yaml:4:41: the key on stands twice, first in line 4: remove one",
        "rules/margin.yaml:4:56: unknown measure 'margin_ratoi' (did you mean 'margin_ratio'?)",
    ]


def _place(line: str) -> tuple[str, int, int]:
    file, row, column, _ = line.split(":", 3)
    return file, int(row), int(column)
