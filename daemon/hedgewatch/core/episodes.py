"""The ids of episodes: unlike any other, and the same again when a recording is replayed."""

from hashlib import blake2b


class Episodes:
    """Draws ids from a seed, which must be random where they must be unlike those of others."""

    __slots__ = ("drawn", "seed")

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.drawn = 0

    def __call__(self) -> str:
        """The next one: 32 hexadecimal digits."""
        self.drawn += 1
        return blake2b(f"{self.seed}/{self.drawn}".encode(), digest_size=16).hexdigest()
