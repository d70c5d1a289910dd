"""What a rule means, and why it does or does not fire on what it watches."""

from hedgewatch.core.explanation.standing import Standing, standings
from hedgewatch.core.explanation.words import measures_in_words, rule_in_words

__all__ = ["Standing", "measures_in_words", "rule_in_words", "standings"]
