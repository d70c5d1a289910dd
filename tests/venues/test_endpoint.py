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
    original = exchange_class(venue)().urls
    replaced = replace_addresses(original, HERE)
    hosts = {urlsplit(text).netloc for text in texts(replaced) if "://" in text}
    assert {"127.0.0.1:18080"} <= hosts <= {"127.0.0.1:18080", "127.0.0.1:18081"}
    assert len(list(texts(replaced))) == len(list(texts(original))) > 3


def test_the_paths_stay_when_an_endpoint_takes_the_place_of_the_hosts() -> None:
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
