"""Reading a card that anybody wrote. What is not understood is left out."""
