"""Notifications: which, to whom, in which words, and how they get there in spite of everything."""
