"""Reading a card that anyone wrote: from Markdown to statements, each a number with what it is said to be."""
