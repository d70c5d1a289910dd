"""What a line of a decision log says."""

from dataclasses import replace

from hedgewatch.core.alert_model import AlertState, Change
from hedgewatch.recording.wording import line
from tests.notify.alerts import NOON, transition


def test_the_end_of_an_alert_is_not_told_in_the_words_of_its_beginning() -> None:
    texts = {"summary": "about to be liquidated", "resolved": "margin ratio 6.9% again"}
    fires = replace(transition(), annotations=texts)
    assert line(fires).endswith("main/USDT: about to be liquidated")
    over = replace(fires, state=AlertState.RESOLVED)
    assert line(over).endswith("main/USDT: margin ratio 6.9% again")
    calm = replace(fires, calm_since=NOON, change=Change.ACKNOWLEDGED)
    assert line(calm).endswith("main/USDT: margin ratio 6.9% again")
    assert line(replace(over, annotations={"summary": "was it"})).endswith(": was it")
