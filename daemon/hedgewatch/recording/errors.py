"""What is wrong with a recording."""


class RecordingError(Exception):
    """It cannot be read, or cannot be made: says what and where, and what to do."""
