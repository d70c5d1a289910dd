import pytest

from hedgewatch.sim.accounts import READING_ONLY
from hedgewatch.venues.dialects.binance_common import rights_in
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.permissions import KeyRefusedError, refuse_powerful_key


def test_a_key_that_only_reads_is_accepted_with_or_without_an_address_list() -> None:
    refuse_powerful_key(rights_in(READING_ONLY))
    refuse_powerful_key(
        rights_in({**READING_ONLY, "ipRestrict": True, "createTime": 1698645219000})
    )


@pytest.mark.parametrize(
    "right",
    [
        "enableWithdrawals",
        "enableInternalTransfer",
        "permitsUniversalTransfer",
        "enableFutures",
        "enableMargin",
        "enableSpotAndMarginTrading",
        "enableVanillaOptions",
        "enablePortfolioMarginTrading",
        "enableFixApiTrade",
        "enableSomethingThatBinanceInventsTomorrow",
    ],
)
def test_every_other_right_is_refused_and_named(right: str) -> None:
    with pytest.raises(KeyRefusedError, match=rf"can trade \({right}\): make a read-only key"):
        refuse_powerful_key(rights_in({**READING_ONLY, right: True}))


def test_an_answer_that_does_not_tell_the_rights_verifies_nothing() -> None:
    with pytest.raises(OddReplyError):
        refuse_powerful_key(rights_in({}))
