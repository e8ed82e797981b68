"""Reading a card that anybody wrote: front matter, Markdown blocks and code. What is not understood is left out."""
