"""What a process weighs that has imported ccxt.pro and done nothing with it."""

import ccxt.pro

from tests.bench.client import resident_megabytes
from tests.bench.server import say

if __name__ == "__main__":
    say({"rss": resident_megabytes(), "venues": len(ccxt.pro.exchanges)})
