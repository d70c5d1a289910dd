"""What happened, kept on disk, so that last night can be judged again.

`encoding` and `decoding` make plain documents of the core's objects and back, `frames` are the
bytes of a file, `recorder` and `writing` take part in the running daemon, `ring` bounds what is
kept, `replay` feeds it to the engine again.
"""
