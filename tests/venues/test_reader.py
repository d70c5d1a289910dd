"""What a reading of an account leaves untold is said in the log, once."""

from structlog.testing import capture_logs

from hedgewatch.core.events import AccountRead
from hedgewatch.venues.reader import Sight


def reading(*unseen: str) -> AccountRead:
    return AccountRead(account="main", positions=(), balances=(), unseen=unseen)


def test_what_is_not_seen_is_said_once_and_that_all_is_seen_again_once() -> None:
    sight = Sight()
    told = [(), ("Earn",), ("Earn",), ("Earn", "options"), (), ()]
    with capture_logs() as logs:
        for unseen in told:
            sight.say(reading(*unseen))
    assert [(each["log_level"], each["event"], each.get("unseen")) for each in logs] == [
        ("warning", "not all of an account is seen", ("Earn",)),
        ("warning", "not all of an account is seen", ("Earn", "options")),
        ("info", "all of the account is seen again", None),
    ]
    assert {each["account"] for each in logs} == {"main"}
