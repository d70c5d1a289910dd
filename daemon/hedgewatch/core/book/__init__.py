"""Latest known state: the rows of everything watched, and how events change them."""
