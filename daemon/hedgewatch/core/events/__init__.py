"""Everything that can happen, as frozen facts in the past tense. `Event` is the closed union.

Market data has a `key`: an unread older event of the same key is worthless and may be replaced
(the inbox does). Everything else has the key None and is judged whole, in order.

Times named `venue_time` are the venue's own epoch seconds: they order events and show frozen
feeds; they are never compared with `now` directly. Quantities of contracts are signed: long
positive, short negative. Money is in the settle currency of the market or asset concerned.
"""

from hedgewatch.core.events.account import (
    AccountAccepted,
    AccountHeard,
    AccountRead,
    AccountRefused,
    BalanceChanged,
    BalanceReading,
    CollateralPriced,
    CollateralReading,
    FeedLost,
    FeedRestored,
    KeyRead,
    PositionChanged,
    PositionReading,
    TiersChanged,
    VenueWarned,
)
from hedgewatch.core.events.desk import (
    AlertAcknowledged,
    ClockAdvanced,
    ClockStepped,
    DaemonObserved,
    RulesReplaced,
)
from hedgewatch.core.events.market import (
    BarsRead,
    Key,
    LiquidityRead,
    MarketDefined,
    MarkPriceChanged,
    QuoteChanged,
    VenueClockRead,
)
from hedgewatch.core.events.outside import (
    Appointment,
    CalendarRead,
    SignalFailed,
    SignalHeard,
)

__all__ = [
    "AccountAccepted",
    "AccountEvent",
    "AccountHeard",
    "AccountRead",
    "AccountRefused",
    "AlertAcknowledged",
    "Appointment",
    "BalanceChanged",
    "BalanceReading",
    "BarsRead",
    "CalendarRead",
    "ClockAdvanced",
    "ClockStepped",
    "CollateralPriced",
    "CollateralReading",
    "DaemonObserved",
    "Event",
    "FeedLost",
    "FeedRestored",
    "Key",
    "KeyRead",
    "LiquidityRead",
    "MarkPriceChanged",
    "MarketDefined",
    "MarketEvent",
    "OutsideEvent",
    "PositionChanged",
    "PositionReading",
    "PriceEvent",
    "QuoteChanged",
    "RulesReplaced",
    "SignalFailed",
    "SignalHeard",
    "TiersChanged",
    "VenueClockRead",
    "VenueWarned",
]

PriceEvent = MarkPriceChanged | QuoteChanged
MarketEvent = PriceEvent | LiquidityRead | SignalHeard
AccountEvent = (
    TiersChanged
    | PositionChanged
    | BalanceChanged
    | CollateralPriced
    | AccountRead
    | AccountHeard
    | AccountRefused
    | AccountAccepted
    | KeyRead
    | FeedLost
    | FeedRestored
    | VenueWarned
)
OutsideEvent = SignalHeard | SignalFailed | CalendarRead
Event = (
    MarketEvent
    | OutsideEvent
    | BarsRead
    | MarketDefined
    | AccountEvent
    | VenueClockRead
    | ClockAdvanced
    | ClockStepped
    | DaemonObserved
    | AlertAcknowledged
    | RulesReplaced
)
