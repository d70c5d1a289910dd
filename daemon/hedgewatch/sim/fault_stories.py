"""The stories of the line: the market does little, the connection fails.

Faults are timed in story seconds; what follows them lasts long enough for every alert to end.
"""

from hedgewatch.sim.faults import FOREVER, POISONS
from hedgewatch.sim.opening import hedged
from hedgewatch.sim.script import Action, Chapter, Stage, Story

SWAY = {
    "ALTUSDT": ((0.0, "0.40"), (10.0, "0.38"), (20.0, "0.39"), (30.0, "0.40")),
    "AIXUSDT": ((0.0, "1000"), (10.0, "950"), (20.0, "975"), (30.0, "1000")),
}


def fall_silent(stage: Stage) -> None:
    """Sockets stay open and answer pings, no price comes."""
    stage.faults.silence()


def speak_again(stage: Stage) -> None:
    """Prices come again."""
    stage.faults.resume()


def poison_with(kind: str) -> Action:
    """One bad frame; each kind has its own moment."""
    return Action(4 + 2 * list(POISONS).index(kind), lambda stage: stage.faults.poison(kind))


def expire_aloud(stage: Stage) -> None:
    """The key ends and Binance says so."""
    stage.faults.expire_listen_key(announce=True)


def expire_in_silence(stage: Stage) -> None:
    """The key ends, nobody says so, the stream is mute."""
    stage.faults.expire_listen_key(announce=False)


def add_ten(stage: Stage) -> None:
    """A change that a deaf monitor would miss."""
    stage.world.trade("AIXUSDT", -10)


def close_ten(stage: Stage) -> None:
    """Undo it, again unheard."""
    stage.world.trade("AIXUSDT", 10)


def cut(stage: Stage) -> None:
    """Every socket is dropped, and none is let in."""
    stage.faults.cut_sockets(refuse_seconds=FOREVER)


def accept(stage: Stage) -> None:
    """Sockets are let in again."""
    stage.faults.accept()


FAULT_STORIES: dict[str, Story] = {
    "silent-feed": Story(
        title="A feed that falls silent",
        duration=30.0,
        chapters=(
            Chapter(0, "Prices flow."),
            Chapter(
                5, "The sockets stay open, answer pings, and say nothing. Prices move on unseen."
            ),
            Chapter(17, "Prices flow again."),
        ),
        opening=hedged,
        paths=SWAY,
        actions=(Action(5, fall_silent), Action(17, speak_again)),
    ),
    "poison-frame": Story(
        title="Poisoned frames",
        duration=38.0,
        chapters=(
            Chapter(0, "Prices flow."),
            Chapter(
                4, "Among them: broken JSON, lists, null, NaN, zero, negative prices, bad UTF-8."
            ),
            Chapter(28, "Only clean frames again."),
        ),
        opening=hedged,
        paths=SWAY,
        actions=tuple(poison_with(kind) for kind in POISONS),
    ),
    "listen-key-expiry": Story(
        title="A listen key that expires",
        duration=60.0,
        chapters=(
            Chapter(0, "The account's own stream is open."),
            Chapter(4, "Its key expires, and the venue says so."),
            Chapter(8, "Ten contracts are added."),
            Chapter(16, "The new key expires in silence."),
            Chapter(18, "Ten contracts are closed: no event tells of it."),
            Chapter(30, "Only asking can show the truth."),
        ),
        opening=hedged,
        paths=SWAY,
        actions=(
            Action(4, expire_aloud),
            Action(8, add_ten),
            Action(16, expire_in_silence),
            Action(18, close_ten),
        ),
    ),
    "reconnect-with-change": Story(
        title="A change behind a lost connection",
        duration=30.0,
        chapters=(
            Chapter(0, "Everything is connected."),
            Chapter(5, "Every socket is cut; ten contracts are added meanwhile, unheard."),
            Chapter(7, "Connections are accepted again. No event is repeated."),
        ),
        opening=hedged,
        paths=SWAY,
        actions=(Action(5, cut), Action(5.5, add_ten), Action(7, accept)),
    ),
}
