"""Made-up returns, always the same."""

from random import Random

from hedgewatch.core.model import Known


def noise(count: int, *, seed: int, sigma: float = 0.001) -> list[float]:
    """Normal returns, of ten basis points a bar unless told otherwise."""
    random = Random(seed)
    return [random.gauss(0.0, sigma) for _ in range(count)]


def known(value: Known) -> float:
    """The number, which a test needs to be there."""
    assert isinstance(value, float), value
    return value
