"""One asset over all accounts and wallets, as the book knows it."""

from hedgewatch.core.book.rows.row import NOT_YET, Row
from hedgewatch.core.model import Known, Scope, Subject


class AssetRow(Row):
    """What is held of one underlying, under whatever names, as of the last half second."""

    __slots__ = (
        "asset", "asset_price", "gross_exposure", "locked_share", "net_exposure",
        "net_exposure_coins", "owned",
    )  # fmt: skip

    def __init__(self, asset: str, currency: str) -> None:
        super().__init__(Subject(Scope.ASSET, (("asset", asset),)), (("currency", currency),))
        self.asset = asset
        self.asset_price: Known = NOT_YET
        self.owned: Known = NOT_YET
        self.locked_share: Known = NOT_YET
        self.net_exposure_coins: Known = NOT_YET
        self.net_exposure: Known = NOT_YET
        self.gross_exposure: Known = NOT_YET
