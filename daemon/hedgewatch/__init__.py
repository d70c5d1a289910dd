"""Live risk monitor for people who hold crypto and hedge it with futures."""

__version__ = "0.1.0"
