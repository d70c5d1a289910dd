"""The wire protocols of the venues, one class each."""
