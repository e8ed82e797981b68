"""The one exception of the cards: its message is what the user sees."""


class CardError(Exception):
    """A ledger or a card cannot be used. The message says what was found and what to do next."""
