import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from hedgewatch.venues.endpoint import replace_addresses
from hedgewatch.venues.settings import VENUES, EndpointSettings
from hedgewatch.venues.survey import exchange_class

HERE = EndpointSettings(rest="http://127.0.0.1:18080", ws="ws://127.0.0.1:18081")


def texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for value in tree.values():
            yield from texts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from texts(value)
    elif isinstance(tree, str):
        yield tree


@pytest.mark.parametrize("venue", VENUES)
def test_an_endpoint_leaves_no_other_host_in_all_that_ccxt_knows_of_the_venue(venue: str) -> None:
    """Templates, lists of bare hosts and addresses of sockets among them."""
    original = exchange_class(venue)().urls
    for before, after in zip(
        texts(original), texts(replace_addresses(original, HERE)), strict=True
    ):
        parts = urlsplit(after if "//" in after else f"//{after}")
        assert parts.netloc in {"127.0.0.1:18080", "127.0.0.1:18081", ""}, before
        assert "{hostname}" not in after
        if "://" in before:
            here = HERE.ws if before.startswith("ws") else HERE.rest
            assert after == here + urlsplit(before).path


def test_the_path_stays_where_ccxt_looks_at_it() -> None:
    replaced = replace_addresses(exchange_class("binanceusdm")().urls, HERE)
    assert replaced["api"]["fapiPrivateV3"] == "http://127.0.0.1:18080/fapi/v3"
    assert replaced["api"]["ws"]["linear"] == "ws://127.0.0.1:18081/ws"


def test_settings_and_configuration_checks_do_not_import_ccxt() -> None:
    code = (
        "import sys, hedgewatch.inbox, hedgewatch.venues, hedgewatch.venues.settings, "
        "hedgewatch.venues.redaction, hedgewatch.venues.endpoint; "
        "sys.exit(any(name.partition('.')[0] == 'ccxt' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
