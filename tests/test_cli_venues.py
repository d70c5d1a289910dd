import json

import pytest

from hedgewatch.cli import main
from hedgewatch.venues.known import KNOWN
from hedgewatch.venues.settings import VENUES


def test_all_venues_fit_on_eighty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["venues"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in said.out
    assert said.err == ""
    for venue in VENUES:
        assert any(line.startswith(f"{venue} ") for line in lines), venue
    assert "signs trades" in said.out.replace("\n", " ")


def test_one_venue_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["venues", "woo", "aster"]) == 0
    said = capsys.readouterr().out
    assert "woo (WOO X): generic" in said
    assert "api_key, secret, uid" in said
    assert "tiers      unknown" in said
    assert "aster (Aster): it is read with the very key that signs trades" in said
    assert max(map(len, said.splitlines()[:-1])) <= 80


def test_what_is_not_asked_for_and_whose_numbers_are_told_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["venues", "btse", "gate"]) == 0
    said = capsys.readouterr().out
    assert "not seen: the money of isolated wallets" in said
    assert "the venue's own margin numbers are those of a unified account" in said


def test_as_json_each_venue_is_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["venues", "--json"]) == 0
    venues = json.loads(capsys.readouterr().out)["venues"]
    assert {each["venue"] for each in venues} == set(KNOWN)
    assert {
        "positions",
        "balances",
        "marks",
        "quotes",
        "funding",
        "tiers",
        "margin",
        "line",
        "own_of",
        "key",
    } < set(venues[0])


def test_an_unknown_venue_is_a_mistake_with_the_nearest_known_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["venues", "gatee"]) == 2
    assert "unknown venue gatee (did you mean gate?)" in capsys.readouterr().err
    assert main(["venues", "nowhere", "--json"]) == 2
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert "ccxt has never heard of it" in problem["message"]
    assert main(["venues", "myokx"]) == 2
    assert (
        'watched as venue: okx with endpoint: {rest: "https://eea.okx.com"'
        in capsys.readouterr().err
    )
