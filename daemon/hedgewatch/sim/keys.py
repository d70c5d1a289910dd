"""The keys that the paper exchange accepts: well-formed as Binance's are, and worth nothing."""

KEY_LENGTH = 64

DEMO_KEY = "paperExchangeDemoKeyWorthNothing".ljust(KEY_LENGTH, "0")
DEMO_SECRET = "paperExchangeDemoSecretWorthNothing".ljust(KEY_LENGTH, "0")
SECOND_KEY = "paperExchangeSecondKeyWorthNothing".ljust(KEY_LENGTH, "0")
SECOND_SECRET = "paperExchangeSecondSecretWorthNothing".ljust(KEY_LENGTH, "0")

BYBIT_KEY = "paperBybitKey00000"
BYBIT_SECRET = "paperBybitSecretWorthNothing00000000"  # noqa: S105 - worth nothing
OKX_KEY = "00000000-0000-4000-8000-000000000000"
OKX_SECRET = "PAPEROKXSECRETWORTHNOTHING000000"  # noqa: S105 - worth nothing
OKX_PASSPHRASE = "Paper-passphrase-1"  # noqa: S105 - worth nothing
OKX_MULTI_KEY = "00000000-0000-4000-8000-000000000001"
HYPERLIQUID_ADDRESS = "0x00000000000000000000000000000000000000a1"
