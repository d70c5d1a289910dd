"""What would make a pool safe: money put into it, or contracts of one position cut."""

from hedgewatch.core.book.rows.remedy import SAFE_MOVE, SAFE_RATIO
from hedgewatch.core.mending.cut import contracts_to_safe
from hedgewatch.core.mending.safe import top_up_alone, top_up_to_safe

__all__ = ["SAFE_MOVE", "SAFE_RATIO", "contracts_to_safe", "top_up_alone", "top_up_to_safe"]
