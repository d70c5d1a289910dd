"""Numbers and appointments from outside that rules may ask for, read and published as events.

What goes wrong with one of them is told, and never stops the daemon.
"""
