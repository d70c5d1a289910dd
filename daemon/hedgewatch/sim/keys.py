"""The keys that the paper exchange accepts: well-formed as Binance's are, and worth nothing."""

KEY_LENGTH = 64

DEMO_KEY = "paperExchangeDemoKeyWorthNothing".ljust(KEY_LENGTH, "0")
DEMO_SECRET = "paperExchangeDemoSecretWorthNothing".ljust(KEY_LENGTH, "0")
SECOND_KEY = "paperExchangeSecondKeyWorthNothing".ljust(KEY_LENGTH, "0")
SECOND_SECRET = "paperExchangeSecondSecretWorthNothing".ljust(KEY_LENGTH, "0")
