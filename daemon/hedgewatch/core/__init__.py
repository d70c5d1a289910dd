"""Judgement: pure and synchronous. No I/O, no clock, no ccxt; `now` is always an argument."""
