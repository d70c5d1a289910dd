"""The lowest of the samples of a window, kept as a queue: each enters and leaves once."""

from array import array

_POSITIONS = "H"
"""Two bytes a sample: a ring has fewer than 65,536."""


class Extreme:
    """The positions in a ring of samples that are, or may become, its lowest; the highest when
    `sign` is −1.

    A sample that a later and lower one makes pointless is dropped: values rise from front to back.
    """

    __slots__ = ("_first", "_held", "_queue", "_samples", "_sign")

    def __init__(self, samples: "array[float]", sign: float) -> None:
        self._samples = samples
        self._sign = sign
        self._queue = array(_POSITIONS, bytes(2 * len(samples)))
        self._first = self._held = 0

    @property
    def value(self) -> float:
        """The extreme; there must be a sample."""
        return self._samples[self._queue[self._first]]

    def enter(self, position: int) -> None:
        """The sample at a position is the newest now."""
        samples, queue, size = self._samples, self._queue, len(self._queue)
        value = self._sign * samples[position]
        while self._held:
            last = queue[(self._first + self._held - 1) % size]
            if self._sign * samples[last] < value:
                break
            self._held -= 1
        queue[(self._first + self._held) % size] = position
        self._held += 1

    def leave(self, position: int) -> None:
        """The sample at a position is too old now; the oldest always leave first."""
        if self._held and self._queue[self._first] == position:
            self._first = (self._first + 1) % len(self._queue)
            self._held -= 1
