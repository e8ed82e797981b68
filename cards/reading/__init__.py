"""Reading a card that anyone wrote: from Markdown to statements, each a number with what it is said to be.

`read` is the way in. A number that cannot be attributed stays unread: nothing is guessed.
"""

from .card import Card, read
from .document import Block
from .statement import Phrase, Place, Statement

__all__ = ["Block", "Card", "Phrase", "Place", "Statement", "read"]
