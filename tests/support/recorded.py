"""Replies that real venues gave. They lie beside the project and are absent in most checkouts."""

import json
from pathlib import Path
from typing import Any

import pytest

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "recorded"


def recorded(name: str) -> Any:
    """What a file of them says; the test is skipped where there is none."""
    path = RECORDED / name
    if not path.exists():
        pytest.skip(f"no recorded replies: {name} is not beside the checkout")
    return json.loads(path.read_text())


def reply(venue: str, method: str, description: str) -> Any:
    """One recorded reply, by the method of ccxt that asked for it."""
    cases = recorded(f"{venue}.replies.json")["methods"][method]
    return next(case["reply"] for case in cases if case["description"] == description)
