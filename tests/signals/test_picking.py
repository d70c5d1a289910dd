import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.signals.picking import OddSignalError, picked
from hedgewatch.signals.settings import SignalPlace


@pytest.mark.parametrize(
    ("content", "value", "number"),
    [
        (b"0.7", "", 0.7),
        (b'"0.7"', "", 0.7),
        (b'{"data": [{"busy": 71}]}', "data.0.busy", 71.0),
        (b'{"busy": "1e-3"}', "busy", 0.001),
    ],
)
def test_a_number_is_found_where_it_is_said_to_stand(
    content: bytes, value: str, number: float
) -> None:
    assert picked(content, SignalPlace(value=value), 1.0) == (number, None)
    assert picked(content, SignalPlace(value=value), 0.01)[0] == pytest.approx(number / 100)


@pytest.mark.parametrize(
    ("content", "value", "reason"),
    [
        (b"<html>", "", "it is no JSON"),
        (b"", "", "it is no JSON"),
        (b"null", "", "it is no number"),
        (b"true", "", "it is no number"),
        (b'"NaN"', "", "it is no number"),
        (b'"inf"', "", "it is no number"),
        (b'"a lot"', "", "it is no number"),
        (b'{"busy": 1}', "bus", "there is no bus in it: bus is missing"),
        (b'{"data": []}', "data.0.busy", "there is no data.0.busy in it: 0 is missing"),
        (b"[1, 2]", "", "it is no number"),
    ],
)
def test_what_is_no_number_is_said_and_is_never_taken_for_one(
    content: bytes, value: str, reason: str
) -> None:
    with pytest.raises(OddSignalError) as said:
        picked(content, SignalPlace(value=value), 1.0)
    assert str(said.value) == reason


@pytest.mark.parametrize(
    "time", ["1700000000", "1700000000000", '"1700000000.0"', '"2023-11-14T22:13:20Z"']
)
def test_the_time_of_a_number_may_be_written_as_people_write_it(time: str) -> None:
    content = f'{{"v": 1, "at": {time}}}'.encode()
    assert picked(content, SignalPlace(value="v", time="at"), 1.0) == (1.0, 1_700_000_000.0)


def test_a_time_that_is_none_makes_no_number_of_now() -> None:
    with pytest.raises(OddSignalError, match="at in it is no time"):
        picked(b'{"v": 1, "at": "yesterday"}', SignalPlace(value="v", time="at"), 1.0)


@given(st.binary(max_size=60), st.sampled_from(["", "a", "a.0", "0.a.b"]))
def test_whatever_is_read_is_a_finite_number_or_an_odd_signal(content: bytes, value: str) -> None:
    try:
        number, _ = picked(content, SignalPlace(value=value), 1.0)
    except OddSignalError:
        return
    assert number - number == 0.0
