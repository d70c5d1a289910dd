"""Documents of objects: nothing is lost, nothing is made up."""

from array import array
from collections import deque
from decimal import Decimal
from math import copysign, inf, isnan, nan
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.margin.regimes import UNKNOWN
from hedgewatch.core.model import EndReason, Unknown
from hedgewatch.recording.decoding import decoded
from hedgewatch.recording.encoding import encoded


def again(held: object) -> Any:
    """Through JSON and back."""
    return decoded(orjson.loads(orjson.dumps(encoded(held))))


keys = st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False)
plain = st.recursive(
    keys | st.floats(allow_nan=False) | st.sampled_from(EndReason),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.lists(inner).map(deque)
        | st.dictionaries(st.text() | st.tuples(keys, keys), inner)
        | st.frozensets(st.text())
        | st.sets(st.sampled_from(EndReason))
        | st.builds(Unknown, st.text(), st.floats(allow_nan=False))
    ),
    max_leaves=20,
)


@given(plain)
def test_what_is_encoded_comes_back_equal_and_of_the_same_kind(held: object) -> None:
    back = again(held)
    assert back == held
    assert type(back) is type(held)


def test_every_float_comes_back_to_the_last_bit() -> None:
    back = again([inf, -inf, nan, -0.0, 5e-324, 0.1 + 0.2, 1e308])
    assert back[:2] == [inf, -inf]
    assert isnan(back[2])
    assert copysign(1.0, back[3]) == -1.0
    assert back[4:] == [5e-324, 0.1 + 0.2, 1e308]
    assert again(array("d", [nan, 1.0]))[1] == 1.0


def test_a_number_is_of_the_kind_that_it_was() -> None:
    assert [type(one) for one in again([1, 1.0, True, Decimal("1.00")])] == [
        int, float, bool, Decimal,
    ]  # fmt: skip
    assert str(again(Decimal("1.00"))) == "1.00"
    assert again(2**200) == 2**200


def test_half_of_a_surrogate_pair_is_kept_too() -> None:
    assert again(["\ud83d", "💥"]) == ["\ud83d", "💥"]


def test_what_was_one_object_is_one_object_and_cycles_close() -> None:
    shared: list[object] = [1]
    shared.append(shared)
    first, second = again((shared, shared))
    assert first is second
    assert first[1] is first


def test_the_order_of_a_mapping_is_kept_and_a_queue_stays_bounded() -> None:
    assert list(again({"b": 1, "a": 2})) == ["b", "a"]
    assert again(deque([1, 2], maxlen=2)).maxlen == 2


def test_what_is_compared_by_identity_is_the_very_same() -> None:
    assert again(UNKNOWN) is UNKNOWN
    assert again([EndReason.CLOSED])[0] is EndReason.CLOSED


def test_a_set_is_written_in_the_same_order_in_every_process() -> None:
    assert encoded({"b", "a", "c"})["nodes"] == [["s", "a", "b", "c"]]


def test_an_order_book_stands_in_columns_and_comes_back_as_it_was() -> None:
    book = tuple((100.0 - 0.1 * level, -0.0 + level) for level in range(500))
    (columns, *_) = encoded(book)["nodes"]
    assert (columns[0], len(columns)) == ("p", 1_001)
    assert again(book) == book
    for odd in (inf, 1, "a"):
        other = (*book, (1.0, odd))
        assert again(other) == other
