"""What the panels of the desk share: whose series they ask for, names, and limits.

The limits are those of the shipped rules: a change there belongs here too.
"""

MINE = '{account=~"$account"}'
MINE_OR_NOBODYS = 'account=~"$account|"'
"""Alerts on hedges and on the book have no account."""

MARGIN_LIMITS = ((None, "green"), (0.70, "orange"), (0.80, "red"))
DISTANCE_LIMITS = ((None, "red"), (0.10, "orange"), (0.20, "green"))
DRIFT_LIMIT = 0.05
ANY_IS_BAD = ((None, "green"), (1, "red"))

POOL = "{{account}} {{pool}}"
POSITION = "{{account}} {{symbol}} {{side}}"
SUBJECT = "{{account}} {{venue}} {{pool}}{{symbol}}{{feed}}{{hedge}}"
