from dataclasses import dataclass, field
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.alert_model import Severity
from hedgewatch.core.model import Subject
from hedgewatch.notify.silences import (
    LONGEST_SILENCE,
    Matcher,
    MatcherError,
    Silence,
    SilenceError,
    Silences,
    highest_severity,
    parse_matcher,
)
from tests.notify.alerts import MAIN_POOL, NOON, transition

HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    alertname: str = "HedgeDrift"
    subject: Subject = MAIN_POOL
    severity: Severity = Severity.WARNING
    labels: dict[str, str] = field(default_factory=dict)
    silenceable: bool = True


def silence(
    *matchers: str,
    identity: str = "a",
    starts_at: float = NOON,
    seconds: float = HOUR,
    up_to: Severity = Severity.WARNING,
) -> Silence:
    return Silence(
        id=identity,
        matchers=tuple(map(parse_matcher, matchers or ("account=main",))),
        by="ops",
        starts_at=starts_at,
        ends_at=starts_at + seconds,
        up_to=up_to,
    )


@pytest.mark.parametrize(
    ("text", "matcher"),
    [
        ("account=main", Matcher("account", "=", "main")),
        (' account = "main" ', Matcher("account", "=", "main")),
        ("severity!=critical", Matcher("severity", "!=", "critical")),
        ("pool=~USD.*", Matcher("pool", "=~", "USD.*")),
        (r'symbol!~"BTC\d+"', Matcher("symbol", "!~", r"BTC\d+")),
        ("pool=", Matcher("pool", "=", "")),
        (r'note="a \"b\" \\ c"', Matcher("note", "=", r'a "b" \ c')),
        ("url=a=b", Matcher("url", "=", "a=b")),
    ],
)
def test_a_matcher_is_written_as_for_alertmanager(text: str, matcher: Matcher) -> None:
    assert parse_matcher(text) == matcher
    assert parse_matcher(str(matcher)) == matcher


@given(value=st.text(max_size=60))
def test_a_matcher_says_itself_as_it_is_read(value: str) -> None:
    matcher = Matcher("name", "=", value)
    assert parse_matcher(str(matcher)) == matcher


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("account", "write NAME=VALUE"),
        ("=main", "no name of a label"),
        ("my account=main", "no matcher"),
        ("1st=x", "no name of a label"),
        ('account="main', "a quote opens here"),
        ("pool=~(USD", "is no pattern"),
        ("pool=~" + "x" * 201, "at most 200 signs"),
        ("pool=~(a+)+b", "a group that repeats"),
        ("pool=~(a|a)*b", "a group that repeats"),
        ("pool=~(a|aa){5}b", "a group that repeats"),
        (r"pool=~(a)\1", "of groups only"),
        ("pool=~(?=a)a", "of groups only"),
        ("pool=~" + "(a|a)" * 30, "at most 2 groups"),
        ("pool=~" + "a?" * 30 + "a" * 30, "could match for ever"),
        ("pool=~.*a.*a.*a.*b", "could match for ever"),
        ("pool=~(a|b).*.*.*", "could match for ever"),
    ],
)
def test_a_matcher_that_cannot_be_meant_or_could_match_for_ever_is_refused(
    text: str, words: str
) -> None:
    with pytest.raises(MatcherError, match=words):
        parse_matcher(text)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("pool=~USD", "USDT", False),
        ("pool=~USD.", "USDT", True),
        ("pool=~BTC.*|ETH.*|SOL.*|XRP.*", "XRP/USDT", True),
        ("pool=~(BTC|ETH)/USDT", "ETH/USDT", True),
        ("pool=~USDT|X", "USDTX", False),
        ("pool!~USD.", "USDT", False),
        ("pool!~USD", "USDT", True),
        ("pool!=USDT", "USDC", True),
        ("hedge=", "USDT", True),
        ("hedge=~.+", "USDT", False),
        ("pool=~.*", "x" * 129, False),
        ("pool=~a", "a\n", False),
    ],
)
def test_a_pattern_matches_the_whole_value_and_a_missing_label_is_empty(
    text: str, value: str, *, expected: bool
) -> None:
    assert parse_matcher(text).matches({"pool": value}) is expected


@pytest.mark.parametrize("pattern", ["a*a*a*b", "(a|a|a|a)(a|a|a|a)a*a*b", ".*.*.*b|" * 20 + "c"])
def test_the_worst_pattern_that_is_taken_does_not_hold_up_the_loop(pattern: str) -> None:
    started = process_time()
    assert not Matcher("pool", "=~", pattern).matches({"pool": "a" * 128})
    assert process_time() - started < 1.0


def test_a_silence_mutes_what_it_matches_while_it_holds() -> None:
    held = Silences([silence("account=main", "alertname=HedgeDrift")])
    assert held.muting(Alert(), NOON) is not None
    assert held.muting(Alert(), NOON + HOUR - 1) is not None
    assert held.muting(Alert(), NOON - 1) is None
    assert held.muting(Alert(), NOON + HOUR) is None
    assert held.muting(Alert(alertname="BasisWide"), NOON) is None


def test_a_rise_in_severity_breaks_a_silence() -> None:
    held = Silences([silence(up_to=Severity.WARNING)])
    assert held.muting(Alert(severity=Severity.INFO), NOON) is not None
    assert held.muting(Alert(severity=Severity.CRITICAL), NOON) is None
    held.add(silence(up_to=Severity.CRITICAL))
    assert held.muting(Alert(severity=Severity.CRITICAL), NOON) is not None


def test_what_must_be_heard_is_never_silenced() -> None:
    held = Silences([silence(up_to=Severity.CRITICAL)])
    assert held.muting(Alert(alertname="AccountBlind", silenceable=False), NOON) is None


def test_of_two_silences_the_one_that_ends_last_is_named() -> None:
    long, short = silence(identity="long", seconds=2 * HOUR), silence(identity="short")
    assert Silences([long, short]).muting(Alert(), NOON) is long
    assert Silences([short, long]).muting(Alert(), NOON) is long


def test_what_is_over_is_forgotten_and_named_and_what_is_taken_back_is_gone() -> None:
    short, long = silence(identity="short"), silence(identity="long", seconds=2 * HOUR)
    held = Silences([long, short])
    assert held.all() == (short, long)
    assert held.expire(NOON + HOUR) == (short,)
    assert held.expire(NOON + HOUR) == ()
    assert held.remove("long") is long
    assert held.remove("long") is None
    assert held.all() == ()


@pytest.mark.parametrize("seconds", [0.0, -1.0, LONGEST_SILENCE + 1, float("inf"), float("nan")])
def test_a_silence_always_ends_within_a_day(seconds: float) -> None:
    with pytest.raises(SilenceError, match="24 h"):
        silence(seconds=seconds)


@pytest.mark.parametrize("matchers", [(), ("account=~.*",), ("severity!=critical",)])
def test_nobody_silences_everything(matchers: tuple[str, ...]) -> None:
    parsed = tuple(map(parse_matcher, matchers))
    with pytest.raises(SilenceError, match="name a label"):
        Silence(id="a", matchers=parsed, by="ops", starts_at=NOON, ends_at=NOON + HOUR)


def test_a_silence_reaches_as_high_as_what_it_was_made_for() -> None:
    matchers = [parse_matcher("account=main")]
    assert highest_severity(matchers, []) is Severity.WARNING
    assert highest_severity(matchers, [Alert(severity=Severity.INFO)]) is Severity.INFO
    assert highest_severity(matchers, [Alert(), transition()]) is Severity.CRITICAL
    assert highest_severity([parse_matcher("account=spare")], [transition()]) is Severity.WARNING
