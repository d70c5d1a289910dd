"""The system's resolver fails for real: the venue of a whole daemon is found by its name."""

from pathlib import Path

import pytest

from tests.support.solitude import run_alone

pytestmark = [pytest.mark.live, pytest.mark.slow]


def test_a_resolver_that_fails_and_recovers_is_said_as_such_and_costs_no_line_that_stood_before(
    tmp_path: Path,
) -> None:
    """The last good address stands in, a venue that moved is found, an impostor is sent nothing.
    All the while the name has another address, of IPv6, at which nobody answers.
    """
    run_alone("tests.daemon.named_venue", tmp_path)
