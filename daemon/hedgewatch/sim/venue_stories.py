"""The story whose hedge lies on two venues: the coins on one, the short on the other.

The worked example in its own numbers: $200,000 of ALT, and futures of 100 AIX at $1,000, each worth
$100,000: two of them. OKX asks for 5 % of up to 2.5 of them, and 0.05 % to close:
    liquidated at P = (W + qE) / 1.0505q, of q AIX short (100 a contract)

                   W         contracts   P       ratio     liquidated at   distance
    at the start   100,000   2           1,000   10.1 %    1,427.9         42.8 %
    half a one added 100,000 2.5         1,000   12.6 %    1,332.7         33.3 %
    squeezed       100,000   2.5         1,310   73.5 %    1,332.7          1.7 %
    topped up      175,000   2.5         1,310   17.0 %    1,618.3         23.5 %
"""

from hedgewatch.sim.script import Action, Chapter, Stage, Story

COVER = "okx-main"


def across(stage: Stage) -> None:
    """500,000 ALT in Binance's spot wallet; two contracts of AIX short at OKX cover them."""
    stage.world.move("ALTUSDT", "0.40")
    stage.world.move("AIXUSDT", 1000)
    stage.world.set_spot_balance("ALT", 500_000)
    stage.world.set_position("AIXUSDT", -200, 1000, account=COVER)


def add_half_a_contract(stage: Stage) -> None:
    """Two and a half contracts cover 500,000 ALT at $0.50."""
    stage.world.trade("AIXUSDT", -50, account=COVER)


def top_up(stage: Stage) -> None:
    """Bring the short out of reach of liquidation."""
    stage.world.deposit(75_000, account=COVER)


def fall_silent(stage: Stage) -> None:
    """OKX's sockets stay open and answer pings, and say nothing; Binance goes on."""
    stage.faults_of("okx").silence()


def speak_again(stage: Stage) -> None:
    """Its prices come again."""
    stage.faults_of("okx").resume()


VENUE_STORIES: dict[str, Story] = {
    "two-venues": Story(
        title="A hedge across two venues",
        duration=76.0,
        venues=("binance", "okx"),
        chapters=(
            Chapter(
                0, "500,000 ALT at $0.40 lie at Binance; two contracts of 100 AIX, short, at OKX."
            ),
            Chapter(2, "The market falls 20 %: what is lost on one venue is gained on the other."),
            Chapter(8, "Both recover. Hedged: nothing gained, nothing lost."),
            Chapter(11, "ALT rises alone: two contracts are too few, the hedge drifts."),
            Chapter(21.5, "The trader shorts half a contract more: the hedge fits again."),
            Chapter(23, "A squeeze: the ALT at Binance gain, and cannot help the short at OKX."),
            Chapter(38.9, "75,000 USDT are moved to OKX."),
            Chapter(44, "OKX falls silent. Binance goes on, and the hedge is not known any more."),
            Chapter(68, "OKX speaks again. Calm."),
        ),
        opening=across,
        paths={
            "ALTUSDT": (
                (2, "0.40"),
                (6.5, "0.32"),
                (8, "0.32"),
                (11, "0.40"),
                (13.5, "0.50"),
                (23, "0.50"),
                (27, "0.625"),
                (29, "0.655"),
                (38.9, "0.655"),
                (41, "0.55"),
            ),
            "AIXUSDT": (
                (2, "1000"),
                (6.5, "800"),
                (8, "800"),
                (11, "1000"),
                (23, "1000"),
                (27, "1250"),
                (29, "1310"),
                (38.9, "1310"),
                (41, "1100"),
            ),
        },
        actions=(
            Action(21.5, add_half_a_contract),
            Action(38.9, top_up),
            Action(44, fall_silent),
            Action(68, speak_again),
        ),
    ),
}
