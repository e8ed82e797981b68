"""What a card says against the files beside it, its own code, and what must not stand on a card."""

REPOSITORY_RULES = ()
