"""The window of bars: bounded, in its order, and without a zero where nothing is known."""

from hedgewatch.core.statistics.window import KEPT, Window


def test_a_bar_without_a_number_has_none_and_never_a_zero() -> None:
    window = Window()
    window.move_to(10)
    window[9] = 2.5
    assert [window[bar] for bar in (8, 9, 10, 11)] == [None, 2.5, None, None]


def test_only_the_last_fifteen_hundred_bars_are_kept_however_far_it_moves() -> None:
    window = Window()
    for bar in range(1, 3 * KEPT):
        window.move_to(bar)
        window[bar] = float(bar)
    kept = list(window.bars())
    assert (len(kept), kept[0], kept[-1]) == (KEPT, 2 * KEPT, 3 * KEPT - 1)
    assert all(window[bar] == bar for bar in kept)
    assert list(window.leaving(3 * KEPT + 1)) == [2 * KEPT, 2 * KEPT + 1]
    window.move_to(30_000_000)
    assert [window[bar] for bar in window.bars() if window[bar] is not None] == []


def test_what_has_no_place_any_more_or_not_yet_is_let_go() -> None:
    window = Window()
    window.move_to(5_000)
    window[5_000 - KEPT] = window[5_001] = 1.0
    assert all(window[bar] is None for bar in window.bars())
    window.move_to(4_000)
    assert window.newest == 5_000
