import re

import pytest

from hedgewatch.venues.redaction import Redactor

KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"


@pytest.mark.parametrize(
    "text",
    [
        f"binanceusdm GET https://fapi.binance.com/fapi/v3/account?timestamp=17&signature={SECRET}",
        f"{{'X-MBX-APIKEY': '{KEY}'}}",
        f"wss://fstream.binance.com/private/ws?listenKey={SECRET}",
        f"the literal secret {SECRET} and the key {KEY} in a sentence",
        f'{{"listenKey":"{SECRET}"}}',
    ],
)
def test_no_text_leaves_with_a_key_a_signature_or_a_listen_key(text: str) -> None:
    said = Redactor(KEY, SECRET).scrub(text)
    assert KEY not in said
    assert SECRET not in said
    assert "***" in said


@pytest.mark.parametrize(
    "text",
    [
        "signature=c8db56825ae71d6d",
        "listenKey: pqia91ma19a5s61c",
        "apiKey=vmPUZE6mv9SD",
        "passphrase=Correct-Horse-9",
        "password: Correct-Horse-9",
        "'OK-ACCESS-PASSPHRASE': 'Correct-Horse-9'",
        "'OK-ACCESS-SIGN': 'aGVkZ2V3YXRjaA=='",
        "X-BAPI-SIGN: 4b7d2a10ff",
        '"sign":"aGVkZ2V3YXRjaA=="',
        "privateKey=0x4b7d2a10ff",
    ],
)
def test_secrets_that_nobody_told_us_are_known_by_their_names(text: str) -> None:
    secret = re.split(r"""[=:]\s*['"]?""", text, maxsplit=1)[1].strip("'\"")
    said = Redactor().scrub(text)
    assert secret not in said
    assert "***" in said


@pytest.mark.parametrize(
    "text",
    [
        f"cannot dial wss://dstream.binance.com/ws/{KEY}",
        f'a frame was skipped {{"op":"auth","args":["k",1700000000000,"{"4b7d2a10" * 8}"]}}',
        "args: ['k', 'p', '1700000000', 'UmVhZE9ubHlSZWFkT25seVJlYWRPbmx5UmVhZE9ubHk=']",
    ],
)
def test_what_looks_like_a_signature_or_a_listen_key_is_hidden_without_a_name(text: str) -> None:
    said = Redactor().scrub(text)
    assert "***" in said
    assert not re.search(r"[A-Za-z0-9+/]{43}", said)


def test_a_secret_learned_later_is_hidden_like_the_others() -> None:
    redactor = Redactor()
    redactor.learn("pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81va65sdf19v8a65a1")
    assert redactor.scrub(
        "the key pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81va65sdf19v8a65a1"
    ) == ("the key ***")


def test_what_helps_the_operator_stays_readable_on_one_line() -> None:
    said = Redactor(KEY).scrub(
        'binance {"code":-2015,"msg":"Invalid API-key, IP,\n or permissions"}'
    )
    assert said == 'binance {"code":-2015,"msg":"Invalid API-key, IP, or permissions"}'
    assert len(Redactor().scrub("word " * 10_000)) == 300
