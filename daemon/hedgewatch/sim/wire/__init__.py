"""The venues' protocols, as their clients see them."""
