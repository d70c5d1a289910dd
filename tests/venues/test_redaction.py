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
    ["signature=c8db56825ae71d6d", "listenKey: pqia91ma19a5s61c", "apiKey=vmPUZE6mv9SD"],
)
def test_secrets_that_nobody_told_us_are_known_by_their_names(text: str) -> None:
    assert text.replace(" ", "=").rpartition("=")[2] not in Redactor().scrub(text)


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
    assert len(Redactor().scrub("x" * 10_000)) == 300
