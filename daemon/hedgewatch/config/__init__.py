"""The configuration as its owner wrote it: checked whole, every mistake named with its place."""
