"""A sound configuration in a folder of its own, and the means to spoil it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hedgewatch.config.configuration import Configuration
from hedgewatch.config.loader import load
from hedgewatch.config.problems import ConfigurationError

SOUND = """\
instance: desk-1
accounts:
  - name: main
    venue: binanceusdm
    credentials: {api_key: {env: HW_KEY}, secret: {file: main.secret}}
  - {name: spot, venue: binance, credentials: {api_key: {env: HW_KEY}, secret: {env: HW_KEY}}}
wallets:
  - {name: cold, holdings: {ALT: {amount: 500000, entry_price: 0.40}}}
prices:
  ALT: {account: main, symbol: "ALT/USDT:USDT"}
hedges:
  - name: ai-basket
    exposure: [{wallet: cold, asset: ALT}]
    cover: [{account: main, symbol: "AIX/USDT:USDT"}]
rules: [rules/*.yaml]
receivers:
  - {name: desk, mqtt: {host: 127.0.0.1}}
routes:
  - {match: {severity: critical}, to: [desk], repeat: 5m}
"""
RULE = """\
groups:
  - name: margin
    rules:
      - {alert: MarginDanger, on: pool, expr: margin_ratio > 80%, labels: {severity: critical}}
"""

Spoil = Callable[..., list[str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with everything that the sound configuration refers to."""
    monkeypatch.setenv("HW_KEY", "an api key")
    (tmp_path / "main.secret").write_text("hush\n")
    (tmp_path / "main.secret").chmod(0o600)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "margin.yaml").write_text(RULE)
    (tmp_path / "hedgewatch.yaml").write_text(SOUND)
    return tmp_path


@pytest.fixture
def sound(folder: Path) -> Configuration:
    return load(folder / "hedgewatch.yaml")


@pytest.fixture
def spoil(folder: Path) -> Spoil:
    """What the loader says once a text of the sound configuration is replaced, without folder."""

    def said(old: str, new: str, text: str = SOUND) -> list[str]:
        assert old in text
        path = folder / "hedgewatch.yaml"
        path.write_text(text.replace(old, new, 1))
        with pytest.raises(ConfigurationError) as error:
            load(path)
        return [line.replace(f"{folder}/", "") for line in str(error.value).splitlines()]

    return said
