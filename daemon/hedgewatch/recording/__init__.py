"""What happened, kept on disk, so that last night can be judged again.

`codec` makes plain documents of the core's objects, `segments` writes and reads them, `ring` bounds
what is kept, `recorder` takes part in the running daemon, `replay` feeds it all to the engine again.
"""
