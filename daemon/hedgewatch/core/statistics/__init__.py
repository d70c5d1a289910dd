"""Hedge statistics: pure mathematics on plain numbers, and estimators that cost the same on every
bar however long they have run. Formulas and sources: `daemon/NUMBERS.md`.

What cannot be computed is an `Unknown` with its reason, never a NaN. +inf is an answer: it says
that there is none ("no price liquidates", "never").
"""
